# SPDX-License-Identifier: Apache-2.0
"""Which form of a rule is in force for an object, and where each of its values comes from. Pure.

A VM's UUID counts more than its host, and a host more than a tag. Of two that count alike the later one wins.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import structs

from consumer.rules.rule import SEVERITIES, Alert, Level, LevelChange, Override, Rule


class Target(NamedTuple):
    """What an override may choose an object by; ``tags`` are its own and those of its host."""

    host: str
    uuid: str | None = None
    tags: frozenset[str] = frozenset()


class RuleForm(NamedTuple):
    """A rule as it is for one object; ``sources``: the override that gave a key, where one did."""

    rule: Rule
    sources: dict[str, Override]


def in_force(name: str, rule: Rule, overrides: Iterable[Override], target: Target) -> RuleForm:
    """Return the form of a rule for an object."""
    matching = [each for each in overrides if each.rule == name and matches(each, target)]
    sources: dict[str, Override] = {}
    for override in sorted(matching, key=_weight):
        rule = changed(rule, override)
        sources |= dict.fromkeys(given_keys(override), override)
    return RuleForm(rule, sources)


def matches(override: Override, target: Target) -> bool:
    """Tell whether an override chooses an object."""
    if override.uuid is not None:
        return override.uuid == target.uuid
    return override.host == target.host if override.host is not None else override.tag in target.tags


def changed(rule: Rule, override: Override) -> Rule:
    """Return a rule with what an override says of it."""
    alert = rule.alert or Alert()
    changes = {
        severity: _level(getattr(alert, severity), getattr(override, severity)) for severity in SEVERITIES
    }
    seconds = alert.window_seconds if override.window_seconds is None else override.window_seconds
    return structs.replace(
        rule,
        off=rule.off if override.off is None else override.off,
        alert=None if rule.alert is None else structs.replace(alert, window_seconds=seconds, **changes),
    )


def given_keys(override: Override) -> Iterator[str]:
    """Give the keys that an override sets, such as ``warning.enter``."""
    for key in ("off", "window_seconds"):
        if getattr(override, key) is not None:
            yield key
    for severity in SEVERITIES:
        change: LevelChange | None = getattr(override, severity)
        if change is not None:
            yield from (
                f"{severity}.{key}" for key, value in structs.asdict(change).items() if value is not None
            )


def _level(level: Level | None, change: LevelChange | None) -> Level | None:
    if change is None:
        return level
    given = {key: value for key, value in structs.asdict(change).items() if value is not None}
    if level is not None:
        return structs.replace(level, **given)
    # A level that the rule does not have is left where it is entered, unless it says more.
    enter = given.get("enter", 0.0)
    return Level(**({"leave": enter, "enter": enter} | given))


def _weight(override: Override) -> int:
    return 0 if override.tag is not None else 1 if override.host is not None else 2
