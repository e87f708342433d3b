# SPDX-License-Identifier: Apache-2.0
"""One connection to the broker, from opening to its end.

A session publishes what its traffic gives it, persistent and mandatory. It keeps many messages unconfirmed at
once and reports the broker's answer to each. It ends when asked to, or by raising BrokerError. The broker may
then have a message without an answer, or not. All callbacks run on the thread that called ``run``.
"""

import struct
import threading
import time
from typing import Any, Literal, NamedTuple, Protocol

from pika import BasicProperties, DeliveryMode, SelectConnection, exceptions
from pika.adapters.select_connection import IOLoop
from pika.spec import Basic

from publisher.amqp.faults import translate
from publisher.amqp.login import connection_parameters
from publisher.errors import BrokerError
from publisher.wire.broker import BrokerSettings
from publisher.wire.codec import CONTENT_TYPE

APPLICATION = "kvmgrid-publisher"
WATCH_SECONDS = 0.5
FAREWELL_SECONDS = 2.0
# Raised by pika while it encodes a message, before the first byte is sent.
_ENCODING_ERRORS = (exceptions.ShortStringTooLong, struct.error, UnicodeError, TypeError, ValueError)

BrokerAnswer = Literal["confirmed", "rejected", "unroutable", "unsendable"]


class Outgoing(NamedTuple):
    """A message as the broker sees it. ``message_id`` is unique."""

    exchange: str
    routing_key: str
    message_id: str
    message_type: str
    wall_seconds: int
    body: bytes


class AnsweredMessage(NamedTuple):
    """A message, and what the broker answered to it."""

    message: Outgoing
    answer: BrokerAnswer


class Traffic(Protocol):
    """What a session needs from its owner; called on the session's thread."""

    def opened(self) -> None:
        """Take note that messages can be sent."""
        ...

    def take(self, in_flight_count: int, in_flight_bytes: int) -> list[Outgoing]:
        """Return messages to send now, given what is on its way; called whenever there may be some."""
        ...

    def answered(self, messages: list[AnsweredMessage]) -> None:
        """Take note of answers."""
        ...

    def blocked(self, reason: str | None) -> None:
        """Take note that the broker reads nothing for now, or (None) reads again."""
        ...


class _Sent(NamedTuple):
    message: Outgoing
    at_seconds: float


