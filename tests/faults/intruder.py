# SPDX-License-Identifier: Apache-2.0
"""A sender of anything, logged in as one enrolled host; each message is in the ledger with its fate.

What the broker refuses closes the channel (AMQP 0-9-1); the next message opens another.
"""

import contextlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import pika

from publisher.wire.codec import DecodeError, decode_sample
from publisher.wire.codec import message_id as message_id_of
from publisher.wire.topics import SAMPLES_EXCHANGE, sample_key
from tests.faults.honest_host import LOST, Letter
from tests.faults.ledger import Attempt, Ledger

_SETTINGS = "?heartbeat=60&blocked_connection_timeout=20&socket_timeout=20&stack_timeout=20"
EPOCH = "f" * 16
# Messages written down and synced at once.
_GROUP_COUNT = 100


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
        letter = self._letter(body, properties or {}, exchange, sample_key(self.host) if key is None else key)
        return letter is not None and self._pass_on([letter]) == [letter]

    def send_all(self, inputs: Iterable[tuple[bytes, Mapping[str, Any]]]) -> None:
        """Send bodies with their properties beside those of the login, many written down at a time."""
        rest = iter(inputs)
        while group := list(itertools.islice(rest, _GROUP_COUNT)):
            letters = [
                self._letter(body, properties, SAMPLES_EXCHANGE, sample_key(self.host))
                for body, properties in group
            ]
            self._pass_on([letter for letter in letters if letter is not None])

    def _letter(self, body: bytes, properties: Mapping[str, Any], exchange: str, key: str) -> Letter | None:
        """Return a message of its own id, None where that is used: two bodies could not be told apart."""
        self._number += 1
        message_id = self._id_of(body)
        if message_id in self._sent_ids:
            return None
        self._sent_ids.add(message_id)
        attempt = Attempt(message_id, self.host, body, "store or set aside")
        given = {"user_id": self.host, "message_id": message_id, "delivery_mode": 2} | dict(properties)
        return Letter(exchange, key, pika.BasicProperties(**given), attempt)

    def _pass_on(self, letters: Sequence[Letter]) -> list[Letter]:
        """Write messages down, send them, write down their fates; return those that the broker took."""
        self._ledger.attempt(*(letter.attempt for letter in letters))
        taken = [letter for letter in letters if self._is_taken(letter)]
        self._ledger.fates([letter.attempt.message_id for letter in taken], "confirmed")
        left = {letter.attempt.message_id for letter in letters}
        left -= {letter.attempt.message_id for letter in taken}
        self._ledger.fates(left, "refused")
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
        """Send bodies that are no messages, written down together."""
        self._pass_on([self._garbage(body) for body in bodies])

    def _garbage(self, body: bytes) -> Letter:
        self._number += 1
        attempt = Attempt(f"{self.host}/{EPOCH}/{self._number}", self.host, body, "store or set aside")
        given = pika.BasicProperties(user_id=self.host, message_id=attempt.message_id, delivery_mode=2)
        return Letter(SAMPLES_EXCHANGE, sample_key(self.host), given, attempt)

    def send_letters(self, *letters: Letter) -> None:
        """Send whole messages; one that the broker does not take raises."""
        self._ledger.attempt(*(letter.attempt for letter in letters))
        taken: list[str] = []
        try:
            for letter in letters:
                self._open()
                self._channel.basic_publish(
                    letter.exchange,
                    letter.routing_key,
                    letter.attempt.body,
                    letter.properties,
                    mandatory=True,
                )
                taken.append(letter.attempt.message_id)
        finally:
            self._ledger.fates(taken, "confirmed")

    def repeat(self, *letters: Letter) -> None:
        """Send messages under ids that the ledger has, whatever is in them now; it keeps what was first."""
        for letter in letters:
            self._open()
            self._channel.basic_publish(
                letter.exchange, letter.routing_key, letter.attempt.body, letter.properties, mandatory=True
            )

    def _is_taken(self, letter: Letter) -> bool:
        """Tell whether the broker took a message; raises what pika raises for one that it cannot encode."""
        # First without a connection: what never left this process is no refusal of the broker.
        letter.properties.encode()
        try:
            self._open()
            self._channel.basic_publish(
                letter.exchange, letter.routing_key, letter.attempt.body, letter.properties, mandatory=True
            )
        except LOST:
            return False
        return True

    def _open(self) -> None:
        if self._connection is None or not self._connection.is_open:
            self._connection = pika.BlockingConnection(pika.URLParameters(self._url + _SETTINGS))
            self._channel = None
        if self._channel is None or not self._channel.is_open:
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
