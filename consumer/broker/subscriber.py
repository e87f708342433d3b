# SPDX-License-Identifier: Apache-2.0
"""The link to the broker: deliveries in, acks out, on a thread of its own.

Invariants: a delivery is acknowledged only through ``acknowledge``; the tag of an earlier channel never is.
While the database is away the consumer is cancelled; the connection and the deliveries in hand are kept.
Prefetch bounds what is in hand by count, and by bytes as far as the messages seen so far tell. What comes
beyond the bytes is put back, which is the only reason to do that.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pika
import structlog
from pika import exceptions
from pika.adapters.select_connection import IOLoop

from consumer.backoff import Backoff
from consumer.broker.amqp_properties import as_text, deaths, stamped_seconds
from consumer.broker.delivery import Delivery
from consumer.broker.hand import Hand
from consumer.broker.login import connection_parameters
from consumer.broker.pika_adjustment import adjust
from consumer.broker.receipts import Receipt, Receipts
from consumer.broker.redeclaration import Redeclaration
from consumer.broker.topology import declare, refusal_text
from consumer.errors import BrokerRefused, ConsumerError
from consumer.settings import IngestSettings
from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError
from publisher.wire.topics import INGEST_QUEUE

# The first deliveries of a channel show how large messages are; the rest of the prefetch follows from them.
_TRIAL_COUNT = 16
# A pause shorter than this keeps the consumer. After it the prefetch window is full or the queue empty, so
# that no delivery is under way. pika rejects those, and each would count against the delivery limit.
_CANCEL_AFTER_SECONDS = 2.0
# So many messages after one was put back, the prefetch may grow again: large ones seldom come alone.
_CAUTION_COUNT = 100
_LARGEST_BODY_BYTES = 16 * 1024 * 1024
_PROGRESS_SECONDS = 5.0
# Access refused, not found, locked, other arguments than the queue has: at the start waiting does not mend
# them. Later 406 is the broker's consumer timeout and 404 a queue on its way back.
_REFUSALS = frozenset({403, 404, 405, 406})
_LINK_ERRORS = (exceptions.AMQPError, OSError, RecursionError, SettingsError)


def prefetch_for(body_bytes: float, settings: IngestSettings) -> int:
    """Return how many messages of a size may be in hand: at least 2, at most the setting."""
    return max(2, min(settings.prefetch_count, int(settings.buffer_bytes / max(1.0, body_bytes))))


class Subscriber:
    """One consumer of ``kvmgrid.ingest`` that reconnects until it is stopped or refused."""

    def __init__(
        self,
        broker: BrokerSettings,
        ingest: IngestSettings,
        receive: Callable[[Delivery], None],
        note_progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._broker = broker
        # Wrong settings are found at once rather than at the first connection.
        connection_parameters(broker)
        self._settings = ingest
        self._receive = receive
        self._note_progress = note_progress
        self._log = structlog.get_logger().bind(queue=INGEST_QUEUE)
        self._receipts = Receipts()
        self._hand = Hand(ingest.buffer_bytes)
        self._caution_count = 0
        self._backoff = Backoff()
        self._connection: Any = None
        self._channel: Any = None
        self._loop: Any = None
        self._consumer_tags: list[str] = []
        self._stopping = threading.Event()
        self._paused = False
        self._trial_count = 1
        self._received_bytes = 0
        self._received_count = 0
        self._fruitless_count = 0
        self._opened = self._served = False
        self.failure: ConsumerError | None = None
        self._thread = threading.Thread(target=self._run, name="subscriber", daemon=True)

    # What other threads call.

    def start(self) -> None:
        """Begin to connect and consume; deliveries arrive on the subscriber's own thread."""
        self._thread.start()

    def acknowledge(self, receipts: Iterable[Receipt]) -> None:
        """Acknowledge deliveries whose rows are committed."""
        stored = tuple(receipts)
        # At once, whatever becomes of the connection.
        self._hand.remove(stored)
        self._call(lambda: self._send_ack(stored))

    def pause(self, after_seconds: float = _CANCEL_AFTER_SECONDS) -> None:
        """Take no further deliveries after a while; keep the connection and what is in hand."""
        self._paused = True
        self._call(lambda: self._begin_pause(after_seconds))

    def resume(self) -> None:
        """Take deliveries again."""
        self._paused = False
        self._call(self._end_pause)

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Close the connection after the acks given so far; the broker puts back what is left."""
        self._stopping.set()
        self._call(self._close)
        self._thread.join(timeout_seconds)

    @property
    def alive(self) -> bool:
        """Whether the thread runs; it ends by ``stop`` or with ``failure``."""
        return self._thread.is_alive()

    def _call(self, callback: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            # The loop of a connection that has just ended never runs it, which is right: its tags are void.
            loop.add_callback_threadsafe(callback)

    # The thread.

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 - a thread's own end goes unseen
            # Without it the process would end as if it had been asked to.
            self.failure = ConsumerError(f"the link to the broker broke down: {error!r}")
            self._log.exception("broker_link_failed")

    def _serve(self) -> None:
        while not self._stopping.is_set() and self.failure is None:
            self._serve_one_connection()
            if not self._stopping.is_set() and self.failure is None:
                self._stopping.wait(self._backoff.next_seconds())

    def _serve_one_connection(self) -> None:
        self._loop = loop = IOLoop()
        self._show_progress(loop)
        adjust()
        self._opened = False
        try:
            self._connection = pika.SelectConnection(
                connection_parameters(self._broker),
                on_open_callback=self._on_open,
                on_open_error_callback=self._on_end,
                on_close_callback=self._on_end,
                custom_ioloop=loop,
            )
            loop.start()
        except Exception as error:
            # A connection that is reset while it opens ends in a ValueError or an assertion of pika's.
            if self._opened and not isinstance(error, _LINK_ERRORS):
                raise
            self._log.warning("broker_link_broke", error=repr(error))
        finally:
            self._loop = self._channel = self._connection = None
            self._consumer_tags.clear()
            with contextlib.suppress(OSError):
                loop.close()

    def _show_progress(self, loop: Any) -> None:
        self._note_progress()
        loop.call_later(_PROGRESS_SECONDS, lambda: self._show_progress(loop))

    def _on_open(self, connection: Any) -> None:
        self._opened = True
        if self._settings.declare_topology:
            Redeclaration(connection, self._settings).start()
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        self._channel = channel
        self._receipts.renew()
        self._received_bytes = self._received_count = 0
        # After two connections in a row without an ack, one message may be what kills them.
        # Received alone, it alone comes closer to the delivery limit.
        trial = min(_TRIAL_COUNT, prefetch_for(_LARGEST_BODY_BYTES, self._settings))
        self._trial_count = trial if self._fruitless_count < 2 else 1  # noqa: PLR2004 - see above
        self._fruitless_count += 1
        channel.add_on_close_callback(self._on_channel_end)
        channel.add_on_cancel_callback(self._on_cancelled_by_broker)
        if self._settings.declare_topology:
            declare(channel, self._settings)
        self._log.info("broker_connected", paused=self._paused)
        self._consume_again()

    def _consume_again(self) -> None:
        """Consume where nothing is against it, a few messages at a time at first."""
        if (
            not self._paused
            and not self._consumer_tags
            and self._hand.is_half_free
            and self._channel is not None
            and self._channel.is_open
        ):
            self._consume(self._trial_count)

    def _consume(self, count: int) -> None:
        self._channel.basic_qos(prefetch_count=count)
        self._consumer_tags.append(
            self._channel.basic_consume(INGEST_QUEUE, self._on_message, callback=self._on_served)
        )

    def _on_served(self, _frame: Any) -> None:
        self._served = True
        self._log.info("consuming", consumer_count=len(self._consumer_tags))

    def _on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        if not self._hand.fits(len(body)):
            self._put_back(method.delivery_tag)
            return
        self._received_bytes += len(body)
        self._received_count += 1
        self._caution_count -= 1
        receipt = self._receipts.deliver(method.delivery_tag)
        self._hand.add(receipt, len(body))
        self._receive(
            Delivery(
                receipt=receipt,
                body=body,
                exchange=as_text(method.exchange) or "",
                routing_key=as_text(method.routing_key) or "",
                redelivered=bool(method.redelivered),
                received_at=datetime.now(UTC),
                user_id=as_text(properties.user_id),
                message_id=as_text(properties.message_id),
                content_type=as_text(properties.content_type),
                message_type=as_text(properties.type),
                deaths=deaths(properties.headers),
                arrived_seconds=time.monotonic(),
                stamped_seconds=stamped_seconds(properties.headers),
            )
        )

    def _put_back(self, tag: int) -> None:
        """Take no more until there is room; pika puts back what is under way to a cancelled consumer."""
        self._log.warning("buffer_full", buffer_bytes=self._settings.buffer_bytes)
        self._caution_count = _CAUTION_COUNT
        self._cancel()
        self._channel.basic_nack(tag, requeue=True)

    def _send_ack(self, receipts: tuple[Receipt, ...]) -> None:
        self._consume_again()
        acks = self._receipts.note_stored(receipts)
        if not acks or self._channel is None or not self._channel.is_open:
            return
        for ack in acks:
            self._channel.basic_ack(ack.tag, multiple=ack.multiple)
        self._fruitless_count = 0
        self._backoff.reset()
        self._widen()

    def _widen(self) -> None:
        """Add the rest of the prefetch as a second consumer: changing the first would put messages back."""
        if len(self._consumer_tags) == 1 and self._caution_count <= 0:
            count = prefetch_for(self._received_bytes / max(1, self._received_count), self._settings)
            if count > self._trial_count:
                self._consume(count - self._trial_count)

    def _begin_pause(self, after_seconds: float) -> None:
        if self._connection is not None:
            self._connection.ioloop.call_later(after_seconds, self._cancel_if_paused)

    def _cancel_if_paused(self) -> None:
        if self._paused and self._channel is not None and self._channel.is_open:
            self._cancel()

    def _cancel(self) -> None:
        for tag in self._consumer_tags:
            self._channel.basic_cancel(tag)
        self._consumer_tags.clear()

    def _end_pause(self) -> None:
        self._consume_again()

    def _close(self) -> None:
        if self._connection is not None and not (self._connection.is_closing or self._connection.is_closed):
            self._connection.close()

    def _on_cancelled_by_broker(self, _frame: Any) -> None:
        self._log.warning("queue_gone")
        self._close()

    def _on_channel_end(self, channel: Any, reason: Exception) -> None:
        self._channel = None
        if isinstance(reason, exceptions.ChannelClosedByBroker):
            self._note_refusal(reason)
        if not self._stopping.is_set():
            self._log.warning("channel_closed", reason=str(reason), channel=channel.channel_number)
        self._close()

    def _note_refusal(self, reason: exceptions.ChannelClosedByBroker) -> None:
        if reason.reply_code in _REFUSALS and not self._served:
            self.failure = BrokerRefused(refusal_text(reason.reply_text))

    def _on_end(self, connection: Any, reason: Any) -> None:
        refusal = isinstance(reason, exceptions.ProbableAuthenticationError | exceptions.AuthenticationError)
        if refusal and not self._served:
            self.failure = BrokerRefused(f"the broker refused the login: {reason}")
        elif not self._stopping.is_set():
            # Some of pika's errors have no text, as that of a connection refused.
            self._log.warning("broker_away", reason=str(reason) or repr(reason))
        connection.ioloop.stop()
