# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a rule beyond its form, and what to do about it: names, levels, words. Pure."""

from collections.abc import Iterator
from math import isfinite

from consumer.rules.event_kinds import OF_DOMAINS, OF_HOSTS
from consumer.rules.fault import Fault
from consumer.rules.figures import figure, names
from consumer.rules.rule import HOUR_SECONDS, Alert, Condition, Health, Level, Rule, Severity, Together
from consumer.rules.subjects import Subject, stored
from publisher.wire.settings import nearest


def faults(rule: Rule) -> Iterator[Fault]:
    """Give what is wrong with a rule; the levels of a rule without a fault can be entered and left."""
    if (rule.figure is None) == (not rule.events):
        yield Fault("figure", "a rule has either a figure or events; give one of both")
    elif rule.figure is not None:
        yield from _figure_faults(rule.subject, rule.figure, "figure")
    else:
        yield from _event_faults(rule)
    yield from _words_faults(rule)
    if rule.object is not None:
        yield from _object_faults(rule)
    if rule.health is None and rule.alert is None:
        yield Fault("alert", "nothing follows from this rule; give it an alert")
    if rule.health is not None:
        yield from _health_faults(rule.subject, rule.health)
    if rule.alert is not None:
        yield from _alert_faults(rule, rule.alert)


def _level_faults(alert: Alert) -> Iterator[Fault]:
    """Give what is wrong with the levels of an alert: each can be left, and the milder is reached first."""
    levels = alert.levels()
    if not levels:
        yield Fault("alert", "it has no level; give it information, warning or critical")
    sign = -1 if alert.low_enters else 1
    side = "below" if alert.low_enters else "above"
    milder: tuple[Severity, Level] | None = None
    for severity, level in levels.items():
        key = f"alert.{severity}"
        if not (isfinite(level.enter) and isfinite(level.leave)):
            yield Fault(key, "a level is a number that can be reached")
        if sign * level.leave > sign * level.enter:
            text = f"{level.leave:g} is {side} enter, {level.enter:g}: the alert would end where it begins"
            less = (
                "low_enters = true says that less is worse"
                if sign > 0
                else "low_enters says that less is worse"
            )
            yield Fault(f"{key}.leave", f"{text}; {less}")
        if milder is not None and sign * level.enter < sign * milder[1].enter:
            text = f"{level.enter:g} is reached before the {milder[1].enter:g} of {milder[0]}; exchange them"
            yield Fault(f"{key}.enter", text)
        milder = severity, level


def _figure_faults(subject: Subject, name: str, key: str) -> Iterator[Fault]:
    if name not in names(subject):
        text = f"{name!r} is no figure of a {subject} that is stored and has a level"
        yield Fault(key, text + nearest(name, names(subject)))


def _event_faults(rule: Rule) -> Iterator[Fault]:
    kinds = {"host": OF_HOSTS, "domain": OF_DOMAINS}.get(rule.subject)
    if kinds is None:
        yield Fault("subject", f"a {rule.subject} has no events; those of a host and of a domain are told")
        return
    for kind in rule.events:
        if kind not in kinds:
            yield Fault("events", f"{kind!r} is no event of a {rule.subject}{nearest(kind, kinds)}")
    if rule.alert is not None and not rule.alert.window_seconds:
        yield Fault(
            "alert.window_seconds", "events are counted over a window; give its seconds, such as 3600"
        )
    if rule.health is not None:
        yield Fault("health", "events take no points of health")


def _words_faults(rule: Rule) -> Iterator[Fault]:
    for key in ("words", "words_of_many", "words_below_zero"):
        words = getattr(rule, key)
        try:
            if words is not None:
                words.format(value=1.0)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
            yield Fault(
                key, f"{words!r} cannot be filled in ({error}); write {{value}} or, say, {{value:.0%}}"
            )


def _object_faults(rule: Rule) -> Iterator[Fault]:
    blamed = rule.object
    if blamed is None:
        return
    if rule.subject != "host":
        yield Fault("object", "only a figure of the host has another object; leave it out")
    elif blamed.subject == "sensor":
        if blamed.text is None or blamed.text not in stored("host"):
            yield Fault("object.text", "name what the host calls its sensor: cpu_temperature_sensor")
    elif blamed.figure is None:
        yield Fault("object.figure", f"name the figure that is the greatest of the {blamed.subject} to blame")
    else:
        yield from _figure_faults(blamed.subject, blamed.figure, "object.figure")


def _health_faults(subject: Subject, health: Health) -> Iterator[Fault]:
    if not health.leave <= health.enter <= health.full:
        yield Fault("health", "leave is no more than enter, and enter no more than full")
    if subject not in {"host", "filesystem", "disk", "domain"}:
        yield Fault("health", f"a {subject} takes no points of the health of its host")
    for number, condition in enumerate(health.beside, 1):
        yield from _condition_faults(subject, condition, f"health.beside[{number}]")


def _alert_faults(rule: Rule, alert: Alert) -> Iterator[Fault]:
    yield from _level_faults(alert)
    if alert.together is not None:
        yield from _together_faults(alert.together)
    if rule.figure is not None and rule.figure in names(rule.subject):
        adds_up = figure(rule.subject, rule.figure).adds_up
        if not adds_up and alert.window_seconds > HOUR_SECONDS:
            yield Fault("alert.window_seconds", f"a mean is taken over {HOUR_SECONDS} s at most")
        if adds_up and not alert.window_seconds:
            yield Fault("alert.window_seconds", "counts add up over a window; give its seconds")
    for number, condition in enumerate(alert.beside, 1):
        yield from _condition_faults(rule.subject, condition, f"alert.beside[{number}]")


def _together_faults(together: Together) -> Iterator[Fault]:
    try:
        together.words.format(count=2, total=3)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        text = f"{together.words!r} cannot be filled in ({error}); write {{count}} and {{total}}"
        yield Fault("alert.together.words", text)
    if (together.of == "fleet") != (together.share is not None):
        yield Fault(
            "alert.together.share", "a share is of the hosts of a fleet; give it there, and there only"
        )


def _condition_faults(subject: Subject, condition: Condition, key: str) -> Iterator[Fault]:
    about = condition.subject or subject
    if about not in {subject, "host"} and subject != "host":
        yield Fault(f"{key}.subject", f"beside a {subject} stand its own figures and those of its host")
    elif not isfinite(condition.at_least):
        yield Fault(f"{key}.at_least", "a level is a number that can be reached")
    else:
        yield from _figure_faults(about, condition.figure, f"{key}.figure")
