# SPDX-License-Identifier: Apache-2.0
"""A light publisher: the wire's own messages of one simulated host, kept until the broker confirms them.

As the real one it logs in as its host and sends live messages tick by tick. It sends again what was not
confirmed. Each message is in the ledger before it is sent. A tick of an outage is sent afterwards.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pika
from pika.adapters.utils import connection_workflow

from loadgen.fleet.fleet import Fleet
from publisher.wire.codec import CONTENT_TYPE, EVENT_TYPE, SAMPLE_TYPE, encode, message_id
from publisher.wire.samples import SCHEMA_VERSION, DomainReport, Event, SampleBatch
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE, event_key, sample_key
from tests.faults.ledger import Attempt, Duty, Ledger

# How long a connection may be silent; the broker of the lab asks for 30 s by itself.
_HEARTBEAT_SECONDS = 6
_SOCKET_SECONDS = 5.0
_RETRY_SECONDS = (0.2, 1.0)
_EVENT_EVERY = 5
_SETTINGS = (
    f"?heartbeat={_HEARTBEAT_SECONDS}&blocked_connection_timeout=5"
    f"&socket_timeout={_SOCKET_SECONDS:g}&stack_timeout=10&connection_attempts=1"
)

# What the end of a connection raises: where one ends while it opens, pika asserts, or finds no peer's name.
LOST = (
    pika.exceptions.AMQPError,
    connection_workflow.AMQPConnectorException,
    connection_workflow.AMQPConnectionWorkflowFailed,
    AssertionError,
    OSError,
    ValueError,
)


class Letter(NamedTuple):
    """One message ready for the broker."""

    exchange: str
    routing_key: str
    properties: Any
    attempt: Attempt


def letter_of(message: SampleBatch | Event, duty: Duty = "store") -> Letter:
    """Return a message as its host sends it."""
    event = isinstance(message, Event)
    if isinstance(message, Event):
        exchange, key = EVENTS_EXCHANGE, event_key(message.host, message.kind)
    else:
        exchange, key = SAMPLES_EXCHANGE, sample_key(message.host)
    properties = pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=2,
        message_id=message_id(message),
        type=EVENT_TYPE if event else SAMPLE_TYPE,
        user_id=message.host,
    )
    attempt = Attempt(message_id(message), message.host, encode(message), duty, event)
    return Letter(exchange, key, properties, attempt)


def event_of(batch: SampleBatch, sequence: int) -> Event:
    """Return an event of a batch's host at the batch's instant."""
    return Event(
        schema=SCHEMA_VERSION,
        host=batch.host,
        epoch=batch.epoch,
        sequence=sequence,
        boot_id=batch.boot_id,
        occurred_at=batch.sampled_at,
        publisher_version=batch.publisher_version,
        kind="check",
        detail=f"number {sequence}",
    )


class HonestHost:
    """Sends until it is finished; nothing that it wrote down is given up before that."""

    def __init__(  # noqa: PLR0913 - what a host is, all named
        self,
        url: str,
        ledger: Ledger,
        fleet: Fleet,
        ordinal: int,
        *,
        interval_seconds: float = 0.25,
        ahead_seconds: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.host = fleet.hosts[ordinal].host
        self._url = url
        self._ledger = ledger
        self._fleet = fleet
        self._ordinal = ordinal
        self._interval_seconds = interval_seconds
        self._ahead_seconds = ahead_seconds
        self._random = Random(f"{fleet.shape.seed}/{self.host}")  # noqa: S311 - replayable, no secret
        self._waiting: deque[Letter] = deque()
        self._sequence = 0
        self._next_tick_seconds = time.monotonic()
        self._ending = threading.Event()
        self._given_up = threading.Event()
        self._connection: Any = None
        self._channel: Any = None
        self._thread = threading.Thread(target=self._run, name=self.host, daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._next_tick_seconds = time.monotonic()
        self._thread.start()

    def finish(self, timeout_seconds: float) -> bool:
        """Make no new messages, send what waits; tell whether all is confirmed."""
        self._ending.set()
        self._thread.join(timeout_seconds)
        self._given_up.set()
        self._thread.join(2 * _SOCKET_SECONDS)
        return not self._waiting

    @property
    def waiting_count(self) -> int:
        """How many messages wait for their confirm."""
        return len(self._waiting)

    def latest_domains(self) -> list[DomainReport]:
        """Return what this host says about its VMs now."""
        return list(self._fleet.batch(self._ordinal, time.time(), 0).domains or ())

    def add(self, *letters: Letter) -> None:
        """Send messages beside those of the ticks, in their turn."""
        self._ledger.attempt(*(letter.attempt for letter in letters))
        self._waiting.extend(letters)

    def _run(self) -> None:
        while not self._given_up.is_set():
            self._make_due()
            if self._waiting:
                self._try_send()
            elif self._ending.wait(max(0.0, self._next_tick_seconds - time.monotonic())):
                break
        self._disconnect()

    def _make_due(self) -> None:
        """Write down every tick that is due, those of an outage with the time they were due at."""
        letters = []
        while not self._ending.is_set() and time.monotonic() >= self._next_tick_seconds:
            late_seconds = time.monotonic() - self._next_tick_seconds
            self._next_tick_seconds += self._interval_seconds
            letters += self._letters(time.time() - late_seconds + self._ahead_seconds())
        if letters:
            self.add(*letters)

    def _letters(self, second: float) -> list[Letter]:
        self._sequence += 1
        first = self._sequence == 1
        batch = self._fleet.batch(
            self._ordinal,
            second,
            self._sequence,
            described=first,
            tick_seconds=max(1.0, self._interval_seconds),
        )
        letters = [letter_of(batch)]
        if self._sequence % _EVENT_EVERY == 0:
            self._sequence += 1
            letters.append(letter_of(event_of(batch, self._sequence)))
        return letters

    def _try_send(self) -> None:
        letter = self._waiting[0]
        message = letter.attempt.message_id
        try:
            self._connect()
            self._channel.basic_publish(
                letter.exchange, letter.routing_key, letter.attempt.body, letter.properties, mandatory=True
            )
        except (pika.exceptions.NackError, pika.exceptions.UnroutableError):
            # Refused for now, as by a full queue: it stays first in the line.
            self._pause()
            return
        except LOST:
            self._ledger.fate(message, "unknown")
            self._disconnect()
            self._pause()
            return
        self._ledger.fate(message, "confirmed")
        self._waiting.popleft()

    def _pause(self) -> None:
        self._given_up.wait(self._random.uniform(*_RETRY_SECONDS))

    def _connect(self) -> None:
        if self._connection is None or not self._connection.is_open:
            self._connection = pika.BlockingConnection(pika.URLParameters(self._url + _SETTINGS))
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_open:
            with contextlib.suppress(*LOST):
                connection.close()
