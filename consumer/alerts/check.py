# SPDX-License-Identifier: Apache-2.0
"""The lines of ``kvmgrid-consumer alerts check``: what a file of rules says, and of whom. Pure."""

from collections.abc import Iterator

from consumer.alerts.delivery.words import delivery_lines
from consumer.alerts.words import (
    condition_words,
    hidden_words,
    judged,
    level_words,
    number,
    subject_words,
    together_words,
)
from consumer.rules.force import changed, given_keys
from consumer.rules.reading import Rules, shipped_rules
from consumer.rules.rule import Alert, Override, Rule, Severity


def check_lines(rules: Rules, source: str) -> Iterator[str]:
    """Give what a file of rules would do, for reading."""
    alerts = {name: rule for name, rule in rules.rules.items() if rule.alert is not None}
    off = [name for name, rule in alerts.items() if rule.off]
    yield f"{source}: {len(alerts) - len(off)} rules in force, {len(off)} off; " + _own(rules)
    for name, rule in alerts.items():
        yield ""
        yield from _rule_lines(name, rule, rules)
    if rules.overrides:
        yield ""
        yield "Different for some objects (a VM's UUID counts more than its host, a host more than a tag):"
    for override in rules.overrides:
        yield f"  {selector_words(override)}"
        yield from _override_lines(override, rules.rules[override.rule])
    yield ""
    yield from delivery_lines(rules.delivery)


def _own(rules: Rules) -> str:
    shipped = shipped_rules().rules
    changed_count = sum(key.partition(".")[0] in shipped for key in rules.own)
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (len(rules.rules.keys() - shipped.keys()), "rule", "rules"),
            (changed_count, "value of a shipped rule", "values of shipped rules"),
            (len(rules.overrides), "override", "overrides"),
        )
        if count
    ]
    return f"of its own it has {', '.join(parts)}" if parts else "it has nothing of its own"


def selector_words(override: Override) -> str:
    """Return whom an override chooses."""
    if override.uuid is not None:
        return f"VM {override.uuid}"
    if override.host is not None:
        return f"host {override.host} and all on it"
    return f"hosts and VMs with the tag {override.tag}, and all on such hosts"


def _rule_lines(name: str, rule: Rule, rules: Rules) -> Iterator[str]:
    alert = rule.alert
    if alert is None:
        return
    shipped = shipped_rules().rules
    mark = "" if name in shipped else ", a rule of your own"
    yield f"{name}, of each {subject_words(rule.subject)}{', OFF' if rule.off else ''}{mark}"
    yield f"  {judged(rule, alert)}"
    for condition in alert.beside:
        lead = "only beside" if condition is alert.beside[0] else "or"
        yield f"    {lead} {condition_words(condition, rule.subject)}"
    for severity, level in alert.levels().items():
        yield f"  {severity:<12}{level_words(alert, level)}"
    hidden = hidden_words(name, rule, rules.rules)
    if hidden is not None:
        yield f"  hides {hidden}"
    if alert.together is not None:
        yield f"  one alert where {together_words(alert.together)} have it"
    own = sorted(key.removeprefix(f"{name}.") for key in rules.own if key.startswith(f"{name}."))
    if own and not mark:
        yield f"  yours: {', '.join(_own_value(key, shipped[name]) for key in own)}"


def _own_value(key: str, shipped: Rule) -> str:
    """Return a key with what the shipped rule has there, where that is a number or a claim."""
    found: object = shipped
    for part in key.split("."):
        found = getattr(found, part, None)
    return f"{key} (shipped: {_value(found)})" if isinstance(found, int | float) else key


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, int | float) else str(value)


def _override_lines(override: Override, rule: Rule) -> Iterator[str]:
    result = changed(rule, override)
    before, after = rule.alert, result.alert
    if before is None or after is None:
        return
    keys = list(given_keys(override))
    if "off" in keys:
        yield f"    {override.rule} is {'off' if result.off else 'on'}"
        keys.remove("off")
    for key in keys:
        old = _at(before, key)
        otherwise = "none" if old is None else _value(old)
        yield f"    {override.rule} {key} = {_value(_at(after, key))} (else {otherwise})"
    if keys and result.off:
        yield f"    this has no effect: {override.rule} is off here; off = false switches it on"


def _at(alert: Alert, key: str) -> object:
    """Return the value of a key of an alert, None where its level is not there."""
    severity, _, name = key.rpartition(".")
    if not severity:
        return getattr(alert, name)
    levels: dict[Severity, object] = dict(alert.levels())
    return next((getattr(level, name) for each, level in levels.items() if each == severity), None)
