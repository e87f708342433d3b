# SPDX-License-Identifier: Apache-2.0
"""The command line of the fleet, and what it shows."""

import io
import json

import pytest
from click.testing import CliRunner

from loadgen.cli import main
from loadgen.fleet.progress import FleetProgress


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        """Claim it."""
        return True


@pytest.mark.parametrize("value", ["6", "h", "1.5h", "-1h", "6h "])
def test_a_duration_needs_a_number_and_a_unit(value: str) -> None:
    """Anything else is a usage error that shows what to write."""
    result = CliRunner().invoke(main, ["fleet", "--broker-url", "amqp://x/", "--history", value])

    assert 2 == result.exit_code
    assert "such as 90s, 30m, 6h or 2d" in result.output


def test_a_broker_that_is_away_is_told_in_one_line() -> None:
    """Exit code 69, as of every process."""
    result = CliRunner().invoke(main, ["fleet", "--broker-url", "amqp://u:p@127.0.0.1:1/"])

    assert 69 == result.exit_code
    ended, told = result.output.splitlines()
    assert "fleet_ended" == json.loads(ended)["event"]
    assert told.startswith("kvmgrid-loadgen: no connection to amqp://127.0.0.1:1")


class Clock:
    """A clock that a test sets, wall and monotonic in one."""

    def __init__(self) -> None:
        self.second = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.second


def test_progress_shows_share_rate_and_time_left() -> None:
    """Half of the past in 20 s leaves 20 s; then the run is live."""
    clock, stream = Clock(), Terminal()
    progress = FleetProgress(
        stream, begins_at=-1_000.0, lives_at=0.0, wall_seconds=clock, monotonic_seconds=clock
    )
    progress.sent(-500.0, 4_000)
    clock.second = 20.0
    progress.confirmed(100)

    assert "history [############............]  50%, 200 VM samples/s, 0:00:20 left" in stream.getvalue()
    progress.sent(1.0, 0)
    assert "history sent in 20 s, 200 VM samples/s; now live\n" in stream.getvalue()
    progress.end()
    assert stream.getvalue().endswith("100 messages sent, 4,000 VM samples, never live\n")


def test_a_log_has_the_same_figures() -> None:
    """Where nobody watches, each is a log line as every process writes them."""
    clock, stream = Clock(), io.StringIO()
    progress = FleetProgress(
        stream, begins_at=-1_000.0, lives_at=0.0, wall_seconds=clock, monotonic_seconds=clock
    )
    progress.sent(-500.0, 4_000)
    clock.second = 20.0
    progress.confirmed(100)
    progress.sent(1.0, 0)
    progress.end()
    sending, sent, ended = map(json.loads, stream.getvalue().splitlines())

    assert ("history_sending", 0.5, 200, 20) == (
        sending["event"],
        sending["done_ratio"],
        sending["sample_count_per_second"],
        sending["left_seconds"],
    )
    assert ("history_sent", 20, 200) == (sent["event"], sent["took_seconds"], sent["sample_count_per_second"])
    assert ("fleet_ended", 100, 4_000, None) == (
        ended["event"],
        ended["message_count"],
        ended["sample_count"],
        ended["late_seconds"],
    )


def test_a_run_says_how_late_it_was() -> None:
    """A sample that went out long after its time tells of a generator that is too slow for its fleet."""
    clock, stream = Clock(), Terminal()
    progress = FleetProgress(stream, begins_at=0.0, lives_at=0.0, wall_seconds=clock, monotonic_seconds=clock)
    for clock.second, second in ((0.1, 0.0), (12.5, 10.0), (20.2, 20.0)):
        progress.sent(second, 1)
    progress.end()

    assert "live ones at worst 2.5 s late" in stream.getvalue()
