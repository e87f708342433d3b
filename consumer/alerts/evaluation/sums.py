# SPDX-License-Identifier: Apache-2.0
"""The windows of all figures that the rules need, and what each rule reads of them. Pure."""

from collections.abc import Callable, Iterable

import numpy as np

from consumer.alerts.evaluation.needs import Need
from consumer.alerts.evaluation.objects import Objects
from consumer.alerts.evaluation.rows import Rows, computed
from consumer.alerts.watch import Read, greatest_on_hosts, of_hosts
from consumer.alerts.windows import Newest, Numbers, Places, Windows
from consumer.rules.subjects import Subject


class Sums:
    """Windows by what needs them; rooms of objects grow as objects come."""

    def __init__(self, needs: Iterable[Need], objects: dict[Subject, Objects]) -> None:
        self._objects = objects
        self._cells: dict[tuple[Subject, str, int, bool], Windows | Newest] = {}
        self._needs = list(needs)
        for need in self._needs:
            room = objects[need.subject].room
            self._cells[_key(need)] = _cell(need, room)
        # What was read in this step: several rules read the same.
        self._read: dict[tuple[Subject, str, int, bool], Numbers] = {}

    def add(self, now: float, subject: Subject, rows: Rows, places: Places, needs: Iterable[Need]) -> None:
        """Add samples to the windows of these figures."""
        values: dict[str, Numbers] = {}
        for need in needs:
            if need.subject != subject or need.figure is None:
                continue
            if need.name not in values:
                values[need.name] = computed(need.figure, rows.columns, rows.row_count)
            self._cells[_key(need)].add(now, places, rows.times, values[need.name], rows.covers)

    def add_events(self, now: float, need: Need, places: Places, times: Numbers) -> None:
        """Add events, each of which counts one."""
        ones = np.ones(len(places))
        self._cells[_key(need)].add(now, places, times, ones, np.zeros(len(places)))

    def begin_step(self) -> None:
        """Forget what was read in the step before."""
        self._read.clear()

    def reader(self, now: float, rule: str, subject: Subject) -> Read:
        """Return how a rule about a kind of object reads figures in this step."""

        def read(about: Subject, name: str | None, seconds: int) -> Numbers:
            key = (about, rule if name is None else name, seconds, name is None)
            values = self._read.get(key)
            if values is None:
                values = self._read[key] = self._values(now, key)
            if about == subject:
                return values
            return self._elsewhere(values, about, subject)

        return read

    def grow(self, subject: Subject) -> None:
        """Make room where objects of a kind have more places now."""
        room = self._objects[subject].room
        self._each(subject, lambda cell: cell.grow(room))

    def clear(self, subject: Subject, place: int) -> None:
        """Make a place free for another object."""
        self._each(subject, lambda cell: cell.clear(place))

    def _each(self, subject: Subject, act: Callable[[Windows | Newest], None]) -> None:
        for key, cell in self._cells.items():
            if key[0] == subject:
                act(cell)

    def _values(self, now: float, key: tuple[Subject, str, int, bool]) -> Numbers:
        values = self._cells[key].values(now)
        return np.where(self._objects[key[0]].is_used, values, np.nan)

    def _elsewhere(self, values: Numbers, about: Subject, subject: Subject) -> Numbers:
        """Return for each object what its host has; for a host the greatest of what is on it."""
        hosts = self._objects["host"]
        if about == "host":
            objects = self._objects[subject]
            places = hosts.owner_places(objects.host_ids)
            return np.where(places < 0, np.nan, of_hosts(values, places))
        parts = self._objects[about]
        places = hosts.owner_places(parts.host_ids)
        known = parts.is_used & (places >= 0)
        return greatest_on_hosts(values[known], places[known], hosts.room)


def _key(need: Need) -> tuple[Subject, str, int, bool]:
    return need.subject, need.name, need.window_seconds, need.figure is None


def _cell(need: Need, room: int) -> Windows | Newest:
    if need.figure is None:
        return Windows(room, need.window_seconds, "number")
    if not need.window_seconds:
        return Newest(room)
    return Windows(room, need.window_seconds, "sum" if need.figure.adds_up else "mean")
