# SPDX-License-Identifier: Apache-2.0
"""Outages of the real parts: nothing is lost, nothing is stored twice, and one stuck VM delays nobody."""

import signal
import time
from collections.abc import Callable

import pytest

from deploy.lab.readiness import wait_until
from publisher.clock import phase_seconds
from tests.end_to_end.conftest import HOST, INTERVAL_SECONDS, Grid

OUTAGE_SECONDS = 10.0
LONG_OUTAGE_SECONDS = 60.0
FREEZE_SECONDS = 8.0
# The publisher's grid begins at a time of the wall clock, which may be set a little back meanwhile.
EARLY_SECONDS = 0.1


def pass_time(seconds: float) -> None:
    """Let an outage last; the outage itself is what the test needs, so there is no condition to wait for."""
    end_seconds = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end_seconds, timeout_seconds=2 * seconds)


def missing_ticks(grid: Grid, moment: object) -> list[tuple[object, ...]]:
    """Return the pairs of neighbouring samples since a moment that are not of neighbouring ticks.

    A sample that is late, but before the next tick, is of its tick.
    """
    phase = phase_seconds(HOST, INTERVAL_SECONDS)
    return grid.query(
        """
        SELECT before, sampled_at FROM (
            SELECT sampled_at, tick, lag(sampled_at) OVER times AS before, lag(tick) OVER times AS tick_before
            FROM (
                SELECT sampled_at, floor((extract(epoch FROM sampled_at)::float8 - %s) / %s) AS tick
                FROM kvmgrid.host_samples WHERE sampled_at >= %s
            ) AS samples
            WINDOW times AS (ORDER BY sampled_at)
        ) AS pairs WHERE tick <> tick_before + 1
        """,
        phase - EARLY_SECONDS, INTERVAL_SECONDS, moment,
    )  # fmt: skip


def await_backlog_stored(grid: Grid, moment: object) -> None:
    """Wait until a sample that began after a moment is stored and no sequence number before it is missing."""
    grid.await_rows("SELECT 1 FROM kvmgrid.host_samples WHERE sampled_at > %s", moment)
    grid.await_rows("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM kvmgrid.publisher_gaps WHERE host = %s)", HOST)


def stop_broker(grid: Grid) -> Callable[[], None]:
    """Stop RabbitMQ and return how to start it again."""
    grid.broker.stop()
    return grid.broker.launch


def stop_database(grid: Grid) -> Callable[[], None]:
    """Stop PostgreSQL and return how to start it again."""
    grid.postgresql.stop()
    return grid.postgresql.launch


@pytest.mark.parametrize(
    "outage_seconds", [OUTAGE_SECONDS, pytest.param(LONG_OUTAGE_SECONDS, marks=pytest.mark.long)]
)
@pytest.mark.parametrize("stop", [stop_broker, stop_database])
def test_every_sample_of_an_outage_is_stored_once(
    grid: Grid, stop: Callable[[Grid], Callable[[], None]], outage_seconds: float
) -> None:
    """After some time without broker or database every tick of that time is in the table, once."""
    (moment,) = grid.query("SELECT now()")

    start = stop(grid)
    pass_time(outage_seconds)
    start()
    (back,) = grid.query("SELECT now()")
    await_backlog_stored(grid, back[0])

    grid.pipeline.require_running()
    assert missing_ticks(grid, moment[0]) == []
    (counts,) = grid.query(
        """
        SELECT count(*), count(DISTINCT (epoch, sequence)) FROM kvmgrid.publisher_reports
        WHERE sampled_at BETWEEN %s AND %s
        """,
        moment[0], back[0],
    )  # fmt: skip
    assert counts[0] == counts[1]
    assert int(str(counts[0])) >= int(outage_seconds / INTERVAL_SECONDS)
    (domains,) = grid.query(
        """
        SELECT count(*) FROM kvmgrid.domain_samples JOIN kvmgrid.domains USING (domain_id)
        WHERE domains.name = 'web-1' AND sampled_at BETWEEN %s AND %s
        """,
        moment[0], back[0],
    )  # fmt: skip
    assert counts[0] == domains[0]


def test_a_frozen_qemu_delays_nobody(grid: Grid) -> None:
    """While one guest's QEMU is stopped, the host and the other guests have every tick, complete."""
    grid.await_next_samples(1)
    (moment,) = grid.query("SELECT now()")
    grid.guests.freeze("database-1")
    try:
        pass_time(FREEZE_SECONDS)
    finally:
        grid.guests.thaw("database-1")
    (thawed,) = grid.query("SELECT now()")
    grid.await_rows("SELECT 1 FROM kvmgrid.host_samples WHERE sampled_at > %s", thawed[0])

    rows = grid.query(
        """
        SELECT domains.name, outcome, memory_resident_bytes IS NOT NULL FROM kvmgrid.domain_samples
        JOIN kvmgrid.domains USING (domain_id)
        WHERE domains.name IN ('web-1', 'idle-1', 'database-1') AND sampled_at BETWEEN %s AND %s
        """,
        moment[0], thawed[0],
    )  # fmt: skip
    others = [row[1:] for row in rows if row[0] != "database-1"]
    frozen = {row[1] for row in rows if row[0] == "database-1"}
    assert missing_ticks(grid, moment[0]) == []
    assert {("ok", True)} == set(others)
    assert len(others) >= 2 * (int(FREEZE_SECONDS / INTERVAL_SECONDS) - 1)
    assert frozen & {"busy", "timed_out"}
    grid.await_rows(
        "SELECT 1 FROM kvmgrid.domains_now WHERE name = 'database-1' AND outcome = 'ok' AND sampled_at > %s",
        thawed[0],
    )


@pytest.mark.parametrize("role", ["publisher", "consumer"])
def test_a_killed_process_loses_nothing_that_was_accepted(grid: Grid, role: str) -> None:
    """A publisher or consumer that is killed and started again leaves no gap in the sequence."""
    grid.await_next_samples(1)
    child = grid.pipeline.child(role)

    child.kill()
    grid.pipeline.start(role)
    (back,) = grid.query("SELECT now()")
    await_backlog_stored(grid, back[0])

    (epochs,) = grid.query("SELECT count(DISTINCT epoch) FROM kvmgrid.publisher_reports")
    assert epochs[0] == 1


def test_libvirt_restarting_is_a_state_and_not_a_crash(grid: Grid) -> None:
    """Without libvirtd the host goes on and its domains are unknown, not gone; with it they are back."""
    (moment,) = grid.query("SELECT now()")
    grid.libvirt.stop_daemon(signal.SIGKILL)
    try:
        grid.await_rows("SELECT 1 FROM kvmgrid.hosts_now WHERE hypervisor_state = 'disconnected'")
        (removed,) = grid.query("SELECT count(*) FROM kvmgrid.domains WHERE removed_at IS NOT NULL")
        assert removed[0] == 0
    finally:
        grid.libvirt.start_daemon()
        grid.reconnect_guests()
    grid.await_rows(
        "SELECT 1 FROM kvmgrid.hosts_now WHERE hypervisor_state = 'connected' AND domain_active_count = 3"
    )
    assert missing_ticks(grid, moment[0]) == []
    grid.pipeline.require_running()
