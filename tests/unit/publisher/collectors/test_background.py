# SPDX-License-Identifier: Apache-2.0
"""Slow sources are read beside the tick, which never waits for them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.collectors.attempt import Attempt
from publisher.collectors.background import BackgroundReader
from publisher.collectors.collected import Collected
from publisher.collectors.filesystems import FilesystemReading, collect
from publisher.procfs import SourceFailedError, SourceMalformedError, SourceUnavailableError, SystemTree

READING = FilesystemReading(path="/srv", total_bytes=10, available_bytes=4)
PERIOD_SECONDS = 0.01
PATIENCE_SECONDS = 20


class Source:
    """A source that a test can hold up, as a dead network file system does."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.read_count = 0
        self.error: Exception | None = None
        self.entered = threading.Semaphore(0)

    def __call__(self) -> Collected[FilesystemReading]:
        """Wait until the source is open, then answer or raise."""
        self.read_count += 1
        self.entered.release()
        assert self.open.wait(PATIENCE_SECONDS)
        if self.error is not None:
            raise self.error
        return Collected(READING)

    def wait_until_read(self) -> None:
        """Wait until a read has begun."""
        assert self.entered.acquire(timeout=PATIENCE_SECONDS)


Reader = BackgroundReader[FilesystemReading]


@pytest.fixture
def source() -> Iterator[Source]:
    """Return a source that is let go at the end, so that its thread ends."""
    source = Source()
    yield source
    source.open.set()


@pytest.fixture
def reader(source: Source) -> Iterator[Callable[[float], Reader]]:
    """Return a maker of readers of the source whose clock stands at a given time."""
    made: list[Reader] = []

    def make(period_seconds: float) -> Reader:
        made.append(BackgroundReader("srv", source, period_seconds=period_seconds, monotonic=lambda: 1000.0))
        return made[-1]

    yield make
    for one in made:
        one.close()


def newest_when(
    reader: Reader, wanted: Callable[[Attempt[FilesystemReading]], bool]
) -> Attempt[FilesystemReading]:
    """Return the newest attempt once it is as wanted; fail after a bounded wait."""
    pause = threading.Event()
    for _ in range(2000):
        made = reader.newest(1000.0)
        if wanted(made):
            return made
        pause.wait(0.01)
    raise AssertionError(f"still {made}")


def test_the_newest_reading_is_handed_over(source: Source, reader: Callable[[float], Reader]) -> None:
    """After the first read the tick gets its reading, with outcome ok."""
    made = newest_when(reader(3600), lambda made: made.reading is not None)

    assert (READING, "ok", None) == (made.reading, made.outcome, made.reason)
    assert 1 == source.read_count


def test_before_the_first_reading_the_tick_does_not_wait(
    source: Source, reader: Callable[[float], Reader]
) -> None:
    """A source that hangs from the start is "slow" at once, and one read is under way, not several."""
    source.open.clear()
    one = reader(PERIOD_SECONDS)
    attempts = [one.newest(1000.0 + step) for step in range(100)]

    assert {"slow"} == {made.outcome for made in attempts}
    assert {None} == {made.reading for made in attempts}
    source.wait_until_read()
    assert 1 == source.read_count


def test_a_reading_is_too_old_after_three_periods(source: Source, reader: Callable[[float], Reader]) -> None:
    """While a read is stuck the value before it serves for three periods, then it is None and "slow"."""
    one = reader(30.0)
    newest_when(one, lambda made: made.reading is not None)

    assert READING == one.newest(1089.0).reading
    late = one.newest(1091.0)
    assert (None, "slow", "no reading for 91 s") == (late.reading, late.outcome, late.reason)
    assert 1 == source.read_count


def test_reading_goes_on_period_after_period(source: Source, reader: Callable[[float], Reader]) -> None:
    """The thread reads again and again."""
    reader(PERIOD_SECONDS).newest(1000.0)
    for _ in range(5):
        source.wait_until_read()

    assert source.read_count >= 5


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (SourceUnavailableError("no sensor"), "unavailable", "no sensor"),
        (SourceFailedError("/srv: I/O error"), "failed", "/srv: I/O error"),
        (ZeroDivisionError("oops"), "failed", "ZeroDivisionError('oops')"),
    ],
)
def test_an_error_becomes_an_outcome_and_the_thread_lives_on(
    source: Source, reader: Callable[[float], Reader], error: Exception, outcome: str, reason: str
) -> None:
    """Whatever is raised has a reason, and the next read may succeed."""
    source.error = error
    one = reader(PERIOD_SECONDS)
    failed = newest_when(one, lambda made: made.outcome != "slow")
    assert (None, outcome, reason) == (failed.reading, failed.outcome, failed.reason)

    source.error = None
    assert READING == newest_when(one, lambda made: made.outcome == "ok").reading


def test_a_file_system_is_measured_in_bytes(tmp_path: Path) -> None:
    """The figures of a path below the root of the tree."""
    (tmp_path / "srv").mkdir()
    reading = collect(SystemTree(tmp_path), Path("/srv")).reading

    assert "/srv" == reading.path
    assert 0 <= reading.available_bytes <= reading.total_bytes


def test_a_path_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    """It was configured, so its absence is worth a word."""
    with pytest.raises(SourceFailedError, match="/srv: No such file"):
        collect(SystemTree(tmp_path), Path("/srv"))


def test_figures_that_contradict_each_other_are_malformed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More available than there is cannot be stored as room."""
    monkeypatch.setattr(SystemTree, "file_system_bytes", lambda *_: (10, 11))
    with pytest.raises(SourceMalformedError):
        collect(SystemTree(tmp_path), Path("/srv"))
