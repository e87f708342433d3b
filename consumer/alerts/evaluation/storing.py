# SPDX-License-Identifier: Apache-2.0
"""States, flaps and alerts in the database: read at a start, and written where a cycle changed them.

All raise DatabaseAway, SchemaError, DataRefused.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import convert

from consumer.alerts.evaluation.alert import AlertKey
from consumer.alerts.evaluation.kept import FlapRow, Kept, StateKey, StateRow
from consumer.alerts.evaluation.opened import AlertRow, OpenAlerts
from consumer.alerts.flapping import KeptChanges
from consumer.alerts.folding import Hiding
from consumer.alerts.states import Phase
from consumer.database import Connection
from consumer.rules.rule import Severity
from consumer.rules.subjects import Subject
from consumer.statements import statement


class Storing:
    """Statements on the connection of a cycle, in its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stored = Kept({}, {})

    def read(self) -> tuple[Kept, float | None, list[AlertRow]]:
        """Return what is stored: states, when the last step was, open alerts."""
        states = {}
        for row in self._rows("states"):
            key, host_id, phase, since, held_seconds, was_known = _state(convert(row, _StateTuple))
            states[key] = StateRow(host_id, phase, since, held_seconds, was_known)
        flaps = {}
        for row in self._rows("flaps"):
            rule, host_id, domain_id, part, times, is_flapping = convert(row, _FlapTuple)
            changes = KeptChanges(tuple(times), is_flapping)
            flaps[_key(rule, host_id, domain_id, part)] = FlapRow(host_id, changes)
        ((stepped_at,),) = self._rows("stepped_at")
        self._stored = Kept(states, flaps)
        return self._stored, convert(stepped_at, float | None), [_alert(row) for row in self._rows("open")]

    def write_states(self, found: Kept, values: dict[AlertKey, float | None]) -> None:
        """Write the states and flaps that are other ones than those that are stored."""
        stored = self._stored
        added = {key: row for key, row in found.states.items() if stored.states.get(key) != row}
        removed = [key for key in stored.states if key not in found.states or key in added]
        if removed:
            hosts = [stored.states[key].host_id for key in removed]
            self._run("states_removed", **_state_keys(removed, hosts))
        if added:
            rows = list(added.values())
            self._run(
                "states_added",
                **_state_keys(list(added), [row.host_id for row in rows]),
                phases=[row.phase.name.lower() for row in rows],
                since=[row.since for row in rows],
                held=[row.held_seconds for row in rows],
                known=[row.was_known for row in rows],
                values=[values.get(key.alert) for key in added],
            )
        self._write_flaps(found)
        self._stored = found

    def write_alerts(self, alerts: OpenAlerts, now: datetime) -> None:
        """Add the alerts that fired, and note their numbers."""
        ids = {}
        for row in alerts.added():
            ((alert_id,),) = self._rows(
                "alert_added",
                rule=row.key.rule,
                severity=row.severity,
                subject=row.subject,
                host=row.host_id,
                domain=row.domain_id,
                part=row.key.part,
                words=row.words,
                value=row.value,
                began=row.began_at,
                now=now,
            )
            ids[row.key] = convert(alert_id, int)
        alerts.number(ids)

    def write_changes(self, alerts: OpenAlerts, now: datetime) -> None:
        """Write what became of alerts; they have numbers."""
        rows = alerts.changed()
        if rows:
            self._run(
                "alerts_changed",
                now=now,
                ids=[row.alert_id for row in rows],
                severities=[row.severity for row in rows],
                words=[row.told_words for row in rows],
                values=[row.value for row in rows],
                hosts=[row.host_id for row in rows],
                flapping=[row.is_flapping for row in rows],
                hidden_by=[None if row.hiding is None else row.hiding.by_alert_id for row in rows],
                hidden_because=[None if row.hiding is None else row.hiding.because for row in rows],
                resolved=[row.is_resolved for row in rows],
                because=[row.because for row in rows],
            )
        if changes := alerts.changes:
            self._run(
                "changes_added",
                now=now,
                ids=[alerts.rows[each.key].alert_id for each in changes],
                kinds=[each.kind for each in changes],
                severities=[each.severity for each in changes],
                values=[each.value for each in changes],
                words=[alerts.rows[each.key].told_words for each in changes],
            )

    def note_step(self, instance: str, now: datetime, cycle_seconds: float, problem: str | None) -> bool:
        """Note a cycle; return False where another evaluator has taken over."""
        parameters = {"instance": instance, "now": now, "cycle_seconds": cycle_seconds, "problem": problem}
        return bool(self._rows("step_noted", **parameters))

    def _write_flaps(self, found: Kept) -> None:
        stored = self._stored.flaps
        added = {key: changes for key, changes in found.flaps.items() if stored.get(key) != changes}
        removed = [key for key in stored if key not in found.flaps or key in added]
        if removed:
            self._run("flaps_removed", **_keys(removed, [stored[key].host_id for key in removed]))
        for key, (host_id, changes) in added.items():
            self._run(
                "flap_added",
                rule=key.rule,
                part=key.part,
                host=host_id,
                domain=key.owner_id if key.is_of_domain else None,
                times=list(changes.times),
                is_flapping=changes.is_flapping,
            )

    def _run(self, name: str, **parameters: object) -> None:
        self._connection.execute(statement(f"alerts/{name}"), parameters)

    def _rows(self, name: str, **parameters: object) -> list[tuple[object, ...]]:
        return self._connection.execute(statement(f"alerts/{name}"), parameters).fetchall()


_StateTuple = tuple[str, Severity, int, int | None, str, str, float, float, bool]
_FlapTuple = tuple[str, int, int | None, str, list[float], bool]
_AlertTuple = tuple[
    int,
    str,
    Severity,
    Subject,
    int,
    int | None,
    str,
    str,
    float | None,
    float,
    float,
    bool,
    int | None,
    str | None,
]


def _key(rule: str, host_id: int, domain_id: int | None, part: str) -> AlertKey:
    return AlertKey(rule, domain_id is not None, host_id if domain_id is None else domain_id, part)


def _state(row: _StateTuple) -> tuple[StateKey, int, Phase, float, float, bool]:
    rule, severity, host_id, domain_id, part, phase, since, held_seconds, was_known = row
    key = StateKey(_key(rule, host_id, domain_id, part), severity)
    return key, host_id, Phase[phase.upper()], since, held_seconds, was_known


def _alert(row: Sequence[object]) -> AlertRow:
    (
        alert_id, rule, severity, subject, host_id, domain_id, part, words, value, began_at, fired_at,
        is_flapping, hidden_by, because,
    ) = convert(row, _AlertTuple)  # fmt: skip
    return AlertRow(
        alert_id=alert_id,
        key=_key(rule, host_id, domain_id, part),
        subject=subject,
        severity=severity,
        host_id=host_id,
        words=words,
        value=value,
        began_at=began_at,
        fired_at=fired_at,
        is_flapping=is_flapping,
        hiding=None if hidden_by is None else Hiding(hidden_by, because or ""),
    )


def _state_keys(keys: Sequence[StateKey], hosts: list[int]) -> dict[str, object]:
    severities = [key.severity for key in keys]
    return {**_keys([key.alert for key in keys], hosts), "severities": severities}


def _keys(keys: Sequence[AlertKey], hosts: list[int]) -> dict[str, object]:
    return {
        "rules": [key.rule for key in keys],
        "parts": [key.part for key in keys],
        "hosts": hosts,
        "domains": [key.owner_id if key.is_of_domain else None for key in keys],
    }
