# SPDX-License-Identifier: Apache-2.0
"""Which rules hide which: an alert that another one causes is shown with it, and not told by itself. Pure.

A rule about a host hides alerts of the host and of all on it; one about a VM, those of the VM; one about a
part of a host, those that lie on that part.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from consumer.rules.fault import Fault
from consumer.rules.rule import Rule
from consumer.rules.subjects import Subject
from publisher.wire.settings import nearest

ALL: Final = "all"
_OF_DOMAINS: Final[frozenset[Subject]] = frozenset({"domain", "domain_block", "domain_interface"})
_PARTS: Final[frozenset[Subject]] = frozenset({"disk", "interface", "filesystem"})


def hidden_rules(rules: Mapping[str, Rule]) -> dict[str, frozenset[str]]:
    """Return for each rule that hides some, which; ``all`` is all but itself and those that hide it."""
    named = {name: _named(rule) for name, rule in rules.items()}
    found: dict[str, frozenset[str]] = {}
    for name, rule in rules.items():
        hidden = named[name] - {ALL}
        if ALL in named[name]:
            above = _above(name, named)
            hidden |= {
                other
                for other, each in rules.items()
                if each.alert is not None and other not in above and _is_below(rule.subject, each.subject)
            }
        if hidden:
            found[name] = frozenset(hidden)
    return found


def hiding_faults(rules: Mapping[str, Rule]) -> Iterator[tuple[str, Fault]]:
    """Give for rules by name what is wrong with what they hide."""
    for name, rule in rules.items():
        for hidden in _named(rule) - {ALL}:
            text = _fault(name, rule, hidden, rules)
            if text is not None:
                yield name, Fault("alert.hides", text)
                return
        if _named(rule) > {ALL}:
            yield name, Fault("alert.hides", "all has the others in it; write all alone")
            return
    found = hidden_rules(rules)
    for name in found:
        ring = _ring(name, found)
        if ring:
            text = f"{', which hides '.join(ring)}: none is hidden by what it hides; take one of them out"
            yield name, Fault("alert.hides", f"{name} hides {text}")
            return


def _named(rule: Rule) -> frozenset[str]:
    return frozenset() if rule.alert is None else frozenset(rule.alert.hides)


def _fault(name: str, rule: Rule, hidden: str, rules: Mapping[str, Rule]) -> str | None:
    if hidden not in rules:
        return f"unknown rule {hidden!r}{nearest(hidden, [*rules, ALL])}"
    if hidden == name:
        return "a rule does not hide itself; together makes one alert of many"
    if rules[hidden].alert is None:
        return f"{hidden!r} takes points of health and has no alert to hide"
    if not _is_below(rule.subject, rules[hidden].subject):
        return f"{hidden!r} is about a {rules[hidden].subject}, which is not on a {rule.subject}"
    return None


def _is_below(subject: Subject, other: Subject) -> bool:
    """Tell whether an object of a kind may have one of another kind, or be it."""
    if subject == "host":
        return True
    return other in _OF_DOMAINS or (subject in _PARTS and other == subject)


def _above(name: str, named: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return a rule and those that hide it by name, or hide one that does."""
    found = {name}
    while True:
        more = {other for other, hidden in named.items() if hidden & found} - found
        if not more:
            return frozenset(found)
        found |= more


def _ring(name: str, found: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the way from a rule over those that it hides back to it; empty if there is none."""
    ways = [[hidden] for hidden in sorted(found[name])]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == name:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, hidden] for hidden in sorted(found.get(way[-1], ()))]
    return []
