# SPDX-License-Identifier: Apache-2.0
"""What the watch of a fault makes of what it saw."""

from types import SimpleNamespace

import pytest

from tests.faults import watch
from tests.faults.watch import Use, Watch

MIB = 2**20


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give a clock of the test's own."""
    now = [0.0]
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def watching(*hosts: str) -> Watch:
    """Return a watch of hosts that looks at nothing by itself."""
    seen = Watch("", list)
    seen._changed_seconds = dict.fromkeys(hosts, 0.0)
    return seen


def test_a_gap_is_told_apart_from_the_return_after_the_fault(seconds: list[float]) -> None:
    """Eleven seconds without a row, of which the fault lasted ten."""
    seen = watching("hv000")
    seconds[0] = 10.0
    seen.note_recovery()
    for second, count in ((10.5, 0), (11.0, 1), (11.5, 2)):
        seconds[0] = second
        seen._note({"hv000": count} if count else {})

    assert 11.0 == seen.longest_gap_seconds(["hv000"])
    assert 1.0 == seen.longest_return_seconds(["hv000"])


def test_a_host_that_had_rows_all_the_time_has_nothing_to_return_from(seconds: list[float]) -> None:
    """Its newest row is of after the end of the fault, as the one before."""
    seen = watching("hv000")
    for second in (1.0, 2.0):
        seconds[0] = second
        seen._note({"hv000": int(second)})
    seen.note_recovery()
    seconds[0] = 2.5
    seen._note({"hv000": 2})

    assert 0.0 == seen.longest_return_seconds(["hv000"])


def test_a_process_that_grows_all_the_time_has_grown_since_its_middle() -> None:
    """One that was watched for a moment tells nothing, and neither does the growth of its beginning."""
    seen = watching()
    seen._uses = {
        1: [Use(float(each), each * MIB, 10) for each in range(500)],
        2: [Use(float(each), 900 * MIB * each, 50) for each in range(10)],
        3: [Use(float(each), 300 * MIB if each > 100 else 0, 10) for each in range(500)],
    }

    assert Use(200.0, 200 * MIB, 0) == seen.growth()
    assert 50 == seen.most_descriptors
