# SPDX-License-Identifier: Apache-2.0
"""Stored alerts as an evaluator, a delivery and people leave them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from tests.dashboard.seeding import utc_now


class Alarm(NamedTuple):
    """An alert to store; it began ten minutes ago unless it says when."""

    host: str
    words: str
    rule: str = "host_cpu"
    severity: str = "warning"
    uuid: str | None = None
    part: str = ""
    began_at: datetime | None = None
    resolved_at: datetime | None = None
    hidden_by: int | None = None


class Alarms:
    """Stores alerts and what belongs to them. Close it when done."""

    def __init__(self, owner_url: str) -> None:
        self._connection = psycopg.connect(owner_url, autocommit=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def fired(self, alarm: Alarm) -> int:
        """Store an alert with its changes; return its number."""
        began_at = alarm.began_at or utc_now() - timedelta(minutes=10)
        fired_at = began_at + timedelta(minutes=2)
        (alert_id,) = self._one(
            "INSERT INTO kvmgrid.alerts (rule, severity, subject, host_id, domain_id, part, words, value,"
            " began_at, fired_at, resolved_at, hidden_by, hidden_because) SELECT %s, %s, 'host', host_id,"
            " (SELECT domain_id FROM kvmgrid.domains WHERE uuid = %s), %s, %s, 0.93, %s, %s, %s, %s, %s"
            " FROM kvmgrid.hosts WHERE host = %s RETURNING alert_id",
            [
                *(alarm.rule, alarm.severity, alarm.uuid, alarm.part, alarm.words, began_at, fired_at),
                *(alarm.resolved_at, alarm.hidden_by, alarm.hidden_by and "host", alarm.host),
            ],
        )
        self.changed(alert_id, "fired", fired_at, alarm.words)
        if alarm.resolved_at is not None:
            self.changed(alert_id, "resolved", alarm.resolved_at, alarm.words)
        return int(alert_id)

    def resolved(self, alert_id: int) -> None:
        """Store that an alert is over."""
        self._connection.execute(
            "UPDATE kvmgrid.alerts SET resolved_at = now() WHERE alert_id = %s", [alert_id]
        )

    def changed(self, alert_id: int, kind: str, at: datetime, words: str) -> None:
        """Note what became of an alert."""
        self._connection.execute(
            "INSERT INTO kvmgrid.alert_changes (alert_id, changed_at, kind, severity, value, words)"
            " SELECT alert_id, %s, %s, severity, value, %s FROM kvmgrid.alerts WHERE alert_id = %s",
            [at, kind, words, alert_id],
        )

    def pending(self, host: str, rule: str, *, since: datetime) -> None:
        """Store that an object is beyond the level of a rule."""
        self._connection.execute(
            "INSERT INTO kvmgrid.alert_states"
            " (rule, severity, host_id, phase, since, held_seconds, was_known, value)"
            " SELECT %s, 'warning', host_id, 'pending', %s, 90, true, 0.31"
            " FROM kvmgrid.hosts WHERE host = %s",
            [rule, since, host],
        )

    def notified(self, alert_id: int, status: str, because: str | None, *, channel: str = "mail") -> None:
        """Store a notification of an alert."""
        (notification_id,) = self._one(
            "INSERT INTO kvmgrid.alert_notifications"
            " (route, channel, kind, group_name, content, status, because, created_at, attempt_count,"
            " ended_at)"
            " VALUES ('default', %s, 'fired', 'host hv1', '{}', %s, %s, now(), 1, now())"
            " RETURNING notification_id",
            [channel, status, because],
        )
        self._connection.execute(
            "INSERT INTO kvmgrid.alert_notification_members VALUES (%s, %s)", [notification_id, alert_id]
        )

    def acknowledged(self, alert_id: int, who: str, note: str = "") -> None:
        """Store that somebody knows of an alert."""
        self._connection.execute(
            "INSERT INTO kvmgrid.alert_acknowledgements (alert_id, said_by, note) VALUES (%s, %s, %s)",
            [alert_id, who, note],
        )

    def silenced(self, selector: Mapping[str, str], reason: str, *, hours: float = 1.0) -> None:
        """Store a silence that began a minute ago."""
        self._connection.execute(
            "INSERT INTO kvmgrid.alert_silences (selector, reason, starts_at, ends_at, said_by)"
            " VALUES (%s, %s, now() - INTERVAL '1 minute', now() + make_interval(secs => %s), 'anna')",
            [Jsonb(dict(selector)), reason, hours * 3600],
        )

    def stepped(self, at: datetime | None, problem: str | None = None) -> None:
        """Store when the evaluator last was at work."""
        self._connection.execute(
            "UPDATE kvmgrid.alert_evaluator SET instance = 'eval-1', taken_over_at = %s, stepped_at = %s,"
            " cycle_seconds = 0.4, problem = %s",
            [at, at, problem],
        )

    def _one(self, statement: str, parameters: list[Any]) -> tuple[Any, ...]:
        found = self._connection.execute(statement.encode(), parameters).fetchone()
        assert found is not None
        return found
