# SPDX-License-Identifier: Apache-2.0
"""The counters of one source, watched from tick to tick: an increase is right, or none with a reason.

A counter that fell was reset or read wrongly, and nobody can tell which. A driver that is reset and a file
that is read half both show 0 for a while. Then the old number is back. So what fell is remembered. A
counter that comes back to its old number has not counted all that within one tick. One that rises by more
than can be (publisher.rates.bounds) was read wrongly. It falls when it is read right again.
"""

from collections.abc import Collection, Container, Sequence
from operator import le, sub
from typing import ClassVar, Final

from publisher.rates.counter import increase_of_32_bits

Counters = Sequence[int | None]

_REMEMBERED_TICKS: Final = 6
# A counter may have advanced for so many intervals since the number that it comes back to was read.
_LONG: Final = 60
# A counter that fell so often while others rose is bad by itself.
_OFTEN: Final = 3

FELL: Final = "fell"
LEAPT: Final = "rose by more than can be"
RETURNED: Final = "went back to where it was before it fell"
RESTING: Final = "has not moved since it fell or leapt"
MOVED: Final = "moved for the first time since it fell"
HIDDEN: Final = "fell before and cannot be read now"
UNKNOWN_BEFORE: Final = "was not known before"

_DOUBTS: Final = frozenset({FELL, LEAPT, RETURNED})


class _Doubts:
    """What is remembered of a device whose counters were not believed; counters are places in its tuple."""

    __slots__ = ("leaps", "levels", "lone_falls", "resting")

    def __init__(self) -> None:
        # The highest and the latest number from which each fell, until they are reached again.
        self.levels: dict[int, tuple[int, int]] = {}
        # Of each that rose by too much: the last number that was believed, and the one that was not.
        self.leaps: dict[int, tuple[int, int]] = {}
        # How often each fell while most others rose.
        self.lone_falls: dict[int, int] = {}
        # All numbers since some fell, while none of them moves.
        self.resting: Counters | None = None

    def __bool__(self) -> bool:
        return bool(self.levels or self.leaps or self.lone_falls or self.resting)


class CounterWatch:
    """Belongs to one source: a collector of the host, or one start of a domain."""

    # Each VM has one.
    __slots__ = ("_absences", "_doubts", "_findings", "_is_doubting", "_last", "dipped", "doubt_count")

    def __init__(self) -> None:
        self.doubt_count = 0
        # Columns of CPUs that fell a little when they moved last (publisher.rates.host_cpu).
        self.dipped: frozenset[str] = frozenset()
        # The last known numbers of each device.
        self._last: dict[str, Counters] = {}
        self._doubts: dict[str, _Doubts] = {}
        # For how many ticks a device has not been there.
        self._absences: dict[str, int] = {}
        self._findings: list[str] = []
        self._is_doubting = False

    def increases(  # noqa: PLR0913 - two readings, their names and their bounds
        self,
        device: str,
        names: Sequence[str],
        before: Counters | None,
        now: Counters,
        bounds: Sequence[float],
        *,
        wrapping: Container[int] = (),
    ) -> Counters:
        """Return how far each counter of a device advanced; None where that is not known.

        ``before`` None: there is nothing to compare with, after a gap or with a new device; ``now`` is
        remembered all the same. ``bounds`` are the largest increases that can be. ``wrapping`` are the places
        of counters that wrap at 2**32.
        """
        last = self._last.get(device, before)
        self._last[device] = now
        doubts = self._doubts.get(device)
        if doubts is None and before is not None:
            if now == before and None not in now:
                return [0] * len(now)
            try:
                steps = list(map(sub, now, before))
            except TypeError:
                # Not all are known.
                steps = [-1]
            if min(steps) >= 0 and all(map(le, steps, bounds)):
                return steps
        if last is None:
            return [None] * len(now)
        self._last[device] = [old if new is None else new for old, new in zip(last, now, strict=True)]
        doubts = doubts or _Doubts()
        judged = _Judged(doubts, last, before or [None] * len(now), now, bounds, wrapping)
        if doubts:
            self._doubts[device] = doubts
        else:
            self._doubts.pop(device, None)
        self._tell_of(device, names, judged, is_compared=before is not None)
        return judged.steps

    def tell(self, finding: str) -> None:
        """Add why a figure of this tick is not known."""
        self._findings.append(finding)

    def doubt(self, finding: str) -> None:
        """Add the same where a reading was not believed: those are counted."""
        self.tell(finding)
        if not self._is_doubting:
            self._is_doubting = True
            self.doubt_count += 1

    def keep(self, devices: Collection[str]) -> None:
        """Forget the devices that are not there any more, after a while: a list may lack one for a tick."""
        for gone in self._last.keys() - set(devices):
            self._absences[gone] = self._absences.get(gone, 0) + 1
            if self._absences[gone] > _REMEMBERED_TICKS:
                self.forget(gone)
        for back in self._absences.keys() & set(devices):
            del self._absences[back]

    def forget(self, device: str) -> None:
        """Forget a device that is another one now under the same name."""
        self._last.pop(device, None)
        self._absences.pop(device, None)
        self._doubts.pop(device, None)

    @property
    def is_doubting(self) -> bool:
        """Whether some counter was not believed at this tick."""
        return self._is_doubting

    def take_findings(self) -> str | None:
        """Return what was told at this tick, None if nothing; the next tick begins."""
        if not self._findings:
            return None
        findings, self._findings = self._findings, []
        is_doubting, self._is_doubting = self._is_doubting, False
        count = self.doubt_count
        times = f" ({count} time{'s' if count > 1 else ''} since the start)" if is_doubting else ""
        return "; ".join(findings) + times

    def _tell_of(self, device: str, names: Sequence[str], judged: "_Judged", *, is_compared: bool) -> None:
        for words, places in judged.found.items():
            if not places or (words == UNKNOWN_BEFORE and not is_compared):
                continue
            who = ", ".join(names[place] for place in places)
            tell = self.doubt if words in _DOUBTS else self.tell
            tell(f"{device}: {who} {words}")


