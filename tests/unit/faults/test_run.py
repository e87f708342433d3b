# SPDX-License-Identifier: Apache-2.0
"""A run of faults that is ended from outside carries out no further one."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.faults import run


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """Give a signal; the handlers are those of before afterwards."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield int(request.param)
    for each, handler in before.items():
        signal.signal(each, handler)


def test_a_signal_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int) -> None:
    """A trial whose end fails takes the place of the exit, and is the last one nevertheless."""
    begun: list[int] = []

    def carry_out(_site: object, _fault: object, seed: int, *_others: object) -> None:
        begun.append(seed)
        try:
            os.kill(os.getpid(), number)
        except SystemExit:
            return

    def no_site() -> Any:
        return nullcontext()

    monkeypatch.setattr(run, "running_site", no_site)
    monkeypatch.setattr(run, "run_trial", carry_out)
    arguments = ["run", "--seeds", "1", "2", "3", "--names", "F26", "--folder", str(tmp_path / "faults")]
    monkeypatch.setattr(sys, "argv", arguments)
    assert 128 + number == run.main()
    assert [1] == begun
