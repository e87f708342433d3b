# SPDX-License-Identifier: Apache-2.0
"""What an operator may change from the pages: what each request says, checked, and what is stored for it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.filters.sql import fixed
from dashboard.operator_database import Audited, OperatorDatabase, Statement
from dashboard.queries import Query
from dashboard.queries.alerts import ALERTS, Alert

HOURS_MAX = 24 * 31
Number = Annotated[int, Meta(ge=1, le=2**53)]
Words = Annotated[str, Meta(max_length=500)]

ACKNOWLEDGE: Statement = Query(__package__, "acknowledge", tuple)
SILENCE: Statement = Query(__package__, "silence", tuple)
MAINTENANCE: Statement = Query(__package__, "maintenance", tuple)
SILENCE_END: Statement = Query(__package__, "silence_end", tuple)
MAINTENANCE_END: Statement = Query(__package__, "maintenance_end", tuple)
_ONE = fixed("alert_id = %(alert_id)s")


class Acknowledge(Struct, frozen=True, forbid_unknown_fields=True, tag_field="what", tag="acknowledge"):
    """Somebody knows of an alert."""

    alert_id: Number
    note: Words = ""


class Withhold(Struct, frozen=True, forbid_unknown_fields=True, tag_field="what", tag="withhold"):
    """Nothing of an alert's object is sent for some hours; ``scope`` says how much of it."""

    alert_id: Number
    kind: Literal["silence", "maintenance"]
    scope: Literal["rule", "object", "host"]
    hours: Annotated[float, Meta(gt=0, le=HOURS_MAX)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class End(Struct, frozen=True, forbid_unknown_fields=True, tag_field="what", tag="end"):
    """A silence or a maintenance is over before its time."""

    kind: Literal["silence", "maintenance"]
    number: Number


Change = Acknowledge | Withhold | End


class Said(NamedTuple):
    """Who changes something, and from where."""

    who: str
    origin: str


def read_change(body: bytes) -> Change:
    """Return what a request wants to change; raise RequestError for one that no page sends."""
    try:
        change: Change = msgspec.json.decode(body, type=Change)
    except msgspec.MsgspecError as error:
        raise RequestError(f"not a change: {error}") from error
    return change


class Changes:
    """Makes the changes; the audit entry of each is stored with it, or neither is."""

    def __init__(self, database: Database, operator: OperatorDatabase) -> None:
        self._database = database
        self._operator = operator

    def make(self, change: Change, said: Said) -> str:
        """Store a change and return what to say of it; raise RequestError or DatabaseError."""
        match change:
            case Acknowledge():
                alert = self._alert(change.alert_id)
                self._store(
                    ACKNOWLEDGE, {"alert_id": alert.alert_id, "note": change.note}, "acknowledge", said
                )
                return f"Acknowledged by {said.who}."
            case Withhold():
                return self._withhold(change, said)
            case End():
                statement = SILENCE_END if change.kind == "silence" else MAINTENANCE_END
                self._store(statement, {f"{change.kind}_id": change.number}, f"{change.kind}_end", said)
                return f"Ended by {said.who}."

    def _withhold(self, change: Withhold, said: Said) -> str:
        selector = selected(self._alert(change.alert_id), change.scope)
        starts_at = datetime.now(UTC)
        ends_at = starts_at + timedelta(hours=change.hours)
        told: dict[str, Any] = {
            "selector": selector,
            "reason": change.reason,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        }
        self._store(SILENCE if change.kind == "silence" else MAINTENANCE, told, change.kind, said)
        about = ", ".join(f"{name} {value}" for name, value in selector.items())
        return f"Nothing is sent of {about} until {ends_at:%Y-%m-%d %H:%M} UTC."

    def _alert(self, alert_id: int) -> Alert:
        found = self._database.fetch(ALERTS, {"alert_id": alert_id, "limit": 1}, condition=_ONE)
        if not found:
            raise RequestError(f"There is no alert {alert_id}.")
        return found[0]

    def _store(self, statement: Statement, told: Mapping[str, Any], action: str, said: Said) -> None:
        audited = Audited(said.who, action, told, said.origin)
        self._operator.store(statement, {**told, "said_by": said.who}, audited)


def selected(alert: Alert, scope: str) -> dict[str, str]:
    """Return the selector of an alert's rule on its object, of its object, or of all on its host."""
    if scope == "host":
        return {"host": alert.host}
    of = {"host": alert.host} if alert.domain_uuid is None else {"uuid": alert.domain_uuid}
    return {"rule": alert.rule, **of} if scope == "rule" else of
