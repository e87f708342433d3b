# SPDX-License-Identifier: Apache-2.0
"""The threads of the delivery: one plans, each channel has its own, one says that all is well.

None is in the way of another, nor of the evaluator: a channel that hangs holds up its own messages alone.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from consumer.alerts.delivery.alertmanager import AGAIN_SECONDS
from consumer.alerts.delivery.answer import NotTaken
from consumer.alerts.delivery.planning import Planning
from consumer.alerts.delivery.posting import post
from consumer.alerts.delivery.sending import Messages, Reach, Steady
from consumer.backoff import Backoff
from consumer.database import Connection, connect
from consumer.errors import ConsumerError
from consumer.rules.delivery import Alertmanager, Delivery, Heartbeat, read_heartbeat_url
from consumer.settings import DatabaseSettings
from consumer.watchdog import Watchdog
from publisher.wire.settings import SettingsError

_PASS_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 1.0
# A cycle may take as long as its statements: after so many periods without one, all is not well.
_CYCLES: Final = 3.0


class Around(NamedTuple):
    """What the threads work with. ``clock``: the time of planning, by that of the database."""

    database: DatabaseSettings
    instance: str
    cycle_seconds: float
    watchdog: Watchdog
    reach: Reach
    clock: Callable[[datetime], datetime]


class Deliverer:
    """The threads, while this evaluator is the active one."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._delivery: Delivery | None = None
        self._ending = threading.Event()
        self._cycled_at = time.monotonic()
        self._log = structlog.get_logger()

    def note_cycle(self, delivery: Delivery) -> None:
        """Note a cycle that succeeded; start the threads, anew where the file says something else."""
        self._cycled_at = time.monotonic()
        if delivery == self._delivery:
            return
        self.stop()
        self._delivery, self._ending = delivery, threading.Event()
        self._start("planner", self._plan, delivery)
        for name, channel in delivery.channels.items():
            if isinstance(channel, Alertmanager):
                for number, url in enumerate(channel.urls, 1):
                    steady = Steady(name, url, channel.ca_file, self._around.instance, self._around.reach)
                    self._start(f"{name} {number}", self._steady, steady)
            else:
                messages = Messages(name, channel, self._around.instance, self._around.reach)
                self._start(name, self._messages, messages)
        if delivery.heartbeat is not None:
            self._start("heartbeat", self._beat, delivery.heartbeat)

    def stop(self) -> None:
        """Let the threads end; one that hangs in a channel is not waited for."""
        self._ending.set()
        self._delivery = None

    def _start(self, name: str, run: Callable[..., None], what: object) -> None:
        thread = threading.Thread(
            target=run, args=(self._ending, name, what), name=f"delivery {name}", daemon=True
        )
        thread.start()

    def _plan(self, ending: threading.Event, name: str, delivery: Delivery) -> None:
        note = self._around.watchdog.note

        def step(connection: Connection) -> float:
            note()
            Planning(connection, self._around.instance, self._around.reach, self._around.clock).run(delivery)
            return _PASS_SECONDS

        try:
            self._repeat(ending, name, step, note)
        finally:
            self._around.watchdog.leave()

    def _messages(self, ending: threading.Event, name: str, messages: Messages) -> None:
        self._repeat(ending, name, lambda connection: 0.0 if messages.step(connection) else _LOOK_SECONDS)

    def _steady(self, ending: threading.Event, name: str, steady: Steady) -> None:
        sent_at = float("-inf")

        def step(connection: Connection) -> float:
            nonlocal sent_at
            is_minute = time.monotonic() - sent_at >= AGAIN_SECONDS
            if steady.step(connection, is_minute=is_minute):
                sent_at = time.monotonic()
            return _LOOK_SECONDS

        self._repeat(ending, name, step)

    def _repeat(
        self,
        ending: threading.Event,
        name: str,
        step: Callable[[Connection], float],
        note: Callable[[], None] | None = None,
    ) -> None:
        """Do a step again and again; what it returns is how long to wait."""
        connection: Connection | None = None
        backoff = Backoff()
        is_away = False
        while not ending.is_set():
            try:
                if connection is None or connection.closed:
                    connection = connect(
                        self._around.database, f"alerts {name}", autocommit=True, note_progress=note
                    )
                seconds = step(connection)
            except (ConsumerError, SettingsError, NotTaken) as error:
                if not is_away:
                    self._log.warning("alert_delivery_waiting", part=name, error=str(error))
                is_away = True
                if connection is not None and not isinstance(error, NotTaken):
                    connection.close()
                    connection = None
                seconds = backoff.next_seconds()
            else:
                if is_away:
                    self._log.info("alert_delivery_going_on", part=name)
                is_away = False
                backoff.reset()
            ending.wait(seconds)
        if connection is not None:
            connection.close()

    def _beat(self, ending: threading.Event, name: str, heartbeat: Heartbeat) -> None:
        limit = _CYCLES * max(self._around.cycle_seconds, 10.0)
        is_away = False
        while not ending.is_set():
            if time.monotonic() - self._cycled_at < limit:
                try:
                    post(read_heartbeat_url(heartbeat), b"", {})
                except (NotTaken, SettingsError) as error:
                    if not is_away:
                        self._log.warning("alert_delivery_waiting", part=name, error=str(error))
                    is_away = True
                else:
                    is_away = False
            ending.wait(heartbeat.period_seconds)
