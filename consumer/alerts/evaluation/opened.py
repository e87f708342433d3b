# SPDX-License-Identifier: Apache-2.0
"""The open alerts: what judgements and folding make of them, and what of that has to be stored. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from msgspec import Struct, structs

from consumer.alerts.evaluation.alert import AlertKey, Judgement, Kind
from consumer.alerts.folding import Folding, Hiding, OpenAlert
from consumer.rules.rule import Severity
from consumer.rules.subjects import Subject

# How often the value of an alert that fires on is stored.
FRESH_SECONDS: Final = 60.0


class AlertRow(Struct, frozen=True, kw_only=True):
    """An alert as it is stored; ``alert_id`` is 0 until the database has given one.

    ``incident_words``: what it says of all that it leads, instead of ``words``, which are its own.
    """

    alert_id: int
    key: AlertKey
    subject: Subject
    severity: Severity
    host_id: int
    words: str
    value: float | None
    began_at: float
    fired_at: float
    is_flapping: bool = False
    hiding: Hiding | None = None
    incident_words: str | None = None
    is_resolved: bool = False
    because: str | None = None

    @property
    def domain_id(self) -> int | None:
        """Its VM; None for a host and its parts."""
        return self.key.owner_id if self.key.is_of_domain else None

    @property
    def told_words(self) -> str:
        """What it says now."""
        return self.words if self.incident_words is None else self.incident_words

    def with_own_words(self, words: str) -> "AlertRow":
        """Return it, as it was read, with words of its own; where other ones are stored, it led."""
        if words in {"", self.words}:
            return self
        return structs.replace(self, words=words, incident_words=self.words)

    def for_folding(self, *, is_known: bool, is_withheld: bool) -> OpenAlert:
        """Return it as folding takes it."""
        return OpenAlert(
            alert_id=self.alert_id,
            rule=self.key.rule,
            subject=self.subject,
            severity=self.severity,
            host_id=self.host_id,
            domain_id=self.domain_id,
            part=self.key.part,
            fired_at=self.fired_at,
            is_known=is_known,
            is_withheld=is_withheld,
        )


class AlertChange(NamedTuple):
    """A row of ``alert_changes``; its words are those that the alert has at the end of the cycle."""

    key: AlertKey
    kind: Kind
    severity: Severity
    value: float | None


class Seen(NamedTuple):
    """The object of an open alert in this cycle; ``value`` is None where it is not known."""

    host_id: int
    is_flapping: bool
    value: float | None
    words: str


class OpenAlerts:
    """Open alerts by whose they are; what is done to them is gathered until it is stored."""

    def __init__(self, rows: Iterable[AlertRow] = (), stepped_at: float = float("-inf")) -> None:
        self.rows = {row.key: row for row in rows}
        self.changes: list[AlertChange] = []
        self._before = dict(self.rows)
        self._stepped_at = stepped_at

    def judge(self, judgement: Judgement, words: str, now: float) -> None:
        """Let an alert fire, get another severity, or be resolved."""
        old = self.rows.get(judgement.key)
        if judgement.severity is None:
            if old is not None:
                self._put(
                    structs.replace(
                        old,
                        is_resolved=True,
                        because=judgement.because,
                        value=_or(judgement.value, old.value),
                    ),
                    "resolved",
                )
            return
        if old is None:
            row = AlertRow(
                alert_id=0,
                key=judgement.key,
                subject=judgement.subject,
                severity=judgement.severity,
                host_id=judgement.host_id,
                words=words,
                value=judgement.value,
                began_at=judgement.began_at,
                fired_at=now,
            )
            self._put(row, "fired")
            return
        self._put(
            structs.replace(old, severity=judgement.severity, words=words, value=judgement.value), "severity"
        )

    def fold(self, folding: Folding) -> None:
        """Note which alerts are hidden now, and which lead many; what is resolved stays as it was."""
        for row in self.open():
            hiding, incident = folding.hidden.get(row.alert_id), folding.incidents.get(row.alert_id)
            words = None if incident is None else incident.words
            changed = structs.replace(row, hiding=hiding, incident_words=words)
            # Other words alone are no change of the alert.
            if (hiding is None) == (row.hiding is None):
                self.rows[row.key] = changed
            else:
                self._put(changed, "shown" if hiding is None else "hidden")

    def keep(self, key: AlertKey, seen: Seen, now: float) -> None:
        """Note where the object of an alert is, whether it flaps, and from time to time its value."""
        row = structs.replace(self.rows[key], host_id=seen.host_id, is_flapping=seen.is_flapping)
        if seen.value is not None and self.is_stale(now):
            row = structs.replace(row, value=seen.value, words=seen.words)
        self.rows[key] = row

    def end(self, key: AlertKey, because: str) -> None:
        """Resolve an alert without a judgement: nobody judges its object any more."""
        self._put(structs.replace(self.rows[key], is_resolved=True, because=because), "resolved")

    def hidden(self) -> dict[int, Hiding]:
        """Return which alerts are hidden, by their numbers."""
        return {row.alert_id: row.hiding for row in self.open() if row.hiding is not None}

    def is_stale(self, now: float) -> bool:
        """Tell whether values are to be stored again: a minute has begun since the last step."""
        # By the clock, so that a restart changes nothing.
        return now // FRESH_SECONDS != self._stepped_at // FRESH_SECONDS

    def number(self, ids: Mapping[AlertKey, int]) -> None:
        """Note the numbers that the database gave."""
        for key, alert_id in ids.items():
            self.rows[key] = structs.replace(self.rows[key], alert_id=alert_id)
            # Stored as it is by now.
            self._before[key] = self.rows[key]

    def open(self) -> list[AlertRow]:
        """Return the alerts that fire."""
        return [row for row in self.rows.values() if not row.is_resolved]

    def added(self) -> list[AlertRow]:
        """Return the alerts that are not stored yet."""
        return [row for row in self.rows.values() if not row.alert_id]

    def changed(self) -> list[AlertRow]:
        """Return the stored alerts that are another way now."""
        return [row for key, row in self.rows.items() if row.alert_id and row != self._before.get(key)]

    def stored(self, now: float) -> None:
        """Note that all of it is stored."""
        self.rows = {row.key: row for row in self.open()}
        self._before = dict(self.rows)
        self.changes = []
        self._stepped_at = now

    def _put(self, row: AlertRow, kind: Kind) -> None:
        self.rows[row.key] = row
        self.changes.append(AlertChange(row.key, kind, row.severity, row.value))


def _or(value: float | None, other: float | None) -> float | None:
    return other if value is None else value
