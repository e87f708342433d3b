# SPDX-License-Identifier: Apache-2.0
"""Which open alerts another one causes: they are shown with it, and not told by themselves. Pure.

Asked in each cycle anew: what hides an alert does so only while it fires. What is not known now hides only
what it hid and is not known either: nothing has been heard of both. An alert that hides is itself not hidden.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from consumer.rules.hiding import hidden_rules
from consumer.rules.rule import SEVERITIES, Rule, Severity, Together
from consumer.rules.subjects import Subject

# Hosts whose alerts began so long before most of the others have trouble of their own, of which was told.
_AT_ONCE_SECONDS: Final = 600.0
# Many that were one alert stay it until so little of what it takes is left: who is told of one is not told of
# each when the first of them are over.
_STAYS_SHARE: Final = 0.5
_BECAUSE: Final = {"fleet": "pipeline", "path": "path"}


class OpenAlert(Struct, frozen=True, kw_only=True):
    """An alert that fires. ``host_id`` is where its object is; hosts and their parts have no ``domain_id``.

    ``fired_at``: seconds since 1970. ``is_known``: whether its figure is known now.
    ``path``: what a disk of a VM lies on, as a part of its host is called; None where it is not known.
    ``is_withheld``: nobody is told of it, so others lead.
    """

    alert_id: int
    rule: str
    subject: Subject
    severity: Severity
    host_id: int
    domain_id: int | None
    part: str
    fired_at: float
    is_known: bool
    path: str | None = None
    is_withheld: bool = False


class Hiding(NamedTuple):
    """The alert that hides one, and why.

    The kind of object that the hiding rule is about; or, where many are one, ``pipeline`` or ``path``.
    """

    by_alert_id: int
    because: str


class Incident(NamedTuple):
    """What the alert that leads many of its rule says besides its own words."""

    object_count: int
    words: str


class Folding(NamedTuple):
    """Hidden alerts by their number, and incidents by the alert that leads them."""

    hidden: Mapping[int, Hiding]
    incidents: Mapping[int, Incident]


def fold(
    alerts: Collection[OpenAlert],
    rules: Mapping[str, Rule],
    host_count: int,
    before: Mapping[int, Hiding] | None = None,
) -> Folding:
    """Return which of the open alerts are hidden, each by one that is not.

    ``host_count``: hosts that are watched. ``before``: what was hidden in the cycle before.
    """
    before = before or {}
    hidden = _by_rules(alerts, rules, before)
    incidents: dict[int, Incident] = {}
    for name, rule in rules.items():
        together = None if rule.alert is None else rule.alert.together
        if together is None:
            continue
        because = _BECAUSE[together.of]
        known = {key: each for key, each in before.items() if each.because == because}
        leads = frozenset(each.by_alert_id for each in known.values())
        were_one = known.keys() | leads
        of_rule = [
            each for each in alerts if each.rule == name and (each.is_known or each.alert_id in were_one)
        ]
        for group in _groups(together, of_rule):
            count = _object_count(together, group)
            if count < _wanted_count(
                together, host_count, is_one=any(each.alert_id in known for each in group)
            ):
                continue
            one = _at_once(group, were_one) if together.of == "fleet" else group
            free = [each for each in one if each.alert_id not in hidden]
            if len(free) > 1:
                lead = min(free, key=lambda each: _order(each, leads))
                hidden |= {each.alert_id: Hiding(lead.alert_id, because) for each in free if each is not lead}
                words = together.words.format(count=count, total=host_count)
                incidents[lead.alert_id] = Incident(count, words)
    return Folding({key: Hiding(_root(hidden, key), each.because) for key, each in hidden.items()}, incidents)


def _by_rules(
    alerts: Collection[OpenAlert], rules: Mapping[str, Rule], before: Mapping[int, Hiding]
) -> dict[int, Hiding]:
    """Return what alerts of one rule hide of others on their object."""
    hides = hidden_rules(rules)
    causes: dict[tuple[object, ...], list[OpenAlert]] = defaultdict(list)
    for each in alerts:
        if each.rule in hides:
            causes[_place(each)].append(each)
    found = {}
    for each in alerts:
        is_as_before = not each.is_known and each.alert_id in before
        hiding = [
            cause
            for cause in _causes(each, causes)
            if each.rule in hides[cause.rule] and (cause.is_known or is_as_before)
        ]
        if hiding:
            cause = min(hiding, key=lambda cause: (not cause.is_known, _order(cause)))
            found[each.alert_id] = Hiding(cause.alert_id, cause.subject)
    return found


def _place(cause: OpenAlert) -> tuple[object, ...]:
    """Return what an alert is about, in the form in which ``_causes`` asks for it."""
    subject = cause.subject
    if subject == "host":
        return ("host", cause.host_id)
    if cause.domain_id is not None:
        return ("domain", cause.domain_id) if subject == "domain" else ("domain", cause.domain_id, cause.part)
    return ("part", cause.host_id, cause.part)


def _causes(alert: OpenAlert, causes: Mapping[tuple[object, ...], list[OpenAlert]]) -> Iterator[OpenAlert]:
    """Give the alerts about what an alert's object is, is on, or lies on; itself among them."""
    yield from causes.get(("host", alert.host_id), ())
    if alert.domain_id is not None:
        yield from causes.get(("domain", alert.domain_id), ())
        yield from causes.get(("domain", alert.domain_id, alert.part), ())
    elif alert.part:
        yield from causes.get(("part", alert.host_id, alert.part), ())
    if alert.path is not None and (alert.domain_id is not None or alert.path != alert.part):
        yield from causes.get(("part", alert.host_id, alert.path), ())


