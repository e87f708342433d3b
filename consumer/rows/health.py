# SPDX-License-Identifier: Apache-2.0
"""How well a host is: 0 to 100 with reasons, from rules that are data. Pure.

A rule fires when its figure reaches ``enter`` and holds until the figure falls below ``leave``. It takes half
of its points at ``enter`` and all of them at ``full``. A figure that is not known takes nothing. With no
figure at all the health is unknown, which is neither good nor bad. Which rules fired is remembered per
process. So a rule may be left early after a restart, or where consumers share a queue.
"""

from collections.abc import Mapping
from functools import cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from consumer.rows.batch_figures import ReasonObject, host_value, object_at, object_values
from consumer.rules.figures import RuleFigure, figure
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Health, Rule
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
    """A condition with its figure."""

    subject: Subject
    figure: RuleFigure
    at_least: float


class _Judge(NamedTuple):
    """A rule with its figures; ``blamed`` is the figure that is the greatest of the object to blame."""

    reason: str
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
    facts = {"hypervisor_state": batch.hypervisor.state, "clock_offset_seconds": clock_offset_seconds}
    reasons: list[Reason] = []
    known = False
    for judge in _judges():
        value, place = _value(judge, batch, facts)
        size = value if value is None or judge.rule.words_below_zero is None else abs(value)
        if value is None or size is None or (judge.health.is_silent_at_zero and not size):
            continue
        known = True
        level = judge.health.leave if judge.reason in held else judge.health.enter
        if size >= level and _is_beside(judge, batch, facts):
            reasons.append(_reason(judge, value, batch, place))
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
    beside = tuple(
        _Beside(subject, figure(subject, each.figure), each.at_least)
        for each in health.beside
        for subject in (each.subject or rule.subject,)
    )
    blamed = None
    if rule.object is not None and rule.object.figure is not None and rule.object.subject != "sensor":
        blamed = rule.object.subject, figure(rule.object.subject, rule.object.figure)
    return _Judge(health.reason or name, rule, health, figure(rule.subject, figure_name), beside, blamed)


def _value(judge: _Judge, batch: ColumnBatch, facts: Mapping[str, Any]) -> tuple[float | None, int | None]:
    """Return what the rule judges, and the place of the object that it is of, where there is one."""
    subject = judge.rule.subject
    if subject == "host":
        return host_value(batch, judge.figure, facts), None
    found = object_values(batch, subject, judge.figure)
    if judge.health.of == "count":
        places = [place for value, place in found if value]
        # The first by name is the same one at each sample.
        first = min(places, key=lambda place: _by_name(object_at(batch, subject, place)), default=None)
        return float(len(places)), first
    worst = max(found, key=itemgetter(0), default=None)
    return (None, None) if worst is None else worst


def _by_name(found: ReasonObject) -> tuple[str, str]:
    return found.name, found.uuid or ""


def _is_beside(judge: _Judge, batch: ColumnBatch, facts: Mapping[str, Any]) -> bool:
    """Tell whether one of the conditions holds, where there are some."""
    return not judge.beside or any(_holds(each, batch, facts) for each in judge.beside)


def _holds(beside: _Beside, batch: ColumnBatch, facts: Mapping[str, Any]) -> bool:
    if beside.subject == "host":
        value = host_value(batch, beside.figure, facts)
        return value is not None and value >= beside.at_least
    return any(value >= beside.at_least for value, _ in object_values(batch, beside.subject, beside.figure))


def _reason(judge: _Judge, value: float, batch: ColumnBatch, place: int | None) -> Reason:
    words = judge.rule.words_for(value)
    found = _object(judge, batch, place)
    if found is not None:
        words += judge.rule.before_object + found.name
    return Reason(judge.reason, _points(judge, abs(value)), words, found)


def _object(judge: _Judge, batch: ColumnBatch, place: int | None) -> ReasonObject | None:
    """Return what is to blame; what names it is asked only where the rule fires."""
    if place is not None:
        return object_at(batch, judge.rule.subject, place)
    if judge.blamed is not None:
        worst = max(object_values(batch, *judge.blamed), key=itemgetter(0), default=None)
        return None if worst is None else object_at(batch, judge.blamed[0], worst[1])
    if judge.rule.object is not None and judge.rule.object.text is not None:
        # Older publishers do not name it.
        name = getattr(batch.sample, judge.rule.object.text)
        return None if name is None else ReasonObject("sensor", name)
    return None


def _points(judge: _Judge, value: float) -> int:
    health = judge.health
    span = health.full - health.enter
    depth = 1.0 if span <= 0 else min(1.0, max(0.0, (value - health.enter) / span))
    return round(health.points * (0.5 + 0.5 * depth))


def _state(score: int) -> State:
    if score >= GOOD_FROM:
        return "good"
    return "strained" if score >= STRAINED_FROM else "bad"
