# SPDX-License-Identifier: Apache-2.0
"""The command line of the fleet, and what it shows."""

import io

import pytest
from click.testing import CliRunner

from loadgen.cli import main
from loadgen.progress import Progress


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
    assert "kvmgrid-loadgen: no connection to amqp://127.0.0.1:1" in result.output


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_progress_shows_share_rate_and_time_left(stream: io.StringIO) -> None:
    """Half of the past in 20 s leaves 20 s; then the run is live."""
    now = 0.0
    progress = Progress(stream, begins_at=1_000.0, lives_at=2_000.0, monotonic_seconds=lambda: now)
    progress.told(1_500.0, 4_000)
    now = 20.0
    progress.confirmed(100)

    assert "history [############............]  50%, 200 VM samples/s, 0:00:20 left" in stream.getvalue()
    progress.told(2_001.0, 0)
    assert "history sent in 20 s, 200 VM samples/s; now live\n" in stream.getvalue()
    progress.end()
    assert stream.getvalue().endswith("100 messages sent, 4,000 VM samples\n")
