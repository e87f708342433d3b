# SPDX-License-Identifier: Apache-2.0
"""The steps of the upkeep: each one transaction, in which the database does the work.

What a step returns is None where another session is the worker; its next round may find it gone. All raise
DatabaseAway, SchemaError, DataRefused.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec import convert

from consumer.database import Connection, translated_errors
from consumer.failpoint import UpkeepPoint
from consumer.statements import statement


class LevelProgress(NamedTuple):
    """How far one level of one table is filled in, and how far it could be by now."""

    relation: str
    level: str
    done: datetime
    target: datetime
    # From when on there are samples that wait; None where there are none.
    waits_from: datetime | None

    @property
    def name(self) -> str:
        """As people call it."""
        return f"{self.relation} {self.level}"

    @property
    def lag_seconds(self) -> float:
        """For how long what waits could have been filled in."""
        return 0.0 if self.waits_from is None else (self.target - self.waits_from).total_seconds()


class Filled(NamedTuple):
    """What a step filled in: up to when, how far it may go now, rows of buckets."""

    done: datetime
    target: datetime
    written_count: int


class Applied(NamedTuple):
    """Notes of late samples that are done with; of these, those whose samples are gone; rows of buckets."""

    applied_count: int
    unserved_count: int
    written_count: int


class WindowStep(NamedTuple):
    """A step of a window of VMs: which, None where none is due; rows; whether all VMs have it now."""

    window_name: str | None
    written_count: int
    is_whole: bool


class Steps:
    """The steps on one connection in autocommit mode; ``reach`` is called at their failpoints."""

    def __init__(self, connection: Connection, reach: Callable[[UpkeepPoint], None]) -> None:
        self._connection = connection
        self._reach = reach

    @property
    def is_lost(self) -> bool:
        """Whether no step can be taken any more on this connection."""
        return self._connection.closed

    def older_consumers(self) -> list[int]:
        """Return the server's processes that store samples without noting late ones."""
        with translated_errors():
            rows = self._connection.execute(statement("rollups/older_consumers")).fetchall()
        return [convert(pid, int) for (pid,) in rows]

    def announce(self) -> datetime | None:
        """Announce what is over; raise DatabaseAway, also where a flush takes long to commit."""
        with translated_errors():
            with self._connection.transaction():
                ((announced,),) = self._connection.execute(statement("rollups/announce")).fetchall()
                self._reach("before_announced")
            self._reach("after_announced")
        return convert(announced, datetime | None)

    def progress(self) -> list[LevelProgress]:
        """Return how far each level of each table is, in the order in which to go on."""
        with translated_errors():
            rows = self._connection.execute(statement("rollups/progress")).fetchall()
        return [convert(row, LevelProgress) for row in rows]

    def fill(self, progress: LevelProgress, bucket_count: int) -> Filled | None:
        """Fill in the next buckets of a table and level."""
        parameters = {"relation": progress.relation, "level": progress.level, "bucket_count": bucket_count}
        with translated_errors():
            with self._connection.transaction():
                row = self._connection.execute(statement("rollups/fill"), parameters).fetchone()
                self._reach("before_filled")
            self._reach("after_filled")
        return None if row is None else convert(row, Filled)

    def apply_late(self, note_count: int) -> Applied | None:
        """Make the buckets of noted late samples again, at every level."""
        with translated_errors():
            with self._connection.transaction():
                parameters = {"note_count": note_count}
                row = self._connection.execute(statement("rollups/apply_late"), parameters).fetchone()
                self._reach("before_late")
            self._reach("after_late")
        return None if row is None else convert(row, Applied)

    def fill_fleet(self, bucket_count: int) -> Filled | None:
        """Make the next buckets of the fleet."""
        with translated_errors():
            row = self._connection.execute(
                statement("rollups/fill_fleet"), {"bucket_count": bucket_count}
            ).fetchone()
        return None if row is None else convert(row, Filled)

    def fill_windows(self, domain_count: int) -> WindowStep | None:
        """Make a window that is due for the next VMs."""
        with translated_errors():
            with self._connection.transaction():
                parameters = {"domain_count": domain_count}
                row = self._connection.execute(statement("rollups/fill_windows"), parameters).fetchone()
                self._reach("before_window")
            self._reach("after_window")
        return None if row is None else convert(row, WindowStep)

    def due_chunks(self) -> list[str]:
        """Return the chunks that should be in columns, the oldest first."""
        with translated_errors():
            rows = self._connection.execute(statement("rollups/due_chunks")).fetchall()
        return [convert(name, str) for (name,) in rows]

    def convert_chunk(self, chunk: str) -> bool:
        """Convert a chunk to columns; return False where it is due no more, or another session is at one."""
        with translated_errors():
            rows = self._connection.execute(statement("rollups/convert"), {"chunk": chunk}).fetchall()
        return rows == [(True,)]
