# SPDX-License-Identifier: Apache-2.0
"""How well a host is: 0 to 100 with reasons, from rules that are data. Pure.

A rule fires when its figure reaches ``enter`` and holds until the figure falls below ``leave``. It takes half
of its points at ``enter`` and all of them at ``full``. A figure that is not known takes nothing. With no
figure at all the health is unknown, which is neither good nor bad. Which rules fired is remembered per
process. So a rule may be left early after a restart, or where consumers share a queue.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from msgspec import Struct

from consumer.rows.batch_figures import BatchFigures, ReasonObject, reader
from consumer.rules.figures import RuleFigure, figure
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Condition, Health, Rule
from consumer.rules.subjects import Subject
from publisher.wire.columns import ColumnBatch

State = Literal["good", "strained", "bad", "unknown"]

GOOD_FROM = 80
STRAINED_FROM = 50


class Reason(Struct, frozen=True, omit_defaults=True):
    """One rule that took points. ``text`` ends with the name of ``object``, where there is one."""

    rule: str
    points: int
    text: str
    object: ReasonObject | None = None


class HostHealth(NamedTuple):
    """``score`` is None exactly where the state is unknown."""

    score: int | None
    state: State
    reasons: tuple[Reason, ...]
    # How far the host's clock is ahead of ours, negative if behind; None in tolerance.
    clock_offset_seconds: float | None = None


class _Beside(NamedTuple):
    """A condition with its figure; ``read`` of the host, without it one of the objects on it."""

    read: Callable[[BatchFigures], float | None] | None
    subject: Subject
    figure: RuleFigure
    at_least: float


class _Judge(NamedTuple):
    """A rule with its figures; ``blamed`` is the figure that is the greatest of the object to blame."""

    reason: str
    enter: float
    leave: float
    is_silent_at_zero: bool
    is_signed: bool
    read: Callable[[BatchFigures], float | None]
    rule: Rule
    health: Health
    figure: RuleFigure
    beside: tuple[_Beside, ...]
    blamed: tuple[Subject, RuleFigure] | None


def assess(
    batch: ColumnBatch, held: frozenset[str] = frozenset(), *, clock_offset_seconds: float | None = None
) -> HostHealth:
    """Return the health of a host; ``held`` names the rules that fired at its previous sample.

    How far its clock is ahead no figure of a batch can say; None in tolerance.
    """
    figures = BatchFigures(batch, clock_offset_seconds)
    reasons: list[Reason] = []
    known = False
    for judge in _judges():
        value = judge.read(figures)
        if value is None or (judge.is_silent_at_zero and not value):
            continue
        known = True
        size = abs(value) if judge.is_signed else value
        if size < judge.leave or (size < judge.enter and judge.reason not in held):
            continue
        if not judge.beside or any(_holds(each, figures) for each in judge.beside):
            reasons.append(_reason(judge, value, figures))
    if not known:
        return HostHealth(None, "unknown", (), clock_offset_seconds)
    score = max(0, 100 - sum(reason.points for reason in reasons))
    reasons.sort(key=lambda reason: -reason.points)
    return HostHealth(score, _state(score), tuple(reasons), clock_offset_seconds)


@cache
def _judges() -> tuple[_Judge, ...]:
    """Return the shipped rules that take points, with their figures found."""
    return tuple(
        _judge(name, rule, rule.health, rule.figure)
        for name, rule in shipped_rules().rules.items()
        if rule.health is not None and rule.figure is not None
    )


def _judge(name: str, rule: Rule, health: Health, figure_name: str) -> _Judge:
    judged = figure(rule.subject, figure_name)
    blamed = None
    if rule.object is not None and rule.object.figure is not None and rule.object.subject != "sensor":
        blamed = rule.object.subject, figure(rule.object.subject, rule.object.figure)
    return _Judge(
        reason=health.reason or name,
        enter=health.enter,
        leave=health.leave,
        is_silent_at_zero=health.is_silent_at_zero,
        is_signed=rule.words_below_zero is not None,
        read=_read(rule.subject, judged, health),
        rule=rule,
        health=health,
        figure=judged,
        beside=tuple(_beside(each, each.subject or rule.subject) for each in health.beside),
        blamed=blamed,
    )


def _read(subject: Subject, judged: RuleFigure, health: Health) -> Callable[[BatchFigures], float | None]:
    """Return what reads the value that a rule judges."""
    if subject == "host":
        return reader(judged)
    if health.of == "count":
        return lambda figures: float(figures.count(subject, judged))
    return lambda figures: _greatest(figures.values(subject, judged))


def _beside(condition: Condition, subject: Subject) -> _Beside:
    found = figure(subject, condition.figure)
    return _Beside(reader(found) if subject == "host" else None, subject, found, condition.at_least)


def _holds(beside: _Beside, figures: BatchFigures) -> bool:
    found = beside.read(figures) if beside.read else _greatest(figures.values(beside.subject, beside.figure))
    return found is not None and found >= beside.at_least


def _greatest(values: Sequence[float | None]) -> float | None:
    return max([value for value in values if value is not None], default=None)


def _reason(judge: _Judge, value: float, figures: BatchFigures) -> Reason:
    words = judge.rule.words_for(value)
    found = _object(judge, figures)
    if found is not None:
        words += judge.rule.before_object + found.name
    return Reason(judge.reason, _points(judge.health, abs(value)), words, found)


def _object(judge: _Judge, figures: BatchFigures) -> ReasonObject | None:
    """Return what is to blame; it is asked only where the rule fires."""
    subject = judge.rule.subject
    if judge.health.of == "count":
        values = figures.values(subject, judge.figure)
        found = [figures.object_at(subject, place) for place, value in enumerate(values) if value]
        # The first by name is the same one at each sample.
        return min(found, key=lambda each: (each.name, each.uuid or ""), default=None)
    if subject != "host":
        return _worst(figures, subject, judge.figure)
    if judge.blamed is not None:
        return _worst(figures, *judge.blamed)
    if judge.rule.object is not None and judge.rule.object.text is not None:
        # Older publishers do not name it.
        name = getattr(figures.sample, judge.rule.object.text)
        return None if name is None else ReasonObject("sensor", name)
    return None


def _worst(figures: BatchFigures, subject: Subject, judged: RuleFigure) -> ReasonObject | None:
    values = figures.values(subject, judged)
    worst = _greatest(values)
    return None if worst is None else figures.object_at(subject, values.index(worst))


def _points(health: Health, value: float) -> int:
    span = health.full - health.enter
    depth = 1.0 if span <= 0 else min(1.0, max(0.0, (value - health.enter) / span))
    return round(health.points * (0.5 + 0.5 * depth))


def _state(score: int) -> State:
    if score >= GOOD_FROM:
        return "good"
    return "strained" if score >= STRAINED_FROM else "bad"
