# SPDX-License-Identifier: Apache-2.0
"""The upkeep of the database: a thread beside the ingest, with connections of its own.

What goes wrong is logged and tried again: samples are kept until they are rolled up.
"""

import threading
import time
from collections.abc import Callable

import msgspec
import structlog

from consumer.database import Connection, connect
from consumer.errors import ConsumerError
from consumer.failpoint import UpkeepPoint
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
# A step takes about a second. After so long, one half as large is tried.
_STEP_SECONDS_MAX = 120.0
# The longest that dropping or converting a chunk may take.
_CHUNK_SECONDS_MAX = 3_600.0


class Upkeep:
    """The thread; ``once`` and ``round`` do in the caller's what it does from time to time."""

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
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._connection: Connection | None = None
        self._steps: Steps | None = None
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

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
        self._report.end_warning("rollups_failed")
        return is_more

    def once(self) -> None:
        """Remove what is outdated and convert what is due; what goes wrong is logged."""
        for event, work in (
            ("retention_failed", self._retention.round),
            ("conversion_failed", self._convert),
        ):
            try:
                with self._connect("upkeep", _CHUNK_SECONDS_MAX) as connection:
                    work(connection)
            except (ConsumerError, SettingsError) as error:
                self._report.warn(event, error=str(error))

    def close(self) -> None:
        """Close the connection; the next round opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._steps = None

    def _run(self) -> None:
        retention_at = time.monotonic() + _FIRST_RETENTION_SECONDS
        while not self._stopping.is_set():
            is_more = self.round()
            if time.monotonic() >= retention_at:
                self.once()
                retention_at = time.monotonic() + _RETENTION_SECONDS
            self._stopping.wait(0.0 if is_more else _ROUND_SECONDS)
        self.close()

    def _opened(self) -> Steps:
        if self._steps is None:
            self._connection = self._connect("rollups", _STEP_SECONDS_MAX)
            self._steps = Steps(self._connection, self._reach)
        return self._steps

    def _connect(self, purpose: str, seconds: float) -> Connection:
        database = msgspec.structs.replace(self._database, statement_timeout_seconds=seconds)
        return connect(database, purpose, autocommit=True)

    def _convert(self, connection: Connection) -> None:
        steps = Steps(connection, self._reach)
        while not self._stopping.is_set() and (name := steps.convert_chunk()) is not None:
            self._log.info("chunk_converted", chunk=name)
