# SPDX-License-Identifier: Apache-2.0
"""Reads rules: those that kvmgrid comes with, and a file of a site that changes and adds some.

A fault raises SettingsError with its file, its key, what is wrong and what to write instead.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from consumer.rules.delivery import Delivery, delivery_of
from consumer.rules.fault import Fault
from consumer.rules.file import RuleFile
from consumer.rules.force import changed
from consumer.rules.hiding import hiding_faults
from consumer.rules.rule import SEVERITIES, Override, Rule
from consumer.rules.validation import faults
from publisher.wire.settings import SettingsError, Tree, check_keys, nearest, read_toml

_SHIPPED = "default_rules.toml"
# Names go out to others as labels.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_Kind = TypeVar("_Kind", Rule, Override)


class Rules(NamedTuple):
    """All rules by name, what is different for some objects, and whom alerts are told.

    ``own``: keys of rules, such as ``host_cpu.alert.warning.enter``, that the file of the site gives.
    """

    rules: Mapping[str, Rule]
    overrides: tuple[Override, ...] = ()
    own: frozenset[str] = frozenset()
    delivery: Delivery = Delivery()


def read_rules(path: Path | None) -> Rules:
    """Return the rules of a site: the shipped ones with what its file changes; raise SettingsError."""
    return shipped_rules() if path is None else rules_of(read_toml(path), str(path))


def rules_of(tree: Tree, source: str) -> Rules:
    """Return the rules of a site by what its file says; ``source`` is how messages name it."""
    check_keys(tree, RuleFile, source)
    own = _section(tree, "rules", source)
    listed = tree.get("overrides", [])
    if not isinstance(listed, list):
        raise SettingsError(f"{source}: overrides is a list: write [[overrides]] above each of them")
    _check_names(own, source)
    merged = _merged(_shipped_tree(), own)
    rules = {name: _rule(name, rule, source) for name, rule in merged.items()}
    for name, fault in hiding_faults(rules):
        raise _refusal(f"{source}: rules.{name}", fault)
    overrides = tuple(_override(number, each, rules, source) for number, each in enumerate(listed, 1))
    return Rules(rules, overrides, frozenset(_leaves(own)), delivery_of(tree, source))


def _check_names(own: Tree, source: str) -> None:
    """Refuse what changes a rule that is not there, and what changes health."""
    for name, rule in own.items():
        if not _NAME.fullmatch(name):
            raise SettingsError(f"{source}: rules.{name}: a rule is named by a-z, 0-9 and _, a letter first")
        if name not in _shipped_tree() and isinstance(rule, dict) and "subject" not in rule:
            raise SettingsError(
                f"{source}: rules.{name}: no such rule{nearest(name, _shipped_tree())}; "
                "one of your own has a subject"
            )
        if isinstance(rule, dict) and "health" in rule:
            raise SettingsError(
                f"{source}: rules.{name}.health: health is judged by the shipped rules alone, so that its "
                "history means the same everywhere; leave it out"
            )


@cache
def shipped_rules() -> Rules:
    """Return the rules that kvmgrid comes with."""
    return Rules({name: _rule(name, rule, _SHIPPED) for name, rule in _shipped_tree().items()})


@cache
def _shipped_tree() -> Tree:
    tree = tomllib.loads((files(__package__) / _SHIPPED).read_text(encoding="utf-8"))
    check_keys(tree, RuleFile, _SHIPPED)
    return _section(tree, "rules", _SHIPPED)


def _section(tree: Tree, key: str, source: str) -> Tree:
    section = tree.get(key, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{source}: {key} is a section: write [{key}.NAME]")
    return section


def _merged(shipped: Tree, own: Tree) -> Tree:
    """Return a tree with the values of another one in it; a list replaces a list."""
    merged = dict(shipped)
    for key, value in own.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _leaves(tree: Tree, place: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{place}{key}.")
        else:
            yield f"{place}{key}"


def _rule(name: str, tree: object, source: str) -> Rule:
    rule = _converted(tree, Rule, f"{source}: rules.{name}")
    for fault in faults(rule):
        raise _refusal(f"{source}: rules.{name}", fault)
    return rule


def _override(number: int, tree: object, rules: Mapping[str, Rule], source: str) -> Override:
    place = f"{source}: overrides[{number}]"
    override = _converted(tree, Override, place)
    if override.rule not in rules:
        raise SettingsError(f"{place}.rule: unknown rule {override.rule!r}{nearest(override.rule, rules)}")
    if sum(each is not None for each in (override.host, override.uuid, override.tag)) != 1:
        raise SettingsError(
            f"{place}: give one of host, uuid and tag; for every object change the rule itself"
        )
    rule = rules[override.rule]
    if rule.alert is None:
        raise SettingsError(
            f"{place}.rule: {override.rule!r} takes points of health and has no alert to change"
        )
    for severity in SEVERITIES:
        change = getattr(override, severity)
        if change is not None and change.enter is None and severity not in rule.alert.levels():
            raise SettingsError(
                f"{place}.{severity}.enter: {override.rule!r} has no such level; say where it begins"
            )
    if override.uuid is not None and not rule.subject.startswith("domain"):
        raise SettingsError(
            f"{place}.uuid: the rule {override.rule!r} is about a {rule.subject}, not about VMs"
        )
    for fault in faults(changed(rule, override)):
        raise _refusal(place, Fault(fault.key.removeprefix("alert."), fault.text))
    return override


def _refusal(place: str, fault: Fault) -> SettingsError:
    return SettingsError(f"{place}.{fault.key}: {fault.text}")


def _converted(tree: object, kind: type[_Kind], place: str) -> _Kind:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        text, _, key = str(error).partition(" - at `$")
        raise SettingsError(f"{place}{key.rstrip('`')}: {text}") from error
