# SPDX-License-Identifier: Apache-2.0
"""What the rules in force have to know: which figures of which objects, over which windows. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from consumer.rules.figures import RuleFigure, figure
from consumer.rules.force import changed
from consumer.rules.reading import Rules
from consumer.rules.rule import Alert, Override, Rule
from consumer.rules.subjects import Subject

# What no sample has: known of each host at each cycle, of its latest row.
MOMENT: Final = "staleness_seconds"
# What is stored of the newest sample only: its windows begin empty.
UNSTORED: Final = "clock_offset_seconds"


class Need(NamedTuple):
    """A figure over a window, or the events of a rule (``figure`` is None, ``name`` the rule's)."""

    subject: Subject
    name: str
    window_seconds: int
    figure: RuleFigure | None

    @property
    def is_of_moment(self) -> bool:
        """Whether it is known of each host at each cycle, without a sample."""
        return self.figure is not None and MOMENT in self.figure.made_of

    @property
    def is_stored(self) -> bool:
        """Whether stored samples tell it of the past."""
        return self.figure is None or not {MOMENT, UNSTORED} & set(self.figure.made_of)


class Watched(NamedTuple):
    """A rule that has an alert which is on somewhere."""

    name: str
    rule: Rule
    alert: Alert
    overrides: tuple[Override, ...]


def watched(rules: Rules) -> Iterator[Watched]:
    """Give the rules that alert somebody."""
    for name, rule in rules.rules.items():
        if rule.alert is None:
            continue
        own = tuple(each for each in rules.overrides if each.rule == name)
        if not rule.off or any(each.off is False for each in own):
            yield Watched(name, rule, rule.alert, own)


def needs(rules: Iterable[Watched]) -> frozenset[Need]:
    """Return what these rules read."""
    return frozenset(need for each in rules for need in _of_rule(each))


def event_kinds(rules: Iterable[Watched]) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of events that rules count, by the rule."""
    return {each.name: each.rule.events for each in rules if each.rule.events}


def _of_rule(each: Watched) -> Iterator[Need]:
    forms = [changed(each.rule, override) for override in each.overrides]
    windows = {form.alert.window_seconds for form in forms if form.alert is not None}
    for seconds in windows | {each.alert.window_seconds}:
        if each.rule.figure is None:
            yield Need(each.rule.subject, each.name, seconds, None)
        else:
            yield _need(each.rule.subject, each.rule.figure, seconds)
    for condition in each.alert.beside:
        yield _need(condition.subject or each.rule.subject, condition.figure, each.alert.window_seconds)


def _need(subject: Subject, name: str, seconds: int) -> Need:
    return Need(subject, name, seconds, figure(subject, name))
