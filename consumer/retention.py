# SPDX-License-Identifier: Apache-2.0
"""How long each level of data is kept: stored in the database by its owner, enforced by every consumer.

Only `migrate` may store the periods; `run` calls ``enforce`` now and then. In the Apache edition that call
drops the chunks; in the Community edition TimescaleDB's jobs do, and the call keeps their policies equal
to the periods. Outdated rows of plain tables are deleted by the call in both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from consumer.errors import DatabaseAway, SchemaRefused
from consumer.settings import RetentionSettings

FOREVER = "forever"

DIFFERENCES = """
SELECT level, keep::text, %(keep)s::interval::text
FROM kvmgrid.retention
WHERE level = %(level)s AND keep IS DISTINCT FROM %(keep)s::interval
"""


class Removed(NamedTuple):
    """What one enforcement took away: chunks of a hypertable, rows of a plain table."""

    relation: str
    removed_count: int


class Difference(NamedTuple):
    """A level whose stored period is not the wanted one; both as PostgreSQL writes them, None is for ever."""

    level: str
    stored: str | None
    wanted: str | None


def periods(settings: RetentionSettings) -> dict[str, str | None]:
    """Return the period of each level as PostgreSQL reads it; None keeps for ever."""
    texts = {
        "raw": settings.raw,
        "1m": settings.minute,
        "5m": settings.five_minutes,
        "1h": settings.hour,
        "1d": settings.day,
        "events": settings.events,
        "reports": settings.reports,
        "quarantine": settings.quarantine,
    }
    return {level: None if text == FOREVER else text for level, text in texts.items()}


def differences(connection: psycopg.Connection, settings: RetentionSettings) -> list[Difference]:
    """Return the levels whose stored period is not that of the settings: they changed without `migrate`."""
    with _translated("the retention periods cannot be read"):
        return [
            Difference._make(row)
            for level, keep in periods(settings).items()
            for row in connection.execute(DIFFERENCES, {"level": level, "keep": keep})
        ]


def store(connection: psycopg.Connection, settings: RetentionSettings) -> list[Difference]:
    """Write the settings as the owner, enforce them, and return what changed; all or nothing."""
    changed = differences(connection, settings)
    with _translated("the retention periods cannot be stored"), connection.transaction():
        for difference in changed:
            connection.execute(
                "UPDATE kvmgrid.retention SET keep = %s::interval WHERE level = %s",
                [difference.wanted, difference.level],
            )
        connection.execute("SELECT kvmgrid.apply_retention()")
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
        raise SchemaRefused(
            f"{failure}: one is too short; 5m needs at least a day, 1h and 1d 7 days, the others 2 hours"
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseAway(f"{failure} now: {error}") from error
    except psycopg.Error as error:
        raise SchemaRefused(f"{failure}: {error}") from error
