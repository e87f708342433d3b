# SPDX-License-Identifier: Apache-2.0
"""The figures of rules, of one batch: of the host, and of each object on it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from consumer.rules.figures import RuleFigure, as_stored
from consumer.rules.subjects import Subject
from publisher.wire.columns import ColumnBatch

Kind = Literal["filesystem", "disk", "sensor", "domain"]


class ReasonObject(Struct, frozen=True, omit_defaults=True):
    """One object of a host; ``name`` is a path, a device, a sensor or a VM's name, ``uuid`` that of a VM.

    Names come from hosts and guests: they are data.
    """

    kind: Kind
    name: str
    uuid: str | None = None


# A known value of one object, and the place of the object among those of its kind.
Measured = tuple[float, int]


def host_value(batch: ColumnBatch, figure: RuleFigure, facts: Mapping[str, Any]) -> float | None:
    """Return a figure of the host; ``facts`` are what its sample does not carry."""
    sample = batch.sample
    if figure.compute is as_stored:
        (name,) = figure.made_of
        value: float | None = facts[name] if name in facts else getattr(sample, name)
        return value
    return figure.compute(
        *[facts[name] if name in facts else getattr(sample, name) for name in figure.made_of]
    )


def object_values(batch: ColumnBatch, subject: Subject, figure: RuleFigure) -> list[Measured]:
    """Return a figure of each object of a kind on the host, where it is known."""
    columns = [_column(batch, subject, name) for name in figure.made_of]
    values = columns[0] if figure.compute is as_stored else map(figure.compute, *columns)
    return [(value, place) for place, value in enumerate(values) if value is not None]


def object_at(batch: ColumnBatch, subject: Subject, place: int) -> ReasonObject:
    """Return the object at a place."""
    if subject == "domain":
        domains = batch.domains
        if domains is None:
            raise LookupError("libvirt was not asked: there is no VM at any place")
        return ReasonObject("domain", domains.name[place], domains.uuid[place])
    if subject == "filesystem":
        return ReasonObject("filesystem", batch.filesystems[place].path)
    return ReasonObject("disk", batch.disks[place].device)


def _column(batch: ColumnBatch, subject: Subject, name: str) -> Sequence[Any]:
    if subject == "domain":
        return () if batch.domains is None else batch.domains.figures(name)
    objects: Sequence[Struct] = batch.filesystems if subject == "filesystem" else batch.disks
    return [getattr(each, name) for each in objects]
