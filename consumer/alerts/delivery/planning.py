# SPDX-License-Identifier: Apache-2.0
"""A pass of the planner in the database: reads, plans and stores in one transaction."""

from collections.abc import Callable
from datetime import datetime

from msgspec import convert, to_builtins
from psycopg.types.json import Jsonb

from consumer.alerts.delivery.content import Member
from consumer.alerts.delivery.plan import AlertNow, Collecting, Planner, Record, Situation
from consumer.alerts.delivery.steps import Added, Finished, Held, Joined, Step, Where
from consumer.alerts.withheld.selector import AlertMarks
from consumer.alerts.withheld.store import read_said
from consumer.database import Connection, translated_errors
from consumer.failpoint import DeliveryPoint
from consumer.rules.delivery import Delivery
from consumer.rules.rule import Severity
from consumer.statements import statement

_AlertTuple = tuple[
    int, str, Severity, str, str | None, str | None, str, str, float | None, datetime, datetime | None,
    str | None, bool, frozenset[str], datetime, str, int | None, str | None, str | None,
]  # fmt: skip


class Planning:
    """Passes of one evaluator, ``instance``, on a connection of its own."""

    def __init__(
        self,
        connection: Connection,
        instance: str,
        reach: Callable[[DeliveryPoint], None],
        clock: Callable[[datetime], datetime] = lambda now: now,
    ) -> None:
        self._connection, self._instance, self._reach, self._clock = connection, instance, reach, clock

    def run(self, delivery: Delivery) -> None:
        """Plan what is new, nothing where another evaluator has taken over; raise ConsumerError."""
        with translated_errors(), self._connection.transaction():
            self._connection.execute(statement("delivery/lock"))
            ((database_now, is_turn),) = self._rows("is_turn", instance=self._instance)
            if not is_turn:
                return
            now = self._clock(convert(database_now, datetime))
            self._run(
                "gone",
                now=now,
                channels=list(delivery.channels),
                routes=[each.name for each in delivery.routes],
            )
            changes = convert(self._rows("changes"), list[tuple[int, int, str]])
            situation = self._situation(now, {each for _, each, kind in changes if kind == "fired"})
            for step in Planner(delivery, situation).steps():
                self._store(step, now)
            if changes:
                self._run("changes_planned", ids=[each for each, _, _ in changes])
            self._reach("before_planned")
        self._reach("after_planned")

    def _situation(self, now: datetime, fired: set[int]) -> Situation:
        collecting = [
            Collecting(number, Where(route, channel), group, due_at, tuple(alert_ids))
            for number, route, channel, group, due_at, alert_ids in convert(
                self._rows("collecting"), list[tuple[int, str, str, str, datetime, list[int]]]
            )
        ]
        ids = fired.union(*(each.alert_ids for each in collecting))
        ids |= {each for (each,) in convert(self._rows("outstanding", now=now), list[tuple[int]])}
        alerts = {}
        for row in self._rows("alerts", ids=sorted(ids)):
            alert = _alert(convert(row, _AlertTuple), fired)
            alerts[alert.marks.alert_id] = alert
        told_rows = convert(
            self._rows("told", ids=list(alerts)),
            list[tuple[int, str, str, str | None, datetime | None, str | None, bool]],
        )
        told = {
            (alert_id, Where(route, channel)): Record(state, recorded_at, because, is_collected)
            for alert_id, route, channel, state, recorded_at, because, is_collected in told_rows
        }
        settled = {
            Where(route, channel): times
            for route, channel, times in convert(
                self._rows("settled", now=now), list[tuple[str, str, list[datetime]]]
            )
        }
        return Situation(now, alerts, told, collecting, settled, read_said(self._connection, now))

    def _store(self, step: Step, now: datetime) -> None:
        match step:
            case Joined(number, alert_ids):
                self._run("join", notification=number, ids=list(alert_ids))
            case Held(number, until, because):
                self._run("hold", notification=number, until=until, because=because)
            case Finished():
                self._run("members_removed", notification=step.notification_id)
                self._run(
                    "finish",
                    notification=step.notification_id,
                    status="suppressed" if step.content is None else "waiting",
                    because=step.because,
                    next_attempt_at=None if step.content is None else now,
                    **_common(step, now, is_open=step.content is not None),
                )
            case Added():
                self._add(step, now)

    def _add(self, step: Added, now: datetime) -> None:
        is_held = step.due_at is not None
        self._run(
            "add",
            route=step.where.route,
            channel=step.where.channel,
            group=step.group,
            status="held" if is_held else "suppressed" if step.content is None else "waiting",
            because="waits for more of its group" if is_held else step.because,
            now=now,
            next_attempt_at=step.due_at if step.content is None else now,
            **_common(step, now, is_open=is_held or step.content is not None)
            | ({"planned_at": None} if is_held else {}),
        )

    def _run(self, name: str, **parameters: object) -> None:
        self._connection.execute(statement(f"delivery/{name}"), parameters)

    def _rows(self, name: str, **parameters: object) -> list[tuple[object, ...]]:
        return self._connection.execute(statement(f"delivery/{name}"), parameters).fetchall()


def _common(step: Added | Finished, now: datetime, *, is_open: bool) -> dict[str, object]:
    return {
        "kind": step.kind,
        "content": Jsonb({} if step.content is None else to_builtins(step.content)),
        "planned_at": now,
        "ended_at": None if is_open else now,
        "ids": list(step.states),
        "states": list(step.states.values()),
    }


def _alert(row: _AlertTuple, fired: set[int]) -> AlertNow:
    (
        alert_id, rule, severity, host, uuid, domain, part, words, value, fired_at, resolved_at,
        resolved_because, is_flapping, tags, worsened_at, object_key, hidden_by, cause, cause_host,
    ) = row  # fmt: skip
    marks = AlertMarks(
        alert_id=alert_id,
        rule=rule,
        severity=severity,
        host=host,
        uuid=uuid,
        tags=tags,
        worsened_at=worsened_at,
    )
    member = Member(
        alert_id=alert_id,
        rule=rule,
        severity=severity,
        host=host,
        uuid=uuid,
        domain=domain,
        part=part,
        words=words,
        value=value,
        fired_at=fired_at,
        resolved_at=resolved_at,
        resolved_because=resolved_because,
        is_flapping=is_flapping,
    )
    return AlertNow(
        marks=marks,
        member=member,
        object_key=object_key,
        hidden=None if hidden_by is None else f"hidden by alert {hidden_by}: {cause_host}: {cause}",
        is_flapping=is_flapping,
        is_new=alert_id in fired,
    )
