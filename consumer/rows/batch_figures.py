# SPDX-License-Identifier: Apache-2.0
"""The figures of rules, of one batch: of the host, and of each object on it. Pure.

Every batch of the fleet is judged, so a column is unpacked once, and objects have no objects here.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Literal

from msgspec import Struct

from consumer.rules.figures import RuleFigure, as_stored
from consumer.rules.subjects import FACTS, Subject
from publisher.wire.columns import ColumnBatch

Kind = Literal["filesystem", "disk", "sensor", "domain"]


class ReasonObject(Struct, frozen=True, omit_defaults=True):
    """One object of a host; ``name`` is a path, a device, a sensor or a VM's name, ``uuid`` that of a VM.

    Names come from hosts and guests: they are data.
    """

    kind: Kind
    name: str
    uuid: str | None = None


class BatchFigures:
    """What can be asked of a batch; ``facts`` are what the sample of its host does not carry."""

    def __init__(self, batch: ColumnBatch, clock_offset_seconds: float | None) -> None:
        self.sample = batch.sample
        self.facts = {
            "hypervisor_state": batch.hypervisor.state,
            "clock_offset_seconds": clock_offset_seconds,
        }
        self._batch = batch
        self._columns: dict[tuple[Subject, str], Sequence[Any]] = {}

    def values(self, subject: Subject, figure: RuleFigure) -> Sequence[float | None]:
        """Return a figure of each object of a kind on the host."""
        columns = [self.column(subject, name) for name in figure.made_of]
        return columns[0] if figure.compute is as_stored else list(map(figure.compute, *columns))

    def count(self, subject: Subject, figure: RuleFigure) -> int:
        """Return of how many objects a figure is known and not 0."""
        if figure.zero_unless is not None:
            name, value = figure.zero_unless
            if value not in self.column(subject, name):
                return 0
        values = self.values(subject, figure)
        return len(values) - values.count(None) - values.count(0.0)

    def column(self, subject: Subject, name: str) -> Sequence[Any]:
        """Return what is stored of each object of a kind; of no VM where libvirt was not asked."""
        found = self._columns.get((subject, name))
        if found is None:
            found = self._columns[subject, name] = self._read(subject, name)
        return found

    def object_at(self, subject: Subject, place: int) -> ReasonObject:
        """Return the object at a place."""
        batch = self._batch
        if subject == "domain" and batch.domains is not None:
            return ReasonObject("domain", batch.domains.name[place], batch.domains.uuid[place])
        if subject == "filesystem":
            return ReasonObject("filesystem", batch.filesystems[place].path)
        return ReasonObject("disk", batch.disks[place].device)

    def _read(self, subject: Subject, name: str) -> Sequence[Any]:
        batch = self._batch
        if subject == "domain":
            return () if batch.domains is None else batch.domains.figures(name)
        objects: Sequence[Struct] = batch.filesystems if subject == "filesystem" else batch.disks
        return [getattr(each, name) for each in objects]


def reader(figure: RuleFigure) -> Callable[[BatchFigures], float | None]:
    """Return what reads a figure of the host."""
    compute, names = figure.compute, figure.made_of
    if any(name in FACTS["host"] for name in names):
        return lambda figures: compute(*[figures.facts[name] for name in names])
    if compute is as_stored:
        return attrgetter(f"sample.{names[0]}")
    if len(names) == 1:
        get_one = attrgetter(f"sample.{names[0]}")
        return lambda figures: compute(get_one(figures))
    get = attrgetter(*names)
    return lambda figures: compute(*get(figures.sample))
