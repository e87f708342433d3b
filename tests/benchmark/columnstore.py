# SPDX-License-Identifier: Apache-2.0
"""The columnstore of the Community edition, as WebAssembly like in the tests (docs/decisions/0010).

The layout on disk is that of any build of the same sources. How fast it is says nothing about another one.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from consumer.schema.migration import migrate
from consumer.schema.roles import Login, bootstrap
from tests.benchmark.errors import UnavailableError
from tests.community.conftest import PACKAGE, running_server

ROWS_PER_INSERT = 2_000


class Converted(NamedTuple):
    """The total bytes of a table as rows and as columns."""

    row_bytes: int
    column_bytes: int


@contextmanager
def community_database() -> Iterator[psycopg.Connection[Any]]:
    """Give a migrated database of the Community edition."""
    if shutil.which("node") is None or not PACKAGE.exists():
        raise UnavailableError("Node or the packages of tests/community are missing: run make setup")
    with running_server() as server:
        with server.connect() as connection:
            bootstrap(connection, [Login("kvmgrid_owner", "kvmgrid_owner", "any")])
            migrate(connection)
        with server.connect() as connection:
            yield connection


def read_rows(
    connection: psycopg.Connection[Any],
    table: str,
    *,
    time_column: str = "sampled_at",
    days: float = 1e5,
) -> list[dict[str, Any]]:
    """Return the rows of a table's last days in the order in which they came in."""
    statement = sql.SQL(
        "SELECT to_jsonb(r) FROM {table} AS r"
        " WHERE {time} > (SELECT max({time}) FROM {table}) - make_interval(secs => %s * 86400)"
        " ORDER BY {time}"
    ).format(table=sql.Identifier("kvmgrid", table), time=sql.Identifier(time_column))
    return [row for (row,) in connection.execute(statement, [days])]


def convert(connection: psycopg.Connection[Any], table: str, rows: Sequence[dict[str, Any]]) -> Converted:
    """Store rows and turn their chunks into columns, as the upkeep does; this build has no COPY."""
    name = sql.Identifier("kvmgrid", table)
    for start in range(0, len(rows), ROWS_PER_INSERT):
        connection.execute(
            sql.SQL("INSERT INTO {} SELECT * FROM jsonb_populate_recordset(NULL::{}, %s)").format(name, name),
            [Jsonb(rows[start : start + ROWS_PER_INSERT])],
        )
    whole = f"kvmgrid.{table}"
    connection.execute("SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk", [whole])
    row = connection.execute(
        "SELECT sum(before_compression_total_bytes)::bigint, sum(after_compression_total_bytes)::bigint"
        " FROM hypertable_compression_stats(%s::regclass)",
        [whole],
    ).fetchone()
    assert row is not None
    return Converted(int(row[0]), int(row[1]))
