# SPDX-License-Identifier: Apache-2.0
"""The server's process behind a connection: it may outlive the connection, with its locks.

A network that swallows the end of a connection, or a client that gives up, leaves it at work. It would then
lock out the next attempt at the very same rows, until its own time is over.
"""

from typing import NamedTuple

import structlog

from consumer.database import Connection, translated_errors
from consumer.statements import statement


class _Backend(NamedTuple):
    pid: int
    started_at: object


class LastBackend:
    """The process of the latest connection of one purpose."""

    def __init__(self) -> None:
        self._last: _Backend | None = None
        self._log = structlog.get_logger()

    def succeed(self, connection: Connection) -> None:
        """End what is left of the connection before, and remember this one; raise DatabaseAway."""
        with translated_errors():
            if self._last is not None:
                ended = connection.execute(statement("database/backend_end"), self._last._asdict()).fetchall()
                if ended:
                    self._log.warning("orphan_ended", pid=self._last.pid, ended=ended[0][0])
                self._last = None
            row = connection.execute(statement("database/backend_own")).fetchone()
        if row is not None:
            self._last = _Backend(int(str(row[0])), row[1])
