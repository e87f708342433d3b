# SPDX-License-Identifier: Apache-2.0
"""What every page says of an alert: its severity, its object, what became of it."""

from datetime import datetime

from dashboard import units
from dashboard.components.domain_words import domain_link
from dashboard.components.host_words import host_path
from dashboard.parts.markup import Child, Element, clean, h
from dashboard.queries.alerts import Alert

PREFIX = "/alert/"
WORDS_LETTERS_MAX = 300
# A shape each, so that none is told by its colour alone.
_DOTS = {"critical": "bad", "warning": "strained", "information": "waiting"}


def alert_path(alert_id: int) -> str:
    """Return the address of the page of an alert."""
    return f"{PREFIX}{alert_id}"


def severity_mark(severity: str) -> Element:
    """Return a severity as a shape and its word."""
    dot = h("span", class_=f"dot dot--{_DOTS.get(severity, 'unknown')}", aria_hidden="true")
    return h("span", dot, clean(severity), class_="severity")


def alert_object(host: str, domain_uuid: str | None, domain_name: str | None, part: str) -> Element:
    """Return what an alert is about: a host or a VM as a link, and which part of it."""
    about: list[Child] = []
    if domain_uuid is None:
        about.append(h("a", host, href=host_path(host)))
    else:
        about += [domain_link(domain_uuid, clean(domain_name or domain_uuid, 64)), " on "]
        about.append(h("a", host, href=host_path(host)))
    if part:
        about.append(f": {clean(part, 64)}")
    return h("span", *about, class_="alert-object")


def value_words(value: float | None) -> str:
    """Return a value as a number: its unit is that of the rule's figure, and its words have it."""
    return units.UNKNOWN if value is None else units.significant(value)


def clock(instant: datetime) -> Element:
    """Return an instant, which the browser writes in the zone of the address."""
    return h("time", "", class_="clock", datetime=instant.isoformat())


def age(since: datetime) -> Element:
    """Return for how long something lasts, which the browser counts up."""
    return h("time", "", class_="age", datetime=since.isoformat())


def lasting(alert: Alert) -> Element | str:
    """Return for how long an alert lasts, or lasted."""
    if alert.resolved_at is None:
        return age(alert.began_at)
    return units.duration((alert.resolved_at - alert.began_at).total_seconds())


def states(alert: Alert) -> list[Element]:
    """Return what is to be known of an alert besides its words, each in words of its own."""
    found: list[Element] = []
    if alert.acknowledged_by is not None:
        found.append(h("span", f"acknowledged by {clean(alert.acknowledged_by, 64)}", class_="alert-state"))
    if alert.withheld_kind is not None:
        found.append(_withheld(alert))
    if alert.is_flapping:
        found.append(h("span", "flapping: held until it is quiet", class_="alert-state"))
    if alert.hidden_by is not None:
        link = h("a", f"alert {alert.hidden_by}", href=alert_path(alert.hidden_by))
        found.append(h("span", "hidden by ", link, *_because(alert.hidden_because), class_="alert-state"))
    if alert.hidden_count:
        words = f"hides {units.counted(alert.hidden_count, 'other', 'others')}"
        found.append(h("span", words, class_="alert-state"))
    if alert.resolved_because is not None:
        found.append(h("span", f"ended: {clean(alert.resolved_because)}", class_="alert-state"))
    return found


def _withheld(alert: Alert) -> Element:
    until: list[Child] = [] if alert.withheld_until is None else [" until ", clock(alert.withheld_until)]
    reason = f": {clean(alert.withheld_reason)}" if alert.withheld_reason else ""
    who = f" by {clean(alert.withheld_by, 64)}" if alert.withheld_by else ""
    return h("span", f"{alert.withheld_kind}{who}", *until, reason, class_="alert-state")


def _because(because: str | None) -> list[Child]:
    return [] if because is None else [f" ({clean(because)})"]
