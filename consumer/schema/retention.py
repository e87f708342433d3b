# SPDX-License-Identifier: Apache-2.0
"""How long each level of data is kept: stored in the database by its owner, enforced by every consumer.

Only `migrate` may store the periods; `run` calls ``enforce`` now and then. That call drops chunks, but none
that is not rolled up yet, and deletes outdated rows of plain tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg

from consumer.errors import DatabaseAway, SchemaError
from consumer.settings import FOREVER, RetentionSettings

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


class Removed(NamedTuple):
    """What one enforcement took away: chunks of a hypertable, rows of a plain table."""

    relation: str
    removed_count: int


class Difference(NamedTuple):
    """A level whose stored period is not that of the settings; None is for ever."""

    level: str
    stored: timedelta | None
    wanted: timedelta | None

    @property
    def label(self) -> str:
        """The wanted period in words."""
        return f"level {self.level} is kept {'for ever' if self.wanted is None else f'for {self.wanted}'}"


def periods(retention: RetentionSettings) -> dict[str, timedelta | None]:
    """Return the period of each level; None is for ever."""
    texts: dict[str, str] = msgspec.to_builtins(retention)
    return {
        level: None if text == FOREVER else int(text[:-1]) * UNITS[text[-1]] for level, text in texts.items()
    }


def differences(connection: psycopg.Connection, retention: RetentionSettings) -> list[Difference]:
    """Return the levels whose stored period is not that of the settings: they changed without `migrate`."""
    stored = kept_periods(connection)
    return [
        Difference(level, stored.get(level), wanted)
        for level, wanted in periods(retention).items()
        if stored.get(level) != wanted
    ]


def kept_periods(connection: psycopg.Connection[Any]) -> dict[str, timedelta | None]:
    """Return how long the database keeps each level; None is for ever. Raises DatabaseAway, SchemaError."""
    with _translated("the retention periods cannot be read"):
        return dict(connection.execute("SELECT level, keep FROM kvmgrid.retention").fetchall())


def store(connection: psycopg.Connection, retention: RetentionSettings) -> list[Difference]:
    """Write the settings as the owner, enforce them, and return what changed; all or nothing."""
    with _translated("the retention periods cannot be stored"), connection.transaction():
        changed = write_periods(connection, retention)
        connection.execute("SELECT kvmgrid.apply_retention()")
    return changed


def write_periods(connection: psycopg.Connection, retention: RetentionSettings) -> list[Difference]:
    """Write the settings as the owner, and return what changed; nothing is removed yet."""
    changed = differences(connection, retention)
    with _translated("the retention periods cannot be stored"), connection.transaction():
        for difference in changed:
            connection.execute(
                "UPDATE kvmgrid.retention SET keep = %s WHERE level = %s",
                [difference.wanted, difference.level],
            )
    return changed


def enforce(connection: psycopg.Connection) -> list[Removed]:
    """Remove what is outdated; return nothing if another session is at it."""
    with _translated("outdated data cannot be removed"):
        rows = connection.execute("SELECT relation, removed_count FROM kvmgrid.apply_retention()")
        return [Removed._make(row) for row in rows]


@contextmanager
def _translated(failure: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.CheckViolation as error:
        raise SchemaError(
            f"{failure}: one is too short; 5m needs a day, 1h, 1d and latest 7 days, the others 2 hours"
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseAway(f"{failure} now: {error}") from error
    except psycopg.Error as error:
        raise SchemaError(f"{failure}: {error}") from error
