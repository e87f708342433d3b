# SPDX-License-Identifier: Apache-2.0
"""The link: a thread that empties the spool into the broker, for ever and across outages.

A message leaves the spool when the broker has confirmed it, and not before. New messages go out at once,
beside the backlog. An outage of hours does not delay what is sampled now. Samples and events are two lanes. A
lane that the broker cannot route or rejects is held and tried again. The other goes on.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from publisher.amqp import AnsweredMessage, Outgoing, Session, Traffic
from publisher.amqp.outage_log import OutageLog
from publisher.errors import BrokerError
from publisher.logs import Log
from publisher.spool import Spool, Spooled, Ticket
from publisher.spool.message import LANES, Lane
from publisher.wire.backoff import Backoff
from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE

WINDOW_COUNT = 200
# A live message waits for what was sent before it. On a line of 10 Mbit/s that is about a second.
WINDOW_BYTES = 1024 * 1024
# A session that closes waits for the farewell of a silent broker; the thread needs a moment more than that.
_END_SECONDS = 3.0
_EXCHANGES = {"sample": SAMPLES_EXCHANGE, "event": EVENTS_EXCHANGE}
_PROBLEMS = {
    "unroutable": "no queue is bound to the exchange for this host's messages",
    "rejected": "the broker rejects messages: its queue is full or has no quorum",
}


class SessionLike(Protocol):
    """What the link needs of a session."""

    def run(self) -> None:
        """Publish until closed; raise BrokerError."""
        ...

    def in_flight(self) -> list[Outgoing]:
        """Return messages without an answer."""
        ...

    def wake(self) -> None:
        """Ask for messages."""
        ...

    def close(self) -> None:
        """End in good order."""
        ...


Connect = Callable[[BrokerSettings, str, Traffic], SessionLike]


class LaneFlow:
    """Where a lane is read: live messages after ``mark``, the backlog up to it."""

    def __init__(self, lane: Lane, spool: Spool) -> None:
        self.lane = lane
        self._spool = spool
        self._backoff = Backoff()
        self.problem: str | None = None
        self.in_flight_count = 0
        self._held_until_seconds = 0.0
        self._probing = False
        self.rewind()

    def rewind(self) -> None:
        """Read from the oldest message again: what was not confirmed is still in the spool."""
        self._mark = self._live = self._spool.last_ticket()
        self._backlog: Ticket | None = None
        self.in_flight_count = 0

    def hold(self, problem: str, now_seconds: float) -> bool:
        """Send nothing for a while; tell whether that is news."""
        news = self.problem != problem
        if self._held_until_seconds <= now_seconds:
            self._held_until_seconds = now_seconds + self._backoff.next_seconds()
        self.problem = problem
        self._probing = False
        return news

    def release(self) -> bool:
        """Take note of a confirm; tell whether it ends a problem.

        Only the confirm of a probe does. Of messages sent together some may be confirmed after others were
        refused. Those must be read again.
        """
        if self.problem and not self._probing:
            return False
        ended = self.problem is not None
        self.problem = None
        self._probing = False
        self._held_until_seconds = 0.0
        self._backoff.reset()
        return ended

    def take(self, count: int, size_bytes: int, now_seconds: float) -> list[Spooled]:
        """Return messages to send next: live ones first."""
        if self.problem:
            # One message finds out whether the lane is open again.
            if self.in_flight_count or now_seconds < self._held_until_seconds:
                return []
            self.rewind()
            self._probing = True
            count = 1
        if self._spool.epoch != self._mark.epoch:
            self.rewind()
        live = self._spool.take(self.lane, after=self._live, count=count, size_bytes=size_bytes)
        if live:
            self._live = live[-1].ticket
        self.in_flight_count += len(live)
        room_bytes = size_bytes - sum(len(message.body) for message in live)
        if len(live) >= count or room_bytes <= 0:
            return live
        backlog = self._spool.take(
            self.lane, after=self._backlog, until=self._mark, count=count - len(live), size_bytes=room_bytes
        )
        if backlog:
            self._backlog = backlog[-1].ticket
        self.in_flight_count += len(backlog)
        return live + backlog


class Link:
    """The thread between spool and broker."""

    def __init__(
        self,
        spool: Spool,
        settings: BrokerSettings,
        host: str,
        *,
        connect: Connect = Session,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool = spool
        self._settings = settings
        self._host = host
        self._connect = connect
        self._monotonic_seconds = monotonic_seconds
        self._log = Log("link")
        self._backoff = Backoff()
        self._lanes = {lane: LaneFlow(lane, spool) for lane in LANES}
        self._sent: dict[str, Spooled] = {}
        # Confirms to go until the window opens again, after the broker refused a message for its size.
        self._careful_count = 0
        self._stop = threading.Event()
        self._draining = threading.Event()
        self._session: SessionLike | None = None
        self._connected = False
        self._outage_log = OutageLog(
            self._log,
            waiting_count=lambda: spool.status().message_count,
            monotonic_seconds=monotonic_seconds,
        )
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Start the thread; a broker that is away is no error."""
        self._spool.subscribe(self.wake)
        self._thread.start()

    def wake(self) -> None:
        """Send what is new. Any thread may call this."""
        session = self._session
        if session:
            session.wake()

    def stop(self, drain_seconds: float) -> bool:
        """Send what can be sent in that time, then end; tell whether the spool is empty."""
        self._draining.set()
        session = self._session
        if self._connected:
            self.wake()
            self._thread.join(drain_seconds)
        self._stop.set()
        if session:
            session.close()
        self._thread.join(_END_SECONDS)
        return self._spool.status().message_count == 0

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._serve()
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever broker and disk can do
                # A connection that is ended while it opens ends in an assertion of pika's.
                if not self._stop.is_set():
                    self._log.failure("link_failed", error)
            self._connected = False
            self._session = None
            self._spool.disconnected()
            if self._draining.is_set():
                return
            self._stop.wait(self._backoff.next_seconds())

    def _serve(self) -> None:
        """Publish over one connection until it ends."""
        session = self._session = self._connect(self._settings, self._host, self)
        try:
            session.run()
        except BrokerError as error:
            self._lost(error, session.in_flight())
        except SettingsError as error:
            # The secret or a certificate is being replaced: it was there at the start.
            self._lost(BrokerError("secret", str(error), fix="put the file back"), [])

    def opened(self) -> None:
        """Begin with the oldest message: of the last connection nothing is known."""
        self._sent.clear()
        for flow in self._lanes.values():
            flow.rewind()
        self._connected = True
        self._log.debug("connected", waiting_message_count=self._spool.status().message_count)

    def take(self, in_flight_count: int, in_flight_bytes: int) -> list[Outgoing]:
        """Return messages that fit into the window."""
        count = (1 if self._careful_count else WINDOW_COUNT) - in_flight_count
        room_bytes = WINDOW_BYTES - in_flight_bytes
        now_seconds = self._monotonic_seconds()
        chosen: list[Spooled] = []
        for flow in self._lanes.values():
            if count > 0 and room_bytes > 0:
                found = flow.take(count, room_bytes, now_seconds)
                count -= len(found)
                room_bytes -= sum(len(message.body) for message in found)
                chosen += found
        if not chosen and not in_flight_count and self._draining.is_set() and self._session:
            self._session.close()
        return [self._outgoing(message) for message in chosen]

    def answered(self, messages: list[AnsweredMessage]) -> None:
        """Forget what is confirmed, hold lanes that are not open."""
        confirmed: list[Ticket] = []
        refused: list[Ticket] = []
        for message, answer in messages:
            spooled = self._sent.pop(message.message_id, None)
            if spooled is None:
                continue
            flow = self._lanes[spooled.lane]
            flow.in_flight_count = max(0, flow.in_flight_count - 1)
            if answer == "confirmed":
                confirmed.append(spooled.ticket)
                if flow.release():
                    self._log.info("lane_open", exchange=message.exchange)
            elif answer == "unsendable":
                self._spool.discard(spooled.ticket, "it cannot be encoded for the broker")
            else:
                refused.append(spooled.ticket)
                if flow.hold(_PROBLEMS[answer], self._monotonic_seconds()):
                    self._log.warning("lane_held", exchange=message.exchange, problem=_PROBLEMS[answer])
        self._spool.refused(refused)
        if confirmed:
            self._spool.confirm(confirmed)
            self._careful_count = max(0, self._careful_count - len(confirmed))
            self._recovered()

    def blocked(self, reason: str | None) -> None:
        """Say that the broker reads nothing."""
        if reason is None:
            self._log.info("broker_reads_again")
        else:
            self._log.warning("broker_blocks", reason=reason)

    def _outgoing(self, message: Spooled) -> Outgoing:
        ticket = message.ticket
        message_id = f"{self._host}/{ticket.epoch}/{ticket.sequence}"
        self._sent[message_id] = message
        return Outgoing(
            exchange=_EXCHANGES[message.lane],
            routing_key=message.routing_key,
            message_id=message_id,
            message_type=message.message_type,
            wall_seconds=message.wall_seconds,
            body=message.body,
        )

    def _recovered(self) -> None:
        self._backoff.reset()
        self._outage_log.ends()

    def _lost(self, error: BrokerError, in_flight: list[Outgoing]) -> None:
        if error.fault == "oversize":
            # The broker does not say which message it meant: send one at a time until it is alone.
            self._careful_count = WINDOW_COUNT
            if len(in_flight) == 1:
                self._spool.discard(self._sent[in_flight[0].message_id].ticket, error.problem)
                self._careful_count = 0
        self._outage_log.meets(error)
