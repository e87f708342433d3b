# SPDX-License-Identifier: Apache-2.0
"""A process whose wall clock is wrong, and nothing else."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.false_clock import FalseClock

TOLERANCE_SECONDS = 30.0
# The wall clock by both calls that Python has, and how long a wait took by the other clock.
PROGRAM = """
import datetime, json, threading, time
begun = time.monotonic()
threading.Event().wait(0.1)
waited = time.monotonic() - begun
print(json.dumps([time.time(), datetime.datetime.now().timestamp(), waited, begun]))
"""


@pytest.mark.parametrize("offset_seconds", [3_600.25, -600.5, 0.0, 10 * 365 * 86_400.0])
def test_the_wall_clock_alone_is_wrong(tmp_path: Path, offset_seconds: float) -> None:
    """Waits take as long as they should, and the monotonic clock is the machine's."""
    clock = FalseClock(tmp_path / "clock", offset_seconds)
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=clock.environment, check=True, capture_output=True, text=True
    )
    wall, date, waited_seconds, begun = json.loads(result.stdout)

    assert time.time() + offset_seconds == pytest.approx(wall, abs=TOLERANCE_SECONDS)
    assert wall == pytest.approx(date, abs=1.0)
    assert 0.1 <= waited_seconds < TOLERANCE_SECONDS
    assert time.monotonic() == pytest.approx(begun, abs=TOLERANCE_SECONDS)


def test_a_step_shows_at_once(tmp_path: Path) -> None:
    """A process that runs follows without being asked twice."""
    clock = FalseClock(tmp_path / "clock")
    program = "import time\nwhile True: input(); print(time.time(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program], env=clock.environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        for offset_seconds in (3_600.0, -3_600.0, 0.0):
            clock.step(offset_seconds)
            process.stdin.write("\n")
            process.stdin.flush()
            wall = float(process.stdout.readline())
            assert time.time() + offset_seconds == pytest.approx(wall, abs=TOLERANCE_SECONDS)
        process.kill()
