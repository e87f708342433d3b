# SPDX-License-Identifier: Apache-2.0
"""A sender of anything, logged in as one enrolled host; each message is in the ledger with its fate.

What the broker refuses closes the channel (AMQP 0-9-1); the next message opens another.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Self

import pika

from publisher.wire.codec import DecodeError, decode_sample
from publisher.wire.codec import message_id as message_id_of
from publisher.wire.topics import SAMPLES_EXCHANGE, sample_key
from tests.faults.honest_host import LOST, Letter
from tests.faults.ledger import Attempt, Ledger

_SETTINGS = "?heartbeat=60&blocked_connection_timeout=20&socket_timeout=20&stack_timeout=20"
EPOCH = "f" * 16


class Intruder:
    """A connection of a host that sends what it should not."""

    def __init__(self, url: str, ledger: Ledger, host: str) -> None:
        self.host = host
        self._url = url
        self._ledger = ledger
        self._number = 0
        self._sent_ids: set[str] = set()
        self._connection: Any = None
        self._channel: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None and self._connection.is_open:
            with contextlib.suppress(*LOST):
                self._connection.close()

    def send(
        self,
        body: bytes,
        properties: Mapping[str, Any] | None = None,
        *,
        exchange: str = SAMPLES_EXCHANGE,
        key: str | None = None,
    ) -> bool:
        """Send a body as the login, or with other properties; tell whether the broker took it."""
        self._number += 1
        message_id = self._id_of(body)
        if message_id in self._sent_ids:
            # Two bodies under one id could not be told apart afterwards.
            return False
        self._sent_ids.add(message_id)
        attempt = Attempt(message_id, self.host, body, "store or set aside")
        given = {"user_id": self.host, "message_id": message_id, "delivery_mode": 2} | dict(properties or {})
        letter = Letter(exchange, sample_key(self.host) if key is None else key, given, attempt)
        self._ledger.attempt(attempt)
        taken = self._is_taken(letter)
        self._ledger.fate(message_id, "confirmed" if taken else "refused")
        return taken

    def _id_of(self, body: bytes) -> str:
        """Return the id that a body gives itself, or one by number where it is no message of this host."""
        try:
            batch = decode_sample(body)
        except DecodeError:
            batch = None
        if batch is None or batch.host != self.host:
            return f"{self.host}/{EPOCH}/{self._number}"
        return message_id_of(batch)

    def send_many(self, bodies: Sequence[bytes]) -> None:
        """Send bodies under the login's own name, written down together."""
        ids = [f"{self.host}/{EPOCH}/{self._number + place}" for place in range(1, len(bodies) + 1)]
        self._number += len(bodies)
        attempts = [
            Attempt(each, self.host, body, "store or set aside")
            for each, body in zip(ids, bodies, strict=True)
        ]
        self._ledger.attempt(*attempts)
        taken: list[str] = []
        refused: list[str] = []
        for attempt in attempts:
            given = {"user_id": self.host, "message_id": attempt.message_id, "delivery_mode": 2}
            letter = Letter(SAMPLES_EXCHANGE, sample_key(self.host), given, attempt)
            (taken if self._is_taken(letter) else refused).append(attempt.message_id)
        self._ledger.fates(taken, "confirmed")
        self._ledger.fates(refused, "refused")

    def send_letters(self, *letters: Letter) -> None:
        """Send whole messages; one that the broker does not take raises."""
        self._ledger.attempt(*(letter.attempt for letter in letters))
        for letter in letters:
            self._open()
            self._channel.basic_publish(
                letter.exchange, letter.routing_key, letter.attempt.body, letter.properties, mandatory=True
            )
        self._ledger.fates([letter.attempt.message_id for letter in letters], "confirmed")

    def _is_taken(self, letter: Letter) -> bool:
        try:
            self._open()
            self._channel.basic_publish(
                letter.exchange, letter.routing_key, letter.attempt.body,
                pika.BasicProperties(**letter.properties), mandatory=True,
            )  # fmt: skip
        except (*LOST, TypeError):
            self._channel = None
            return False
        return True

    def _open(self) -> None:
        if self._connection is None or not self._connection.is_open:
            self._connection = pika.BlockingConnection(pika.URLParameters(self._url + _SETTINGS))
            self._channel = None
        if self._channel is None or not self._channel.is_open:
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
