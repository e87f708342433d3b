# SPDX-License-Identifier: Apache-2.0
"""Figures of the host that follow from the names of a reading's fields: pure.

A gauge is the field of its own name. The count ``x_count`` is the increase of the counter ``x_total``, the
rate ``x_per_second`` that increase over the interval. Whatever needs more has a module of its own here.
"""

from typing import Any, Final, NamedTuple, get_args

from msgspec.structs import fields

from publisher.collectors.reading import HostReading
from publisher.procfs import LARGEST_COUNT
from publisher.rates.counter import increase, per_second
from publisher.wire.figures import Kind, declarations
from publisher.wire.samples import HostSample


class PlainFigure(NamedTuple):
    """A figure, and the field of the reading of a subject that it is made of."""

    name: str
    kind: Kind
    subject: str
    field: str


def _plain_figures() -> tuple[PlainFigure, ...]:
    declared = declarations(HostSample)
    found = []
    for subject in fields(HostReading):
        for field in fields(get_args(subject.type)[0]):
            stem = field.name.removesuffix("_total")
            made: tuple[tuple[str, Kind], ...] = ((field.name, "gauge"),)
            if stem != field.name:
                made = ((f"{stem}_count", "count"), (f"{stem}_per_second", "rate"))
            found += [
                PlainFigure(name, kind, subject.name, field.name)
                for name, kind in made
                if name in declared and declared[name].kind == kind
            ]
    return tuple(found)


PLAIN_FIGURES: Final = _plain_figures()


def plain_figures(
    previous: HostReading, current: HostReading, interval_seconds: float | None
) -> dict[str, Any]:
    """Return fields of HostSample; a count needs a reading before, and a rate an interval too."""
    sample: dict[str, Any] = {}
    for name, kind, subject, field in PLAIN_FIGURES:
        now = getattr(getattr(current, subject), field, None)
        if kind == "gauge":
            sample[name] = now
            continue
        before = getattr(getattr(previous, subject), field, None)
        if kind == "rate":
            sample[name] = per_second(before, now, interval_seconds)
        else:
            step = increase(before, now)
            sample[name] = None if step is None else min(step, LARGEST_COUNT)
    return sample
