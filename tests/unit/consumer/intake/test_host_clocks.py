# SPDX-License-Identifier: Apache-2.0
"""How far the clock of a host is off, from what it claims and when that arrives."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from consumer.intake.host_clocks import HostClocks
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.columns import ColumnBatch
from publisher.wire.transposition import in_columns

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=1))


def batch(ordinal: int, tick: int, delay_seconds: float, spooled: int = 0) -> tuple[ColumnBatch, datetime]:
    """Return a batch and the time of its arrival; a host has a tick of ten seconds."""
    arrived_at = NOW + timedelta(seconds=10 * tick)
    made = FLEET.batch(ordinal, (arrived_at - timedelta(seconds=delay_seconds)).timestamp(), tick)
    publisher = msgspec.structs.replace(made.publisher, spool_message_count=spooled)
    return in_columns(msgspec.structs.replace(made, publisher=publisher)), arrived_at


@pytest.mark.parametrize(("delay", "offset"), [(-3_600.0, 3_600.0), (-2.1, 2.1), (-2.0, None), (0.3, None)])
def test_a_clock_that_is_ahead_shows_at_once(delay: float, offset: float | None) -> None:
    """Nothing arrives before it was sampled."""
    assert offset == HostClocks().note(*batch(0, 1, delay))


def test_a_clock_that_is_behind_shows_when_nothing_else_explains_it() -> None:
    """The delay stays the same, the spool is empty, and another host's message comes at once."""
    clocks = HostClocks()
    found = []
    for tick in range(6):
        clocks.note(*batch(1, tick, 0.1))
        found.append(clocks.note(*batch(0, tick, 600.0 + tick % 2 / 2)))
    assert [None] * 4 + [-600.0] * 2 == found


def test_a_lone_host_needs_no_other() -> None:
    """It fills no queue."""
    clocks = HostClocks()
    assert [None] * 4 + [-600.0] == [clocks.note(*batch(0, tick, 600.0)) for tick in range(5)]


@pytest.mark.parametrize("case", ["spooled", "drained", "queue", "burst"])
def test_a_delay_is_no_offset(case: str) -> None:
    """A past from the spool, a backlog that shrinks, a queue of all hosts, and what comes at once."""
    clocks = HostClocks()
    for tick in range(10):
        delay = 600.0 - 5 * tick if case == "drained" else 600.0
        at = 0 if case == "burst" else tick
        clocks.note(*batch(1, at, delay if case == "queue" else 0.1))
        assert clocks.note(*batch(0, at, delay, spooled=50 if case == "spooled" else 0)) is None
