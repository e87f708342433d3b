# SPDX-License-Identifier: Apache-2.0
"""How well a host is: 0 to 100 with reasons, from rules that are data. Pure.

A rule fires when its figure reaches ``enter_level`` and holds until the figure falls below
``leave_level``. It takes half of its weight at ``enter_level`` and all of it at ``full_level``. A figure
that is not known takes nothing. With no figure at all the health is unknown, which is neither good nor bad.
Which rules fired is remembered per process. So a rule may be left early after a restart, or where consumers
share a queue.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

from consumer.rows.health_objects import ReasonObject
from consumer.rows.health_rules import CLOCK_AHEAD, CLOCK_BEHIND, RULES, Rule
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


def assess(
    batch: ColumnBatch, held: frozenset[str] = frozenset(), *, clock_offset_seconds: float | None = None
) -> HostHealth:
    """Return the health of a host; ``held`` names the rules that fired at its previous sample.

    How far its clock is ahead no figure of a batch can say; None in tolerance.
    """
    reasons: list[Reason] = []
    known = False
    figures = [(rule, rule.figure(batch)) for rule in RULES]
    if clock_offset_seconds is not None:
        rule = CLOCK_AHEAD if clock_offset_seconds > 0 else CLOCK_BEHIND
        figures.append((rule, abs(clock_offset_seconds)))
    for rule, value in figures:
        if value is None:
            continue
        known = True
        if value >= (rule.leave_level if rule.name in held else rule.enter_level):
            reasons.append(_reason(rule, value, batch))
    if not known:
        return HostHealth(None, "unknown", (), clock_offset_seconds)
    score = max(0, 100 - sum(reason.points for reason in reasons))
    reasons.sort(key=lambda reason: -reason.points)
    return HostHealth(score, _state(score), tuple(reasons), clock_offset_seconds)


def _reason(rule: Rule, value: float, batch: ColumnBatch) -> Reason:
    words = (rule.words_of_many if rule.words_of_many and value > 1 else rule.words).format(value=value)
    found = rule.object(batch) if rule.object else None
    if found is not None:
        words += rule.before_object + found.name
    return Reason(rule.name, _points(rule, value), words, found)


def _points(rule: Rule, value: float) -> int:
    span = rule.full_level - rule.enter_level
    depth = 1.0 if span <= 0 else min(1.0, max(0.0, (value - rule.enter_level) / span))
    return round(rule.weight * (0.5 + 0.5 * depth))


def _state(score: int) -> State:
    if score >= GOOD_FROM:
        return "good"
    return "strained" if score >= STRAINED_FROM else "bad"