def _groups(together: Together, alerts: Iterable[OpenAlert]) -> Iterable[list[OpenAlert]]:
    """Return the alerts of one rule that may be one."""
    groups: dict[object, list[OpenAlert]] = defaultdict(list)
    for each in alerts:
        groups[None if together.of == "fleet" else (each.host_id, each.path)].append(each)
    return groups.values()


def _wanted_count(together: Together, host_count: int, *, is_one: bool) -> float:
    """Return how many are one thing; ``is_one``: they were in the cycle before."""
    wanted = max(float(together.at_least), (together.share or 0.0) * host_count)
    return max(2.0, _STAYS_SHARE * wanted) if is_one else wanted


def _object_count(together: Together, group: list[OpenAlert]) -> int:
    """Return how many hosts, or VMs, alerts are about."""
    if together.of == "fleet":
        return len({each.host_id for each in group})
    return len({(each.domain_id, each.part if each.domain_id is None else "") for each in group})


def _at_once(group: list[OpenAlert], known: Collection[int]) -> list[OpenAlert]:
    """Return those of a fleet that have the common cause.

    These are the last of which at least two began one soon after the other, and what came later; and those
    that were one before.
    """
    ordered = sorted(group, key=lambda each: each.fired_at)
    soon = [later.fired_at - each.fired_at <= _AT_ONCE_SECONDS for each, later in itertools.pairwise(ordered)]
    start = len(ordered)
    if any(soon):
        start = len(soon) - soon[::-1].index(True)
        while start and soon[start - 1]:
            start -= 1
    return [each for each in ordered[:start] if each.alert_id in known] + ordered[start:]


def _order(alert: OpenAlert, leads: Collection[int] = frozenset()) -> tuple[bool, int, bool, float, int]:
    """Return what the alert that hides others is chosen by: it is told of, the worst, led before."""
    severity = SEVERITIES.index(alert.severity)
    return alert.is_withheld, -severity, alert.alert_id not in leads, alert.fired_at, alert.alert_id


def _root(hidden: Mapping[int, Hiding], key: int) -> int:
    while key in hidden:
        key = hidden[key].by_alert_id
    return key