class Session:
    """A connection with one channel in confirm mode."""

    def __init__(self, settings: BrokerSettings, user: str, traffic: Traffic) -> None:
        self._settings = settings
        self._user = user
        self._traffic = traffic
        self._guard = threading.Lock()
        self._loop: Any = None
        self._connection: Any = None
        self._channel: Any = None
        self._ready = False
        self._closing = False
        self._failure: BrokerError | None = None
        self._tag = 0
        self._sent: dict[int, _Sent] = {}
        self._sent_bytes = 0
        self._blocked = False
        # Before that, the broker cannot be blamed for confirming nothing.
        self._silent_since_seconds = 0.0
        self._returned: set[str] = set()
        self._answered: list[AnsweredMessage] = []

    def run(self) -> None:
        """Connect and publish until ``close``; raise BrokerError if the connection fails or is lost."""
        parameters = connection_parameters(self._settings, self._user)
        self._loop = IOLoop()
        try:
            self._connection = SelectConnection(
                parameters,
                on_open_callback=self._on_open,
                on_open_error_callback=lambda _connection, error: self._end(error),
                on_close_callback=lambda _connection, error: self._end(error),
                custom_ioloop=self._loop,
            )
            self._loop.call_later(WATCH_SECONDS, self._watch)
            self._loop.start()
        finally:
            with self._guard:
                loop, self._loop = self._loop, None
            loop.close()
        if self._failure:
            raise self._failure

    def in_flight(self) -> list[Outgoing]:
        """Return the messages without an answer, in the order they were sent."""
        return [sent.message for sent in self._sent.values()]

    def wake(self) -> None:
        """Ask the traffic for messages. Any thread may call this, at any time."""
        self._call(self._pump)

    def close(self) -> None:
        """End the session in good order. Any thread may call this, at any time."""
        self._call(self._finish)

    def _call(self, step: Any) -> None:
        with self._guard:
            if self._loop is not None:
                self._loop.add_callback_threadsafe(step)

    def _finish(self) -> None:
        self._closing = True
        self._disconnect()

    def _fail(self, failure: BrokerError) -> None:
        self._failure = self._failure or failure
        self._disconnect()

    def _disconnect(self) -> None:
        self._ready = False
        if not self._connection.is_closing and not self._connection.is_closed:
            self._connection.close()
            # A frozen broker answers no farewell either.
            self._loop.call_later(FAREWELL_SECONDS, self._abort)

    def _abort(self) -> None:
        # pika's public interface has no way to close a socket without the broker's consent.
        self._connection._adapter_disconnect_stream()  # noqa: SLF001 - see above

    def _end(self, error: BaseException) -> None:
        self._ready = False
        if not self._closing and self._failure is None:
            self._failure = translate(error, self._settings, self._user)
        self._loop.stop()

    def _on_open(self, connection: Any) -> None:
        connection.add_on_connection_blocked_callback(
            lambda _connection, method: self._on_blocked(str(method.method.reason))
        )
        connection.add_on_connection_unblocked_callback(lambda *_: self._on_blocked(None))
        connection.channel(on_open_callback=self._on_channel)

    def _on_blocked(self, reason: str | None) -> None:
        self._blocked = reason is not None
        self._silent_since_seconds = time.monotonic()
        self._traffic.blocked(reason)

    def _on_channel(self, channel: Any) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_closed)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=self._on_confirm_mode)

    def _on_channel_closed(self, _channel: Any, error: Exception) -> None:
        if not self._closing:
            self._fail(translate(error, self._settings, self._user))

    def _on_confirm_mode(self, _frame: Any) -> None:
        self._ready = True
        self._traffic.opened()
        self._pump()

    def _on_return(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        # The confirm of a returned message follows its return, and is positive.
        self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        rejected = isinstance(method, Basic.Nack)
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._sent if tag <= method.delivery_tag]
        for tag in tags:
            sent = self._sent.pop(tag, None)
            if sent is None:
                continue
            self._sent_bytes -= len(sent.message.body)
            answer: BrokerAnswer = "rejected" if rejected else "confirmed"
            if sent.message.message_id in self._returned:
                self._returned.discard(sent.message.message_id)
                answer = "unroutable"
            self._note_answer(sent.message, answer)

    def _note_answer(self, message: Outgoing, answer: BrokerAnswer) -> None:
        """Collect the answers of one read from the socket: each report costs the owner a disk sync."""
        if not self._answered:
            self._loop.call_later(0, self._report)
        self._answered.append(AnsweredMessage(message, answer))

    def _report(self) -> None:
        answered, self._answered = self._answered, []
        self._traffic.answered(answered)
        self._pump()

    def _pump(self) -> None:
        while self._ready:
            messages = self._traffic.take(len(self._sent), self._sent_bytes)
            if not messages:
                return
            for message in messages:
                self._publish(message)

    def _publish(self, message: Outgoing) -> None:
        properties = BasicProperties(
            content_type=CONTENT_TYPE,
            delivery_mode=DeliveryMode.Persistent.value,
            message_id=message.message_id,
            timestamp=message.wall_seconds,
            type=message.message_type,
            user_id=self._user,
            app_id=APPLICATION,
        )
        try:
            self._channel.basic_publish(
                message.exchange, message.routing_key, message.body, properties, mandatory=True
            )
        except _ENCODING_ERRORS:
            self._note_answer(message, "unsendable")
            return
        self._tag += 1
        self._sent[self._tag] = _Sent(message, time.monotonic())
        self._sent_bytes += len(message.body)

    def _watch(self) -> None:
        timeout_seconds = self._settings.confirm_timeout_seconds
        # A broker that has said that it reads nothing has a timeout of its own, which pika watches.
        if self._ready and not self._blocked and self._silent_seconds() > timeout_seconds:
            self._fail(
                BrokerError(
                    "silent",
                    f"the broker confirmed nothing for {timeout_seconds:g} s",
                    fix="look for overload, a full disk or a lost quorum on the broker",
                )
            )
            return
        self._loop.call_later(WATCH_SECONDS, self._watch)
        self._pump()

    def _silent_seconds(self) -> float:
        """Return for how long the oldest message has waited for its answer, 0 without one."""
        oldest = next(iter(self._sent.values()), None)
        if oldest is None:
            return 0.0
        return time.monotonic() - max(oldest.at_seconds, self._silent_since_seconds)
