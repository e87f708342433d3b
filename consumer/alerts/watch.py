# SPDX-License-Identifier: Apache-2.0
"""One rule over all objects of its kind: windows, conditions, the states of its levels. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from consumer.alerts.flapping import Flapping, KeptChanges
from consumer.alerts.states import KeptState, Phase, States
from consumer.alerts.windows import Numbers, Places, grown
from consumer.rules.rule import SEVERITIES, Alert, Rule, Severity
from consumer.rules.subjects import Subject

# A figure of a kind of object over a window of so many seconds, for each object of the rule. No name stands
# for the events of the rule. A figure of another kind of object is the host's, or the greatest on the host.
Read: TypeAlias = Callable[[Subject, str | None, int], Numbers]


class Change(NamedTuple):
    """An object that began to be pending or to fire, or was resolved; ``value`` is what was judged."""

    place: int
    severity: Severity
    phase: Phase
    value: float


class KeptWatch(NamedTuple):
    """What a watch knows that samples do not tell: put back, it goes on as if it had never ended.

    ``states`` has a list for each severity, ``changes`` those of objects by their place.
    """

    stepped_at: float
    states: Mapping[Severity, Sequence[KeptState]]
    changes: Mapping[int, KeptChanges]


class Watch:
    """The states of one rule."""

    def __init__(self, rule: Rule, alert: Alert, object_count: int) -> None:
        self._rule = rule
        self._alert = alert
        self._windows = np.full(object_count, alert.window_seconds)
        self._levels: dict[Severity, States] = {
            severity: States(object_count, level, low_enters=alert.low_enters, is_off=rule.off)
            for severity, level in alert.levels().items()
        }
        self._count = object_count
        self._flapping = Flapping()
        # What the last step judged.
        self.values = np.full(object_count, np.nan)

    def differ(self, place: int, rule: Rule) -> None:
        """Give an object the form of the rule that is in force for it."""
        alert = Alert() if rule.off or rule.alert is None else rule.alert
        levels = alert.levels()
        for severity in SEVERITIES:
            if severity in levels and severity not in self._levels:
                self._levels[severity] = States(
                    self._count, levels[severity], low_enters=self._alert.low_enters, is_off=True
                )
        self._levels = {each: self._levels[each] for each in SEVERITIES if each in self._levels}
        for severity, states in self._levels.items():
            states.differ(place, levels.get(severity))
        if levels:
            self._windows[place] = alert.window_seconds

    def step(self, now: float, read: Read) -> list[Change]:
        """Judge a cycle, and return what changed, the mildest level first."""
        before = self.severities()
        values = self.values = self._values(read)
        judged = values if self._rule.words_below_zero is None else np.abs(values)
        beside = self._beside(read)
        changes = [
            Change(place, severity, Phase(phase), float(values[place]))
            for severity, states in self._levels.items()
            for place, phase in states.step(now, judged, beside)
        ]
        self._flapping.note(now, np.flatnonzero(self.severities() != before).tolist())
        return changes

    def severities(self) -> NDArray[np.int8]:
        """Return the worst severity that fires of each object, by its place in ``SEVERITIES``; -1 is none."""
        worst = np.full(self._count, -1, dtype=np.int8)
        for severity, states in self._levels.items():
            worst[states.phases == Phase.FIRING] = SEVERITIES.index(severity)
        return worst

    def began(self, place: int) -> float:
        """Return when what fires of an object began to be pending."""
        return min(
            (
                float(each.began[place])
                for each in self._levels.values()
                if each.phases[place] == Phase.FIRING
            ),
            default=np.nan,
        )

    def flapping(self, now: float) -> frozenset[int]:
        """Return the objects whose alert flaps: it is held, and said to do so."""
        return self._flapping.flapping(now)

    def kept(self) -> KeptWatch:
        """Return what has to be stored."""
        return KeptWatch(
            max((states.stepped_at for states in self._levels.values()), default=-np.inf),
            {severity: states.kept() for severity, states in self._levels.items()},
            self._flapping.kept(),
        )

    def restore(self, kept: KeptWatch) -> None:
        """Put back what was stored; a severity that the rule has no more is left out."""
        for severity, states in self._levels.items():
            states.restore(kept.states.get(severity, ()), kept.stepped_at)
        self._flapping.restore(kept.changes)

    def grow(self, object_count: int) -> None:
        """Make room for more objects."""
        self._count = object_count
        self._windows = grown(self._windows, object_count, self._alert.window_seconds)
        self.values = grown(self.values, object_count, np.nan)
        for states in self._levels.values():
            states.grow(object_count)

    def clear(self, place: int) -> list[Severity]:
        """Make a place free for another object; return the severities that fired for the one that is gone."""
        self._windows[place] = self._alert.window_seconds
        self._flapping.clear(place)
        return [severity for severity, states in self._levels.items() if states.clear(place)]

    def _values(self, read: Read) -> Numbers:
        first, *others = np.unique(self._windows).tolist() or [self._alert.window_seconds]
        values = read(self._rule.subject, self._rule.figure, first)
        for seconds in others:
            other = read(self._rule.subject, self._rule.figure, seconds)
            values = np.where(self._windows == seconds, other, values)
        return values

    def _beside(self, read: Read) -> NDArray[np.bool_] | None:
        """Return where one of the conditions holds; None without any. What is not known does not hold."""
        if not self._alert.beside:
            return None
        holds = np.zeros(self._count, dtype=np.bool_)
        for condition in self._alert.beside:
            subject = condition.subject or self._rule.subject
            # A comparison with NaN is false.
            holds |= read(subject, condition.figure, self._alert.window_seconds) >= condition.at_least
        return holds


def of_hosts(values: Numbers, hosts: Places) -> Numbers:
    """Return for each object what its host has."""
    return values[hosts]


def greatest_on_hosts(values: Numbers, hosts: Places, host_count: int) -> Numbers:
    """Return for each host the greatest known value on it, NaN where there is none."""
    greatest = np.full(host_count, np.nan)
    np.fmax.at(greatest, hosts, values)
    return greatest
