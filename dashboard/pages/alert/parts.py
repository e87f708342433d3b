# SPDX-License-Identifier: Apache-2.0
"""The parts of the page of an alert: its head, its facts, what was sent of it, what became of it."""

from collections.abc import Sequence

from dashboard.components.alert_words import (
    WORDS_LETTERS_MAX,
    alert_object,
    alert_path,
    clock,
    lasting,
    severity_mark,
    states,
    value_words,
)
from dashboard.pages.alert.queries import AlertChange, Notification
from dashboard.parts.markup import Child, Element, clean, h
from dashboard.queries import HostEvent
from dashboard.queries.alerts import Alert

CHANGES = {
    "fired": "fired",
    "severity": "severity changed",
    "hidden": "hidden by another alert",
    "shown": "no longer hidden",
    "resolved": "resolved",
}
NUMBERS = {"Value": "number", "Tries": "number"}
NOT_SENT = "Nothing was sent, and nothing was held back: the delivery has not come to it, or none runs."


def unknown_alert(text: str) -> Element:
    """Return what stands instead of the page of an alert that is not known."""
    return h(
        "section",
        h("h2", f"There is no alert {clean(text, 20)}"),
        h("p", "Its number is wrong, or it is of another database."),
        h("p", h("a", "All alerts", href="/alerts", class_="button")),
        class_="guide",
    )


def alert_head(alert: Alert) -> Element:
    """Return the words of an alert, its severity, and its object."""
    state = "resolved" if alert.resolved_at is not None else "firing"
    return h(
        "div",
        h("h1", clean(alert.words, WORDS_LETTERS_MAX) or alert.rule),
        h("p", severity_mark(alert.severity), f", {state}"),
        h("p", alert_object(alert.host, alert.domain_uuid, alert.domain_name, alert.part)),
        class_="alert-head",
    )


def alert_facts(alert: Alert) -> Element:
    """Return the facts of an alert."""
    facts: list[tuple[str, Child]] = [
        ("rule", clean(alert.rule)),
        ("beyond its level since", clock(alert.began_at)),
        ("fired", clock(alert.fired_at)),
        ("resolved", "not yet" if alert.resolved_at is None else clock(alert.resolved_at)),
        ("for", lasting(alert)),
        ("value", value_words(alert.value)),
    ]
    if alert.acknowledged_at is not None:
        facts.append(("acknowledged", clock(alert.acknowledged_at)))
    note = clean(alert.acknowledgement or "", WORDS_LETTERS_MAX)
    return h(
        "div",
        h("dl", *(h("div", h("dt", name), h("dd", value)) for name, value in facts), class_="facts"),
        *(h("p", each) for each in states(alert)),
        h("p", f"“{note}”", class_="quiet") if note else None,
    )


def ledger_table(notifications: Sequence[Notification], limit: int) -> Element:
    """Return what was sent of an alert, or not, and why, the newest first."""
    if not notifications:
        return h("p", NOT_SENT, class_="quiet")
    heads = ("When", "What became of it", "Why", "Kind", "Channel", "Route", "Group", "Tries", "Next or last")
    return _table(heads, [_notification(each) for each in notifications], limit)


def _notification(each: Notification) -> Element:
    moment = each.next_attempt_at if each.status in {"waiting", "held"} else each.ended_at
    return h(
        "tr",
        h("th", clock(each.time), scope="row"),
        h("td", h("strong", each.status)),
        h("td", clean(each.because or ""), class_="prose"),
        h("td", each.kind),
        h("td", clean(each.channel, 64)),
        h("td", clean(each.route, 64)),
        h("td", clean(each.group_name, 64)),
        h("td", str(each.attempt_count), class_="number"),
        h("td", "" if moment is None else clock(moment)),
    )


def change_table(changes: Sequence[AlertChange], limit: int) -> Element:
    """Return what became of an alert, the newest first."""
    if not changes:
        return h("p", "Nothing is noted.", class_="quiet")
    heads = ("When", "What", "Severity", "Value", "Words")
    rows = [
        h(
            "tr",
            h("th", clock(each.time), scope="row"),
            h("td", CHANGES.get(each.kind, clean(each.kind))),
            h("td", severity_mark(each.severity)),
            h("td", value_words(each.value), class_="number"),
            h("td", clean(each.words, WORDS_LETTERS_MAX), class_="prose"),
        )
        for each in changes
    ]
    return _table(heads, rows, limit)


def hidden_table(alerts: Sequence[Alert], limit: int) -> Element:
    """Return the alerts that one hides."""
    if not alerts:
        return h("p", "It hides no other.", class_="quiet")
    rows = [
        h(
            "tr",
            h(
                "th",
                h("a", clean(each.words, WORDS_LETTERS_MAX) or each.rule, href=alert_path(each.alert_id)),
                scope="row",
                class_="alert-words",
            ),
            h("td", severity_mark(each.severity)),
            h("td", alert_object(each.host, each.domain_uuid, each.domain_name, each.part)),
            h("td", clock(each.began_at)),
            h("td", lasting(each)),
            h("td", clean(each.hidden_because or ""), class_="prose"),
        )
        for each in alerts
    ]
    return _table(("Alert", "Severity", "Object", "Since", "For", "Why"), rows, limit)


def _table(heads: Sequence[str], rows: Sequence[Element], limit: int) -> Element:
    head = h("tr", *(h("th", each, scope="col", class_=NUMBERS.get(each)) for each in heads))
    table = h("table", h("thead", head), h("tbody", *rows), class_="table alert-table")
    cut = h("p", f"The newest {limit}; older ones are not listed.", class_="quiet")
    return h(
        "div",
        h("div", table, class_="table-place", tabindex="0", role="group", aria_label="table"),
        cut if len(rows) == limit else None,
    )


def marked(changes: Sequence[AlertChange], alert: Alert) -> tuple[HostEvent, ...]:
    """Return what became of an alert as events of its chart, since it was beyond its level."""
    found = [(each.time, CHANGES.get(each.kind, each.kind), each.words) for each in changes]
    found.append((alert.began_at, "beyond its level", ""))
    return tuple(
        HostEvent(
            time=time,
            kind=f"alert {what}",
            domain_name=None,
            detail=words or None,
            total_count=len(found),
            host=alert.host,
            domain_uuid=alert.domain_uuid,
        )
        for time, what, words in found
    )
