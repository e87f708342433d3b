# SPDX-License-Identifier: Apache-2.0
"""The watch of the faults: what it calls a gap."""

import pytest

from tests.faults import watch
from tests.faults.watch import Watch


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        """Return what it shows."""
        return self.seconds


def test_a_gap_counts_while_it_lasts_and_when_it_ended_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll that waits for a frozen database does not hide the time it waited."""
    clock = Clock()
    seen = Watch("", list)
    monkeypatch.setattr(watch, "time", clock)
    seen._note({"hv000": 1, "hv001": 1})
    clock.seconds += 2.0
    seen._note({"hv000": 2, "hv001": 1})
    clock.seconds += 20.0
    seen._note({"hv000": 3, "hv001": 2})

    assert 20.0 == seen.longest_gap_seconds(["hv000"])
    assert 22.0 == seen.longest_gap_seconds(["hv000", "hv001"])
    assert 0.0 == seen.longest_gap_seconds([])
