# SPDX-License-Identifier: Apache-2.0
"""Rows for every table, the same in every database: each column by its type, each fifth figure null."""

from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

HYPERTABLES = (
    "host_samples",
    "host_disk_samples",
    "host_interface_samples",
    "host_filesystem_samples",
    "domain_samples",
    "domain_block_samples",
    "domain_interface_samples",
)
# SQL expressions over i, the number of the row, and c, the number of the column. Each figure is a multiple of
# an eighth, so that sums are exact whatever the order of addition.
BY_TYPE = {
    "real": "CASE WHEN (i + c) %% 5 > 0 THEN ((i * 3 + c) %% 64) / 8.0 END",
    "double precision": "CASE WHEN (i + c) %% 5 > 0 THEN ((i * 3 + c) %% 64) / 8.0 END",
    "bigint": "CASE WHEN (i + c) %% 5 > 0 THEN (i + c) %% 1000 END",
    "integer": "CASE WHEN (i + c) %% 5 > 0 THEN (i + c) %% 1000 END",
    "smallint": "1",
    "boolean": "i %% 2 = 0",
    "text": "'text ' || c",
    "jsonb": "'[]'::jsonb",
}
BY_NAME = {
    "sampled_at": "%(first)s::timestamptz + i * %(every)s::interval",
    "host_id": "1",
    "domain_id": "1",
    "device": "'vda'",
    "path": "'/srv'",
    "health_state": "'good'",
    "outcome": "'ok'",
}
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnum
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


def seed_plain_tables(connection: psycopg.Connection, at: datetime) -> None:
    """Add host 1 and domain 1, to which all seeded samples belong, as last seen at an instant."""
    with connection.transaction():
        connection.execute("SELECT set_config('seed.at', %s, true)", [at.isoformat()])
        connection.execute(Path(__file__).with_name("seed.sql").read_bytes())
        # A database of an older version has no alerts.
        if connection.execute("SELECT to_regclass('kvmgrid.alerts')").fetchone() != (None,):
            connection.execute(Path(__file__).with_name("seed_alerts.sql").read_bytes())


def seed_contest(connection: psycopg.Connection) -> None:
    """Let a second host claim domain 1 now."""
    connection.execute("INSERT INTO kvmgrid.hosts (host_id, host, first_seen_at) VALUES (2, 'hv2', now())")
    connection.execute(
        "INSERT INTO kvmgrid.contested_domains (domain_id, host_id, since, last_at)"
        " VALUES (1, 2, now(), now())"
    )


def seed_samples(connection: psycopg.Connection, first: datetime, count: int, every: timedelta) -> None:
    """Add as many rows to each hypertable of samples, evenly apart from ``first`` on."""
    for table in HYPERTABLES:
        columns = connection.execute(COLUMNS, [f"kvmgrid.{table}"]).fetchall()
        names = sql.SQL(", ").join(sql.Identifier(name) for name, _, _ in columns)
        values = sql.SQL(", ").join(_value(name, kind, number) for name, kind, number in columns)
        connection.execute(
            sql.SQL(
                "INSERT INTO kvmgrid.{} ({}) SELECT {} FROM generate_series(0, %(count)s - 1) AS i"
            ).format(sql.Identifier(table), names, values),
            {"first": first, "every": every, "count": count},
        )


def _value(name: str, kind: str, number: int) -> sql.Composable:
    expression = BY_NAME.get(name) or BY_TYPE[kind]
    return sql.SQL("(SELECT {} FROM (SELECT {} AS c) AS number)").format(
        sql.SQL(expression),  # one of the literals above
        sql.Literal(number),
    )
