# SPDX-License-Identifier: Apache-2.0
r"""Publishes for every simulated host over one connection.

Many messages are on their way at once, each confirmed by the broker. What a full queue refuses is sent again,
before anything newer. History goes as fast as the consumers take it: a longer queue would only make others'
samples wait behind it.

A broker user may normally set no user_id but its own name. The tag ``impersonator`` lifts that. So one user
with the tag and write permission on ``^kvmgrid\.(samples|events)\z`` publishes for the whole fleet:

    rabbitmqctl add_user kvmgrid-loadgen …; rabbitmqctl set_user_tags kvmgrid-loadgen impersonator

For the lab only: never give the tag to a user of a broker that real hosts publish to.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pika
from pika import exceptions
from pika.spec import Basic

from loadgen.connection import connection_parameters
from loadgen.errors import BrokerError
from loadgen.fleet.due_message import DueMessage
from publisher.wire.broker import BrokerSettings, resolve_login
from publisher.wire.codec import CONTENT_TYPE, EVENT_TYPE, SAMPLE_TYPE, encode, message_id
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.topics import EVENTS_EXCHANGE, INGEST_QUEUE, SAMPLES_EXCHANGE, event_key, sample_key

DEFAULT_USER = "kvmgrid-loadgen"
_WINDOW_COUNT = 400
_WINDOW_BYTES = 8 * 1024 * 1024
# Between two bursts the connection is read: confirms come in, heartbeats go out.
_BURST_COUNT = 20
_WATCH_SECONDS = 0.2
_RETRY_SECONDS = 1.0
# What is older than this is history; of it, so many messages may wait in the queue.
_HISTORY_SECONDS = 60.0
_BACKLOG_COUNT = 100
_NO_QUEUE = "no queue takes the messages: start a consumer once, it declares it"


class Parcel(NamedTuple):
    """One message as the broker sees it."""

    exchange: str
    routing_key: str
    properties: Any
    body: bytes


class Sender:
    """One connection, from ``run`` to its end. Raises BrokerError."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        queue: str = INGEST_QUEUE,
        wall_seconds: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._login = resolve_login(settings, DEFAULT_USER)
        self._queue = queue
        self._wall_seconds = wall_seconds
        self._due: Iterator[DueMessage] = iter(())
        self._next: DueMessage | None = None
        self._confirmed: Callable[[int], None] = lambda _count: None
        self._connection: Any = None
        self._channel: Any = None
        self._failure: BrokerError | None = None
        self._stopping = self._ended = self._scheduled = self._held = self._blocked = False
        self._asking = self._backlogged = False
        self._tag = 0
        self._under_way: dict[int, Parcel] = {}
        self._under_way_bytes = 0
        self._refused: deque[Parcel] = deque()
        self._held_until = self._answered_at = self._sent_second = 0.0

    def run(
        self, messages: Iterator[DueMessage], confirmed: Callable[[int], None] = lambda _count: None
    ) -> None:
        """Send each message when it is due, until all are confirmed or ``stop``; return how many are."""
        self._due, self._confirmed = messages, confirmed
        self._connection = pika.SelectConnection(
            connection_parameters(self._settings, self._login, "kvmgrid-loadgen"),
            on_open_callback=self._on_open,
            on_open_error_callback=lambda _connection, error: self._on_closed(error),
            on_close_callback=lambda _connection, error: self._on_closed(error),
        )
        try:
            self._connection.ioloop.start()
        finally:
            self._connection.ioloop.close()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Begin nothing new and end when what is on its way is confirmed; for a signal's handler."""
        self._stopping = True

    def _on_open(self, connection: Any) -> None:
        connection.add_on_connection_blocked_callback(lambda *_: self._on_blocked(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._on_blocked(blocked=False))
        connection.channel(on_open_callback=self._on_channel)

    def _on_blocked(self, *, blocked: bool) -> None:
        """Take note that the broker reads nothing for now; for how long it may, pika watches."""
        self._blocked = blocked
        self._answered_at = time.monotonic()

    def _on_channel(self, channel: Any) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_closed)
        channel.add_on_return_callback(lambda *_: self._fail(_NO_QUEUE))
        channel.confirm_delivery(self._on_confirm, callback=self._on_ready)

    def _on_ready(self, _frame: Any) -> None:
        self._answered_at = time.monotonic()
        self._watch()

    def _watch(self) -> None:
        """Look now and then at what no callback tells: the clock and ``stop``."""
        if not self._connection.is_open:
            return
        limit = self._settings.confirm_timeout_seconds
        waiting = self._under_way or self._refused
        if waiting and not self._blocked and time.monotonic() - self._answered_at > limit:
            what = "takes no more messages: the queue is full" if self._held else "confirms nothing"
            self._fail(f"the broker {what} for {limit:g} s")
            return
        self._ask_backlog()
        self._pump()
        self._connection.ioloop.call_later(_WATCH_SECONDS, self._watch)

    def _ask_backlog(self) -> None:
        """Find out how long the queue is while history is sent; asking (passive) needs no permission."""
        if self._sent_second > self._wall_seconds() - _HISTORY_SECONDS:
            self._backlogged = False
        elif not self._asking:
            self._asking = True
            self._channel.queue_declare(self._queue, passive=True, callback=self._on_backlog)

    def _on_backlog(self, frame: Any) -> None:
        self._asking = False
        # Without a consumer nobody's samples are late for it.
        self._backlogged = frame.method.consumer_count > 0 and frame.method.message_count > _BACKLOG_COUNT

    def _pump(self) -> None:
        self._scheduled = False
        for _ in range(_BURST_COUNT):
            parcel = self._take() if self._has_room() else None
            if parcel is None:
                break
            self._publish(parcel)
        else:
            self._pump_after(0.0)
        done = self._stopping or (self._ended and not self._refused)
        if done and not self._under_way and self._connection.is_open:
            self._connection.close()

    def _pump_after(self, seconds: float) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._connection.ioloop.call_later(seconds, self._pump)

    def _has_room(self) -> bool:
        return (
            self._connection.is_open
            and not self._stopping
            and not self._backlogged
            and len(self._under_way) < _WINDOW_COUNT
            and self._under_way_bytes < _WINDOW_BYTES
        )

    def _take(self) -> Parcel | None:
        """Return what is to be sent now; None ends the burst."""
        if self._refused:
            # One finds out whether there is room again; the others wait behind it.
            if self._under_way or time.monotonic() < self._held_until:
                return None
            return self._refused.popleft()
        if self._next is None:
            self._next = next(self._due, None)
            if self._next is None:
                self._ended = True
                return None
        wait = self._next.second - self._wall_seconds()
        if wait > 0:
            # The watch looks again soon enough for a longer wait.
            if wait < _WATCH_SECONDS:
                self._pump_after(wait)
            return None
        due, self._next = self._next, None
        self._sent_second = due.second
        return _parcel(due.message)

    def _publish(self, parcel: Parcel) -> None:
        self._channel.basic_publish(
            parcel.exchange, parcel.routing_key, parcel.body, parcel.properties, mandatory=True
        )
        if not self._under_way and not self._held:
            self._answered_at = time.monotonic()
        self._tag += 1
        self._under_way[self._tag] = parcel
        self._under_way_bytes += len(parcel.body)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._under_way if tag <= method.delivery_tag]
        parcels = [self._under_way.pop(tag) for tag in tags if tag in self._under_way]
        self._under_way_bytes -= sum(len(parcel.body) for parcel in parcels)
        if isinstance(method, Basic.Nack):
            self._refused.extend(parcels)
            self._held = True
            self._held_until = time.monotonic() + _RETRY_SECONDS
        else:
            self._held = False
            self._answered_at = time.monotonic()
            self._confirmed(len(parcels))
        self._pump_after(0.0)

    def _on_channel_closed(self, _channel: Any, error: Exception) -> None:
        if self._connection.is_open:
            reason = error.reply_text if isinstance(error, exceptions.ChannelClosedByBroker) else repr(error)
            self._fail(_NO_QUEUE if self._asking else f"the broker refuses: {reason}")

    def _fail(self, words: str) -> None:
        self._failure = self._failure or BrokerError(words)
        if self._connection.is_open:
            self._connection.close()

    def _on_closed(self, error: BaseException) -> None:
        if not isinstance(error, exceptions.ConnectionClosedByClient) and self._failure is None:
            place = self._login.address.endpoint
            words = (
                f"no connection to {place}" if self._channel is None else f"the connection to {place} is lost"
            )
            self._failure = BrokerError(f"{words}: {error!r}")
        self._connection.ioloop.stop()


def _parcel(message: SampleBatch | Event) -> Parcel:
    if isinstance(message, Event):
        exchange, key = EVENTS_EXCHANGE, event_key(message.host, message.kind)
        kind, at = EVENT_TYPE, message.occurred_at
    else:
        exchange, key, kind, at = (
            SAMPLES_EXCHANGE,
            sample_key(message.host),
            SAMPLE_TYPE,
            message.sampled_at,
        )
    properties = pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=message_id(message),
        timestamp=int(at.timestamp()),
        type=kind,
        user_id=message.host,
        app_id="kvmgrid-loadgen",
    )
    return Parcel(exchange, key, properties, encode(message))