class _Judged:
    """The increases of one device at one tick, and why some are not known; the doubts are brought forward."""

    # Where one counter of a device gives cause for these, all are not known.
    _SHARED: ClassVar = frozenset({RETURNED, HIDDEN})

    def __init__(  # noqa: PLR0913, PLR0917 - made in one place
        self,
        doubts: _Doubts,
        last: Counters,
        before: Counters,
        now: Counters,
        bounds: Sequence[float],
        wrapping: Container[int],
    ) -> None:
        self._doubts = doubts
        self._fallen: set[int] = set()
        self.found: dict[str, list[int]] = {}
        self.steps: list[int | None] = [
            self._step(place, last[place], old, new, bounds[place], is_wrapping=place in wrapping)
            for place, (old, new) in enumerate(zip(before, now, strict=True))
        ]
        for place in doubts.levels:
            if now[place] is None:
                self._note(HIDDEN, place)
        is_fresh, is_at_rest = self._is_device_in_doubt(), self._note_rest(now)
        # What a reset or a wrong reading took from one counter it may have taken from all.
        if is_fresh or is_at_rest or not self._SHARED.isdisjoint(self.found):
            self.steps = [None] * len(now)
        if is_fresh:
            doubts.resting = list(now)

    def _is_device_in_doubt(self) -> bool:
        """Return whether some counter fell; not one that often falls by itself, while others count on."""
        lone_falls = self._doubts.lone_falls
        fallen = self.found.get(FELL, [])
        if len(fallen) < sum(bool(step) for step in self.steps):
            for place in self._fallen:
                lone_falls[place] = lone_falls.get(place, 0) + 1
        return any(lone_falls.get(place, 0) < _OFTEN for place in self._fallen)

    def _note_rest(self, now: Counters) -> bool:
        """Note whether the counters stand where they fell to, or left it just now: neither may be true."""
        doubts = self._doubts
        if doubts.resting is None:
            return False
        moved = [
            place
            for place, (old, new) in enumerate(zip(doubts.resting, now, strict=True))
            if new is not None and new != old
        ]
        if moved:
            doubts.resting = None
            if RETURNED not in self.found:
                self.found[MOVED] = moved
        else:
            self.found = {RESTING: [place for place, new in enumerate(now) if new is not None]}
        return True

    def _step(  # noqa: PLR0913 - one counter, all of it
        self,
        place: int,
        last: int | None,
        old: int | None,
        new: int | None,
        bound: float,
        *,
        is_wrapping: bool,
    ) -> int | None:
        doubts = self._doubts
        if new is None:
            return None
        if last is not None and new < last:
            wrapped = increase_of_32_bits(last, new) if is_wrapping else None
            # The last number that is known may be that of some ticks ago.
            if wrapped is None or wrapped > (bound * _LONG if old is None else bound):
                self._fall(place, last, new, bound * _LONG)
                return None
            if old is not None:
                return wrapped
            self._note(UNKNOWN_BEFORE, place)
            return None
        leap = doubts.leaps.get(place)
        level = doubts.levels.get(place)
        if level is not None and new >= level[1]:
            words = self._leap(place, level[1], new, bound * _LONG) or RETURNED
            if new >= level[0]:
                del doubts.levels[place]
            else:
                doubts.levels[place] = (level[0], level[0])
        elif leap is not None and new == leap[1]:
            words = RESTING
        elif old is None:
            words = (None if last is None else self._leap(place, last, new, bound * _LONG)) or UNKNOWN_BEFORE
        elif (leapt := self._leap(place, old, new, bound)) is not None:
            words = leapt
        else:
            return new - old
        self._note(words, place)
        return None

    def _leap(self, place: int, believed: int, new: int, bound: float) -> str | None:
        if new - believed <= bound:
            return None
        leap = self._doubts.leaps.get(place)
        self._doubts.leaps[place] = (believed if leap is None else leap[0], new)
        return LEAPT

    def _fall(self, place: int, last: int, new: int, bound: float) -> None:
        leap = self._doubts.leaps.pop(place, None)
        believed = last if leap is None else leap[0]
        if new < believed:
            highest, _ = self._doubts.levels.get(place, (0, 0))
            self._doubts.levels[place] = (max(believed, highest), believed)
            self._fallen.add(place)
        else:
            self._leap(place, believed, new, bound)
        self._note(FELL, place)

    def _note(self, words: str, place: int) -> None:
        self.found.setdefault(words, []).append(place)


def watched(watch: CounterWatch | None) -> CounterWatch:
    """Return the watch, or one that remembers nothing."""
    return CounterWatch() if watch is None else watch
