# SPDX-License-Identifier: Apache-2.0
"""Figures of the host that follow from the names of a reading's fields: pure but for the watches.

A gauge is the field of its own name, rounded to what its column holds. The count ``x_count`` is the increase
of the counter ``x_total``, the rate ``x_per_second`` that increase over the interval. A counter may be
several, by name: each is compared with itself, and their increases are added. What is made of several gauges
of one source, such as a share, is a field of the reading too. Whatever needs two sources, or a formula over
two readings, has a module of its own here.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

from msgspec.structs import fields

from publisher.collectors.reading import HostReading
from publisher.procfs import LARGEST_COUNT
from publisher.rates.bounds import EVENTS_PER_SECOND, GAP_SECONDS
from publisher.rates.completeness import tell_partial
from publisher.rates.counter import ratio, significant
from publisher.rates.counter_watch import CounterWatch, watched
from publisher.wire.figures import Kind, figures_of
from publisher.wire.samples import HostSample


class PlainFigure(NamedTuple):
    """A figure, and the field of the reading of a subject that it is made of.

    ``is_real``: its column is ``real``, so that more than seven digits are of no use.
    """

    name: str
    kind: Kind
    subject: str
    field: str
    is_real: bool = False


def _plain_figures() -> tuple[PlainFigure, ...]:
    declared = {each.name: each for each in figures_of(HostSample)}
    found = []
    for subject in fields(HostReading):
        for field in fields(get_args(subject.type)[0]):
            stem = field.name.removesuffix("_total")
            made: tuple[tuple[str, Kind], ...] = ((field.name, "gauge"),)
            if stem != field.name:
                made = ((f"{stem}_count", "count"), (f"{stem}_per_second", "rate"))
            found += [
                PlainFigure(name, kind, subject.name, field.name, declared[name].sql_type == "real")
                for name, kind in made
                if name in declared and declared[name].figure.kind == kind
            ]
    return tuple(found)


PLAIN_FIGURES: Final = _plain_figures()


def plain_figures(
    previous: HostReading,
    current: HostReading,
    interval_seconds: float | None,
    watches: Mapping[str, CounterWatch] | None = None,
) -> dict[str, Any]:
    """Return fields of HostSample; a count needs a reading before, and a rate an interval too."""
    sample: dict[str, Any] = {}
    for name, kind, subject, field, is_real in PLAIN_FIGURES:
        now = getattr(getattr(current, subject), field, None)
        if kind == "gauge":
            sample[name] = significant(now) if is_real and now is not None else now
            continue
        before = getattr(getattr(previous, subject), field, None)
        watch = watched(None if watches is None else watches[subject])
        seconds = interval_seconds or GAP_SECONDS
        bound = LARGEST_COUNT if kind == "count" else EVENTS_PER_SECOND * seconds
        step = _increase(field.removesuffix("_total"), before, now, bound, watch)
        sample[name] = step if kind == "count" else ratio(step, interval_seconds)
    return sample


def _increase(name: str, before: Any, now: Any, bound: float, watch: CounterWatch) -> int | None:
    if now is None:
        return None
    if not isinstance(now, Mapping):
        (step,) = watch.increases(name, ("total",), None if before is None else (before,), (now,), (bound,))
        return step
    olds = before or {}
    steps = [
        watch.increases(
            f"{name} {member}", ("total",), (olds[member],) if member in olds else None, (new,), (bound,)
        )[0]
        for member, new in now.items()
    ]
    if before is not None and not tell_partial(watch, olds, now):
        return None
    known = [step for step in steps if step is not None]
    return sum(known) if known and len(known) == len(steps) else None
