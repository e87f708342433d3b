# SPDX-License-Identifier: Apache-2.0
"""The lists of the page of all alerts, and what it says of who evaluates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard import units
from dashboard.components.alert_words import (
    WORDS_LETTERS_MAX,
    age,
    alert_object,
    alert_path,
    clock,
    lasting,
    severity_mark,
    states,
    value_words,
)
from dashboard.components.notices import command
from dashboard.pages.alerts.queries import Evaluator, Hold, PendingAlert
from dashboard.parts.markup import Child, Element, clean, h
from dashboard.queries.alerts import Alert

# An evaluator steps every ten seconds; another one takes over within fifteen.
SILENT_AFTER = timedelta(seconds=60)
RUN_COMMAND = "kvmgrid-consumer alerts run --config /etc/kvmgrid/consumer.toml"
HEADS = ("Alert", "Severity", "Object", "Since", "For", "Value", "State")
HOLD_HEADS = ("Reason", "What", "Of", "From", "Until", "Who", "State")
PENDING_HEADS = ("Rule", "Severity", "Object", "Since", "Counted", "Value", "State")


def evaluator_line(evaluator: Evaluator | None, now: datetime) -> Element:
    """Return who evaluates and when it last did, or that nobody does."""
    if evaluator is None or evaluator.stepped_at is None:
        return _nobody("No evaluator has run yet: nothing is watched.")
    if now - evaluator.stepped_at > SILENT_AFTER:
        return _nobody("No evaluator since ", clock(evaluator.stepped_at), ": what stands below is of then.")
    took = (
        "" if evaluator.cycle_seconds is None else f", a cycle took {units.latency(evaluator.cycle_seconds)}"
    )
    who = f" by {clean(evaluator.instance, 64)}" if evaluator.instance else ""
    line = h("p", "Evaluated ", age(evaluator.stepped_at), f" ago{who}{took}.", class_="quiet")
    if evaluator.problem is None:
        return line
    return h("div", line, h("p", h("strong", clean(evaluator.problem)), class_="note note--bad"))


def _nobody(*words: Child) -> Element:
    return h(
        "div",
        h("p", h("strong", *words), " Start one, or look at its log:", class_="note note--bad"),
        command(RUN_COMMAND),
        class_="alert-evaluator",
    )


def alert_table(alerts: Sequence[Alert], nothing: str) -> Element:
    """Return alerts as a table, and how many are left out; ``nothing`` stands where there is none."""
    if not alerts:
        return h("p", nothing, class_="quiet")
    left = alerts[0].total_count - len(alerts)
    return h(
        "div",
        _table(HEADS, [_row(alert) for alert in alerts]),
        h("p", f"{left:,} more are not listed: filter, or choose a shorter range.", class_="quiet")
        if left > 0
        else None,
    )


def pending_table(pending: Sequence[PendingAlert]) -> Element:
    """Return what may fire soon as a table."""
    if not pending:
        return h("p", "Nothing is beyond a level.", class_="quiet")
    left = pending[0].total_count - len(pending)
    return h(
        "div",
        _table(PENDING_HEADS, [_pending_row(each) for each in pending]),
        h("p", f"{left:,} more are not listed: filter.", class_="quiet") if left > 0 else None,
    )


def _table(heads: Sequence[str], rows: Sequence[Element]) -> Element:
    head = h("tr", *(h("th", each, scope="col", class_=_class(each)) for each in heads))
    table = h("table", h("thead", head), h("tbody", *rows), class_="table alert-table")
    return h("div", table, class_="table-place", tabindex="0", role="group", aria_label="table")


def _class(head: str) -> str | None:
    return "number" if head == "Value" else None


def _row(alert: Alert) -> Element:
    words = clean(alert.words, WORDS_LETTERS_MAX) or alert.rule
    return h(
        "tr",
        h("th", h("a", words, href=alert_path(alert.alert_id)), scope="row", class_="alert-words"),
        h("td", severity_mark(alert.severity)),
        h("td", alert_object(alert.host, alert.domain_uuid, alert.domain_name, alert.part)),
        h("td", clock(alert.began_at)),
        h("td", lasting(alert)),
        h("td", value_words(alert.value), class_="number"),
        h("td", *states(alert), class_="prose"),
    )


def _pending_row(each: PendingAlert) -> Element:
    unknown = None if each.was_known else h("span", "not known now", class_="alert-state")
    return h(
        "tr",
        h("th", clean(each.rule), scope="row", class_="alert-words"),
        h("td", severity_mark(each.severity)),
        h("td", alert_object(each.host, each.domain_uuid, each.domain_name, each.part)),
        h("td", clock(each.since)),
        h("td", units.duration(each.held_seconds)),
        h("td", value_words(each.value), class_="number"),
        h("td", unknown, class_="prose"),
    )


def hold_table(holds: Sequence[Hold]) -> Element:
    """Return silences and maintenance as a table; an operator may end each."""
    if not holds:
        return h("p", "There is no silence and no maintenance.", class_="quiet")
    return _table(HOLD_HEADS, [_hold_row(hold) for hold in holds])


def _hold_row(hold: Hold) -> Element:
    about = ", ".join(f"{clean(name, 20)} {clean(str(value), 64)}" for name, value in hold.selector.items())
    state = ("in force" if hold.is_active else "to come") + (", comes again" if hold.is_repeated else "")
    end = h(
        "button",
        "End",
        type="button",
        class_="button button--small for-operators",
        aria_label=f"End {hold.kind} {hold.number}",
        data_end_kind=hold.kind,
        data_end_number=str(hold.number),
    )
    return h(
        "tr",
        h("th", clean(hold.reason), scope="row", class_="alert-words"),
        h("td", f"{hold.kind} {hold.number}"),
        h("td", about or "everything"),
        h("td", "" if hold.starts_at is None else clock(hold.starts_at)),
        h("td", "" if hold.ends_at is None else clock(hold.ends_at)),
        h("td", clean(hold.said_by, 64)),
        h("td", state, " ", end),
    )
