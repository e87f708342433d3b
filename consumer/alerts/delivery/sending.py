# SPDX-License-Identifier: Apache-2.0
"""What the thread of a channel does with its messages, one after the other.

What a channel did not take is sent again, after longer and longer waits, for a day. A message that was sent
and not noted is sent again with the same key.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import convert

from consumer.alerts.delivery import alertmanager, mail, webhook
from consumer.alerts.delivery.answer import DEADLINE_SECONDS, NotTaken
from consumer.alerts.delivery.content import Content, Member, clean
from consumer.backoff import Backoff
from consumer.database import Connection, translated_errors
from consumer.failpoint import DeliveryPoint
from consumer.rules.delivery import Smtp, Webhook
from consumer.rules.rule import Severity
from consumer.statements import statement

# How long a message is one sender's: its names may take long to look up.
TAKEN_SECONDS: Final = DEADLINE_SECONDS + 15.0
_FIRST_SECONDS: Final = 2.0
_LONGEST_SECONDS: Final = 300.0
_BECAUSE_LETTERS_MAX: Final = 500
Reach = Callable[[DeliveryPoint], None]
_MemberTuple = tuple[
    int,
    str,
    Severity,
    str,
    str | None,
    str | None,
    str,
    str,
    float | None,
    datetime,
    datetime | None,
    str | None,
]


class Messages:
    """Messages of a webhook or a mail server."""

    def __init__(self, name: str, channel: Webhook | Smtp, instance: str, reach: Reach) -> None:
        self._name, self._channel, self._instance, self._reach = name, channel, instance, reach

    def step(self, connection: Connection) -> bool:
        """Send the next message; return whether there was one. Raises NotTaken, after it is noted."""
        given = {"channel": self._name, "instance": self._instance, "seconds": TAKEN_SECONDS}
        with translated_errors():
            rows = connection.execute(statement("delivery/take"), given).fetchall()
        if not rows:
            return False
        number, key, content, count, is_old = convert(rows[0], tuple[int, str, Content, int, bool])
        self._reach("before_sent")
        try:
            words = send(self._channel, key, content)
        except NotTaken as error:
            if error.is_final or is_old:
                because = f"{'given up after a day: ' if is_old else ''}{error}"
                self._note(connection, number, "failed", because, None)
            else:
                self._note(connection, number, "waiting", f"attempt {count}: {error}", wait_after(count))
            raise
        self._reach("after_sent")
        self._note(connection, number, "sent", words, None)
        self._reach("after_noted")
        return True

    def _note(
        self, connection: Connection, number: int, status: str, because: str, seconds: float | None
    ) -> None:
        with translated_errors():
            connection.execute(
                statement("delivery/note"),
                {
                    "notification": number,
                    "status": status,
                    "because": short(because),
                    "seconds": seconds,
                },
            )


class Steady:
    """A member of a cluster of Alertmanagers: each minute, and when there is news, it learns what fires."""

    def __init__(self, name: str, url: str, ca_file: str | None, instance: str, reach: Reach) -> None:
        self._name, self._url, self._ca_file, self._instance, self._reach = (
            name,
            url,
            ca_file,
            instance,
            reach,
        )
        self._told: set[int] = set()

    def step(self, connection: Connection, *, is_minute: bool) -> bool:
        """Tell what fires, where it is time or there is news; return whether it was. Raises NotTaken."""
        with translated_errors():
            ((now, ids),) = connection.execute(
                statement("delivery/steady_waiting"), {"channel": self._name}
            ).fetchall()
        now, waiting = convert(now, datetime), convert(ids, set[int])
        # What another member took is noted as sent, and told here within a minute.
        if not is_minute and not waiting - self._told:
            return False
        given = {"channel": self._name, "instance": self._instance, "now": now}
        with translated_errors():
            rows = connection.execute(statement("delivery/steady"), given).fetchall()
        if not rows:
            if waiting:
                self._note(connection, waiting, "nothing of it is left to tell", is_sent=True)
            return True
        self._reach("before_sent")
        try:
            words = alertmanager.send(self._url, [_member(row) for row in rows], now, self._ca_file)
        except NotTaken as error:
            self._note(connection, waiting, str(error), is_sent=False)
            raise
        self._reach("after_sent")
        self._note(connection, waiting, f"{self._url}: {words}", is_sent=True)
        self._reach("after_noted")
        self._told = waiting
        return True

    def _note(self, connection: Connection, ids: set[int], because: str, *, is_sent: bool) -> None:
        if ids:
            given = {"ids": sorted(ids), "because": short(because), "is_sent": is_sent}
            with translated_errors():
                connection.execute(statement("delivery/steady_noted"), given)


def send(channel: Webhook | Smtp, key: str, content: Content) -> str:
    """Send a message and return what the channel said; raise NotTaken."""
    if isinstance(channel, Webhook):
        return webhook.send(channel, key, content)
    return mail.send(channel, key, content)


def wait_after(attempt_count: int) -> float:
    """Return how long to wait after so many attempts."""
    backoff = Backoff(_FIRST_SECONDS, _LONGEST_SECONDS)
    for _ in range(min(attempt_count, 20) - 1):
        backoff.next_seconds()
    return backoff.next_seconds()


def short(text: str) -> str:
    """Return a text as the ledger has it: what others say may be long, and hold anything."""
    return clean(text)[:_BECAUSE_LETTERS_MAX]


def _member(row: tuple[object, ...]) -> Member:
    (
        alert_id, rule, severity, host, uuid, domain, part, words, value, fired_at, resolved_at, because,
    ) = convert(row, _MemberTuple)  # fmt: skip
    return Member(
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
        resolved_because=because,
    )
