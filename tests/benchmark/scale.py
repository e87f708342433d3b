# SPDX-License-Identifier: Apache-2.0
"""How much is measured, and how often."""

from msgspec import Struct
from msgspec.structs import replace

from consumer.ingest import FLUSHES_IN_HAND
from consumer.settings import IngestSettings


class Scale(Struct, frozen=True, kw_only=True):
    """The default fits about ten minutes on two cores."""

    repeat_count: int = 5
    # The drained backlog, in VM rows; with 100 VMs a message and with 20.
    host_count: int = 100
    drain_tick_count: int = 60
    small_drain_tick_count: int = 100
    # A part of the first: what is drained many times over.
    short_drain_tick_count: int = 30
    flush_row_count: int = IngestSettings().flush_row_count
    # The live fleet, in ticks of 10 s, with 50 VMs a host.
    live_host_count: int = 1_000
    window_seconds: float = 10.0
    outage_seconds: float = 12.0
    # The history of each host when the dashboard's questions are asked.
    history_sample_count: int = 360
    # Whose charts are drawn: each row of a host or VM lies on a page of its own, as with a thousand hosts.
    # See stored_history.
    chart_host_count: int = 24
    chart_domain_count: int = 20
    chart_told_every: int = 1
    chart_hour_days: int = 35
    # The day that is stored and rolled up, of hosts with 20 VMs.
    rollup_host_count: int = 2
    rollup_tick_count: int = 8_640
    columnstore_tick_count: int = 1_000
    # The weeks of one host with levels in both forms. Consumers refuse what is older than 30 days.
    level_day_count: int = 28
    level_domain_count: int = 5
    guest_counts: tuple[int, ...] = (1, 20, 100)
    agent_ticks_per_window: int = 2
    agent_interval_seconds: float = 2.0

    @property
    def consumer_settings(self) -> tuple[str, ...]:
        """What a drained consumer is told beyond its defaults."""
        if self.flush_row_count == IngestSettings().flush_row_count:
            return ()
        return (f"KVMGRID_INGEST__FLUSH_ROW_COUNT={self.flush_row_count}",)

    def rows_per_flush(self, rows_per_message: int) -> int:
        """Return how many VM rows a full flush has; consumer.ingest bounds its messages by the prefetch."""
        message_count = IngestSettings().prefetch_count // FLUSHES_IN_HAND
        return min(self.flush_row_count, message_count * rows_per_message)


FULL = Scale()
# Charts beside as many rows as a thousand hosts have: 44 million, of which a tenth of a percent is asked for.
SITE = replace(FULL, chart_host_count=1_000, chart_told_every=100)
# Shows within two minutes or so that everything runs; its numbers mean nothing.
QUICK = Scale(
    repeat_count=2,
    host_count=10,
    drain_tick_count=12,
    small_drain_tick_count=80,
    short_drain_tick_count=10,
    flush_row_count=2_000,
    live_host_count=20,
    window_seconds=3.0,
    outage_seconds=3.0,
    history_sample_count=20,
    chart_host_count=10,
    chart_domain_count=1,
    rollup_host_count=1,
    rollup_tick_count=288,
    columnstore_tick_count=50,
    level_day_count=2,
    level_domain_count=1,
    guest_counts=(1, 20),
    agent_ticks_per_window=1,
    agent_interval_seconds=1.0,
)
