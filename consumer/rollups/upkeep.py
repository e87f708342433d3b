# SPDX-License-Identifier: Apache-2.0
"""The upkeep of the database: two threads beside the ingest, with connections of their own.

One fills the rollups and removes what is outdated, the other converts chunks. What goes wrong is logged and
tried again: samples are kept until they are rolled up.
"""

import threading
import time
from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from consumer.database import Connection, connect
from consumer.errors import ConsumerError
from consumer.failpoint import UpkeepPoint
from consumer.rollups.conversion import Conversion
from consumer.rollups.filling import Filling
from consumer.rollups.report import Report
from consumer.rollups.retention import Retention
from consumer.rollups.steps import Steps
from consumer.settings import DatabaseSettings, RetentionSettings
from publisher.wire.settings import SettingsError

# A database without rollups waits so long for its first ones: its fleet sends what it has spooled.
FIRST_AFTER_SECONDS = 600.0
# Late samples show at every level within a minute.
_ROUND_SECONDS = 15.0
_RETENTION_SECONDS = 3_600.0
_FIRST_RETENTION_SECONDS = 60.0
_CONVERSION_SECONDS = 3_600.0
_FIRST_CONVERSION_SECONDS = 120.0
# After an error that nobody expects.
_AGAIN_SECONDS = 60.0
# A step takes about a second. After so long, one half as large is tried.
_STEP_SECONDS_MAX = 120.0
# The longest that dropping or converting a chunk may take.
_CHUNK_SECONDS_MAX = 3_600.0


class Upkeep:
    """The threads; ``round``, ``once`` and ``convert`` do in the caller's what they do from time to time."""

    def __init__(
        self,
        database: DatabaseSettings,
        retention: RetentionSettings,
        reach: Callable[[UpkeepPoint], None] = lambda _name: None,
        *,
        first_after_seconds: float = 0.0,
    ) -> None:
        """``reach`` is called at the failpoints; ``first_after_seconds``: see ``Filling``."""
        self._database = database
        self._reach = reach
        self._retention = Retention(retention)
        self._report = Report()
        self._stopping = threading.Event()
        self._filling = Filling(self._report, self._stopping, first_after_seconds)
        self._conversion = Conversion(self._stopping)
        self._threads = [
            threading.Thread(target=partial(self._guarded, work), name=name, daemon=True)
            for name, work in (("upkeep", self._roll_up), ("conversion", self._convert))
        ]
        self._connection: Connection | None = None
        self._steps: Steps | None = None
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; a step under way is left to the server, which ends it as if it had not been."""
        self._stopping.set()

    def round(self) -> bool:
        """Roll up what is due; return whether more is due at once. What goes wrong is logged."""
        try:
            is_more = self._filling.round(self._opened())
        except (ConsumerError, SettingsError) as error:
            self._report.warn("rollups_failed", error=str(error))
            self.close()
            return False
        return is_more

    def once(self) -> None:
        """Remove what is outdated; what goes wrong is logged."""
        try:
            with self._connect("upkeep", _CHUNK_SECONDS_MAX) as connection:
                self._retention.round(connection)
        except (ConsumerError, SettingsError) as error:
            self._log.warning("retention_failed", error=str(error))

    def convert(self) -> None:
        """Convert what is due to columns; what goes wrong is logged."""
        try:
            with self._connect("conversion", _CHUNK_SECONDS_MAX) as connection:
                self._conversion.round(Steps(connection, self._reach))
        except (ConsumerError, SettingsError) as error:
            self._log.warning("conversion_failed", error=str(error))

    def close(self) -> None:
        """Close the connection; the next round opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._steps = None

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do what goes on until the end; begin anew after an error that nobody expects."""
        while not self._stopping.is_set():
            try:
                work()
            except Exception:  # noqa: BLE001 - logged; the end of a thread would go unseen
                self._log.exception("upkeep_failed", thread=threading.current_thread().name)
                self._stopping.wait(_AGAIN_SECONDS)

    def _roll_up(self) -> None:
        retention_at = time.monotonic() + _FIRST_RETENTION_SECONDS
        try:
            while not self._stopping.is_set():
                is_more = self.round()
                if time.monotonic() >= retention_at:
                    self.once()
                    retention_at = time.monotonic() + _RETENTION_SECONDS
                self._stopping.wait(0.0 if is_more else _ROUND_SECONDS)
        finally:
            self.close()

    def _convert(self) -> None:
        wait_seconds = _FIRST_CONVERSION_SECONDS
        while not self._stopping.wait(wait_seconds):
            self.convert()
            wait_seconds = _CONVERSION_SECONDS

    def _opened(self) -> Steps:
        if self._steps is None:
            self._connection = self._connect("rollups", _STEP_SECONDS_MAX)
            self._steps = Steps(self._connection, self._reach)
        return self._steps

    def _connect(self, purpose: str, seconds: float) -> Connection:
        database = msgspec.structs.replace(self._database, statement_timeout_seconds=seconds)
        return connect(database, purpose, autocommit=True)
