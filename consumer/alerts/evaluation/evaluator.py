# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts run``: waits for its turn, then does a cycle every few seconds.

What goes wrong is logged and tried again. Nothing in the database changes meanwhile; after it all is read
anew.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from consumer.alerts.delivery.threads import Around, Deliverer
from consumer.alerts.evaluation.alert import Fold, folded
from consumer.alerts.evaluation.cycle import Cycles, Surroundings
from consumer.alerts.evaluation.rulebook import Rulebook
from consumer.alerts.evaluation.turn import Turn, limited
from consumer.backoff import Backoff
from consumer.database import Connection, connect, translated_errors
from consumer.errors import ConsumerError
from consumer.failpoint import Failpoints
from consumer.settings import ConsumerSettings
from consumer.statements import statement
from consumer.watchdog import Watchdog
from publisher.wire.settings import SettingsError


class Evaluator:
    """One process' work, from ``run`` to ``stop``."""

    def __init__(
        self,
        settings: ConsumerSettings,
        environment: Mapping[str, str],
        *,
        fold: Fold = folded,
        clock: Callable[[datetime], datetime] = lambda now: now,
    ) -> None:
        """Read the rules; raise SettingsError. ``clock``: the time of a cycle, by that of the database."""
        self._settings = settings
        self._watchdog = Watchdog(environment)
        self._book = Rulebook(settings.alerts.rules_file)
        self._turn = Turn(settings.database, self._watchdog)
        self._surroundings = Surroundings(
            f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}",
            fold,
            Failpoints(environment).reach,
            clock,
            self._watchdog.note,
        )
        self._deliverer = Deliverer(
            Around(
                settings.database,
                self._surroundings.instance,
                settings.alerts.cycle_seconds,
                self._watchdog,
                Failpoints(environment).reach,
                clock,
            )
        )
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._cycles: Cycles | None = None
        self._log = structlog.get_logger()

    def stop(self) -> None:
        """Let ``run`` return after the cycle that is under way; from any thread, any time."""
        self._stopping.set()
        self._watchdog.stop()

    def run(self) -> None:
        """Evaluate until ``stop``."""
        self._watchdog.start()
        backoff = Backoff(limit_seconds=5.0)
        is_away = False
        while not self._stopping.is_set():
            begun_at = time.monotonic()
            try:
                if not self._turn.is_held:
                    self._deliverer.stop()
                    self.close()
                    if not self._turn.take():
                        continue
                    self._log.info("alerts_active", instance=self._surroundings.instance)
                self.cycle()
                self._deliverer.note_cycle(self._book.rules.delivery)
            except (ConsumerError, SettingsError) as error:
                if not is_away:
                    self._log.warning("alerts_waiting", error=str(error))
                is_away = True
                self.close()
                self._stopping.wait(backoff.next_seconds())
                continue
            if is_away:
                self._log.info("alerts_going_on")
                is_away, backoff = False, Backoff(limit_seconds=5.0)
            self._await(begun_at + self._settings.alerts.cycle_seconds)
        self._deliverer.stop()
        self.close()
        self._turn.end()

    def cycle(self) -> None:
        """Do one cycle; raise ConsumerError, SettingsError: then nothing of it is stored."""
        self._watchdog.note()
        if self._book.is_changed():
            self._cycles = None
        if self._connection is None:
            self._connection = limited(
                connect(self._settings.database, "alerts", autocommit=True, note_progress=self._watchdog.note)
            )
            self._cycles = None
        if self._cycles is None:
            self._take_over(self._connection)
            self._cycles = Cycles(self._connection, self._book.rules, self._surroundings)
        try:
            self._cycles.run(self._book.problem)
        except BaseException:
            self._cycles = None
            raise

    def close(self) -> None:
        """Close the connection; the next cycle opens another, and reads all anew."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._cycles = None

    def _take_over(self, connection: Connection) -> None:
        parameters = {
            "instance": self._surroundings.instance,
            "rules": self._book.as_json(),
            "problem": self._book.problem,
        }
        with translated_errors():
            connection.execute(statement("alerts/take_over"), parameters)

    def _await(self, until: float) -> None:
        """Wait for the next cycle, or the end of the turn."""
        while self._turn.is_held and not self._stopping.is_set():
            self._watchdog.note()
            seconds = until - time.monotonic()
            if seconds <= 0.0:
                return
            self._stopping.wait(min(seconds, 1.0))
