# SPDX-License-Identifier: Apache-2.0
"""Who holds what `migrate` or the upkeep waits for. PostgreSQL tells everybody login and program."""

import psycopg

_ADVISORY = """
SELECT DISTINCT a.pid, a.usename::text, a.application_name
FROM pg_locks AS l
JOIN pg_stat_activity AS a USING (pid)
WHERE l.granted AND l.locktype = 'advisory' AND l.objsubid = 1 AND a.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = %s
ORDER BY 1
"""
# Chunks lie in a schema of TimescaleDB's.
_TABLES = """
SELECT DISTINCT a.pid, a.usename::text, a.application_name
FROM pg_locks AS l
JOIN pg_stat_activity AS a USING (pid)
JOIN pg_class AS c ON c.oid = l.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.granted AND a.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname IN ('kvmgrid', '_timescaledb_internal')
ORDER BY 1
"""


def advisory_lock_holders(connection: psycopg.Connection, key: int) -> str:
    """Name the sessions that hold an advisory lock of this database."""
    return _words(connection.execute(_ADVISORY, [key]).fetchall())


def table_lock_holders(connection: psycopg.Connection) -> str:
    """Name the other sessions that hold any lock on a table of kvmgrid."""
    return _words(connection.execute(_TABLES).fetchall())


def _words(rows: list[tuple[int, str, str]]) -> str:
    if not rows:
        return "nobody any more"
    return ", ".join(
        f"process {pid} of {user} ({program or 'a program without a name'})" for pid, user, program in rows
    )
