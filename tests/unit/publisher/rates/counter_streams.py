# SPDX-License-Identifier: Apache-2.0
"""Streams of counters with faults in them, and what a slow reference knows of each interval.

The reference knows the truth: how much was counted within each interval, and at which readings a fault showed
something else. Figures may be null only where it says so.
"""

from collections.abc import Sequence
from random import Random
from typing import Literal, NamedTuple, Protocol, TypeVar

from hypothesis import strategies as st

# zero: the line shows 0 for a while. leap: one column is far too high. text: one column is no number.
# reset: all begin anew. gone: the device is not there. gap: no reading at all, for so many ticks.
Kind = Literal["zero", "leap", "text", "reset", "gone", "gap"]
KINDS: tuple[Kind, ...] = ("zero", "leap", "text", "reset", "gone", "gap")

TICK_SECONDS = 10.0
# A longer gap has no rates.
LONGEST_SECONDS = 3 * TICK_SECONDS
TICK_COUNT = 16
LEAP = 2**60


class Fault(NamedTuple):
    """What goes wrong at which tick, for how many, with which column where it is one."""

    kind: Kind
    tick: int
    tick_count: int
    column: int


class Reading(NamedTuple):
    """One tick: what is read (None: the device is not there), what was counted in truth, what may be null."""

    at_seconds: float
    numbers: tuple[int | None, ...] | None
    truth: tuple[int, ...]
    faulty: frozenset[int]


def faults(column_count: int) -> st.SearchStrategy[list[Fault]]:
    """Return lists of up to four faults, at most one at a tick."""
    one = st.builds(
        Fault,
        st.sampled_from(KINDS),
        st.integers(2, TICK_COUNT - 1),
        st.integers(1, 3),
        st.integers(0, column_count - 1),
    )
    return st.lists(one, max_size=4).map(apart)


class Lasting(Protocol):
    """What every fault says of itself."""

    @property
    def tick(self) -> int:
        """Return when it begins."""
        ...

    @property
    def tick_count(self) -> int:
        """Return for how many ticks it lasts."""
        ...


One = TypeVar("One", bound=Lasting)


def apart(wrong: list[One]) -> list[One]:
    """Return the faults without those that strike while another does: nobody could tell them apart."""
    taken: set[int] = set()
    kept: list[One] = []
    for fault in wrong:
        ticks = set(range(fault.tick, fault.tick + fault.tick_count))
        if taken.isdisjoint(ticks):
            taken |= ticks
            kept.append(fault)
    return kept


def of_few_counters(wrong: Sequence[Fault]) -> list[Fault]:
    """Return the faults without those that follow a reset and that a small number cannot show.

    What fell to 3 and counts 5 after another reset has risen, as far as anybody can see. Of many counters
    another falls. A second reset of one or two would be another boot of the host, or start of the VM.
    """
    reset_at = min((fault.tick for fault in wrong if fault.kind == "reset"), default=TICK_COUNT)
    return [fault for fault in wrong if fault.tick <= reset_at or fault.kind not in {"reset", "zero"}]


def stream(
    seed: int, wrong: Sequence[Fault], *, starts: Sequence[int | range], largest_steps: Sequence[int]
) -> list[Reading]:
    """Return the readings of a device; ``wrong`` strikes in the order of its list."""
    chance, clock = Random(seed), Random(seed)  # noqa: S311 - repeatable, not secret
    columns = range(len(starts))
    truth = [
        chance.choice(start) if isinstance(start, range) else start and chance.randrange(start // 2, start)
        for start in starts
    ]
    # What the counters show is the truth less what they had at their last reset.
    offsets, at_seconds = [0] * len(starts), 1000.0
    readings, was_reset = [], False
    # What was there to be read at the last reading.
    shown = list(truth)
    for tick in range(TICK_COUNT):
        now = [fault for fault in wrong if fault.tick <= tick < fault.tick + fault.tick_count]
        at_seconds += TICK_SECONDS * clock.uniform(0.97, 1.03)
        begun = list(offsets)
        for column in columns:
            before = truth[column]
            truth[column] += chance.randrange(largest_steps[column] + 1)
            if any(fault.kind == "reset" and fault.tick == tick for fault in wrong):
                # It happened somewhere within the interval: what was counted before it shows no more.
                offsets[column] = chance.randint(before, truth[column])
        if begun != offsets:
            was_reset = any(truth[column] - offsets[column] < shown[column] for column in columns)
            if not was_reset:
                # All have passed what they were: nobody can see that they began anew.
                offsets = begun
        if any(fault.kind == "gap" for fault in now):
            continue
        shown = [truth[column] - offsets[column] for column in columns]
        numbers, faulty = _struck(shown, now)
        if was_reset:
            faulty = frozenset(columns)
        was_reset = False
        gone = any(fault.kind == "gone" for fault in now)
        readings.append(Reading(at_seconds, None if gone else numbers, tuple(truth), faulty))
    return readings


def _struck(shown: Sequence[int], now: Sequence[Fault]) -> tuple[tuple[int | None, ...], frozenset[int]]:
    """Return what is read in place of what there was, and which columns of it are wrong."""
    numbers: list[int | None] = list(shown)
    faulty: set[int] = set()
    for fault in now:
        if fault.kind == "zero":
            numbers, faulty = [0] * len(shown), set(range(len(shown)))
        elif fault.kind == "leap":
            numbers[fault.column] = (numbers[fault.column] or 0) + LEAP
            faulty.add(fault.column)
        elif fault.kind == "text":
            numbers[fault.column] = None
            faulty.add(fault.column)
    return tuple(numbers), frozenset(faulty)
