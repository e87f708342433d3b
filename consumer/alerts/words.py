# SPDX-License-Identifier: Apache-2.0
"""Rules in words: what is judged, when it begins, when it is over. Pure."""

from collections.abc import Mapping

from consumer.rules.figures import figure
from consumer.rules.hiding import ALL, hidden_rules
from consumer.rules.rule import Alert, Condition, Level, Rule, Together
from consumer.rules.subjects import Subject

_SUBJECTS: dict[Subject, str] = {
    "host": "host",
    "disk": "disk of a host",
    "interface": "interface of a host",
    "filesystem": "file system of a host",
    "domain": "VM",
    "domain_block": "disk of a VM",
    "domain_interface": "interface of a VM",
}
# From so much on, digits are in groups.
_LONG = 1_000
_HIDES_WHERE: dict[Subject, str] = {"host": "of the host and of all on it", "domain": "of the VM"}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def subject_words(subject: Subject) -> str:
    """Return what a rule is about, such as "disk of a host"."""
    return _SUBJECTS[subject]


def duration(seconds: float) -> str:
    """Return a time in its largest whole unit, such as "10 min"."""
    for size, unit in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"


def judged(rule: Rule, alert: Alert) -> str:
    """Return what is compared with the levels, such as "mean of steal_ratio over 10 min"."""
    over = f" over {duration(alert.window_seconds)}"
    if rule.figure is None:
        return f"number of {' and '.join(rule.events)}{over}"
    if not alert.window_seconds:
        return f"newest {rule.figure}"
    kind = "sum" if figure(rule.subject, rule.figure).adds_up else "mean"
    return f"{kind} of {rule.figure}{over}"


def level_words(alert: Alert, level: Level) -> str:
    """Return when a level begins and ends, such as "0.05 or more, until below 0.03"."""
    begins = f"{number(level.enter)} or less" if alert.low_enters else f"{number(level.enter)} or more"
    held = f" for {duration(level.for_seconds)}" if level.for_seconds else ""
    return f"{begins}{held}, until {'above' if alert.low_enters else 'below'} {number(level.leave)}"


def condition_words(condition: Condition, subject: Subject) -> str:
    """Return a condition, such as "running_steal_ratio of a VM on it at 0.03 or more"."""
    about = condition.subject or subject
    where = (
        "" if about == subject else " of its host" if about == "host" else f" of a {_SUBJECTS[about]} on it"
    )
    return f"{condition.figure}{where} at {number(condition.at_least)} or more"


def hidden_words(name: str, rule: Rule, rules: Mapping[str, Rule]) -> str | None:
    """Return whose alerts a rule hides, such as "vm_stuck of the VM"; None for none."""
    if rule.alert is None or not rule.alert.hides:
        return None
    where = _HIDES_WHERE.get(rule.subject, "that lies on it")
    if ALL not in rule.alert.hides:
        return f"{', '.join(rule.alert.hides)} {where}"
    exempt = sorted(
        other
        for other, each in rules.items()
        if other != name and each.alert is not None and name in hidden_rules(rules).get(other, ())
    )
    return f"all others {where}" + (f", but {' and '.join(exempt)}" if exempt else "")


def together_words(together: Together) -> str:
    """Return how many alerts of one rule are one, such as "3 or more on one path"."""
    if together.share is None:
        return f"{together.at_least} or more on one path (else on one host)"
    return f"{together.at_least} or more, and {number(together.share)} of all hosts"


def number(value: float) -> str:
    """Return a level as it is written in a file, without a superfluous point."""
    return f"{value:,.0f}" if abs(value) >= _LONG and value == round(value) else f"{value:g}"


def printable(text: str) -> str:
    """Return a text for a terminal: what comes from elsewhere may hold commands to it."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
