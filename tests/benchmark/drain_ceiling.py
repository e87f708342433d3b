# SPDX-License-Identifier: Apache-2.0
"""The ceiling of the drain: binary COPY of encoded rows into hypertables of the same kind."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from consumer.rows.tables import DOMAIN_SAMPLES, Table
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.figure import Reading
from tests.benchmark.processor_time import Clocks


class Blocks(NamedTuple):
    """For each flush, a complete binary COPY stream a table; ``row_count``: the VM rows in all."""

    streams: Sequence[Mapping[Table, bytes]]
    row_count: int


@contextmanager
def owner_connection(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection that may make tables."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET ROLE kvmgrid_owner")
        connection.execute("SET search_path = kvmgrid, public")
        yield connection


def encoded(
    connection: psycopg.Connection[Any], rows_per_copy: int, tables: Sequence[Table] = (DOMAIN_SAMPLES,)
) -> Blocks:
    """Return the stored rows of some tables, in a flush sorted as the consumer sorts them."""
    times = connection.execute(
        "SELECT sampled_at, count(*) FROM domain_samples GROUP BY sampled_at ORDER BY sampled_at"
    ).fetchall()
    streams, first, gathered, total = [], None, 0, 0
    for sampled_at, count in times:
        first = first or sampled_at
        gathered += count
        if gathered >= rows_per_copy or sampled_at == times[-1][0]:
            streams.append({table: _read(connection, table, first, sampled_at) for table in tables})
            total, first, gathered = total + gathered, None, 0
    return Blocks(streams, total)


def copied(connection: psycopg.Connection[Any], blocks: Blocks, clocks: Clocks) -> Reading:
    """Copy the rows into fresh hypertables and return VM rows per second.

    Same columns, primary keys, BRIN indexes, chunk interval, rows per transaction and order within it. One
    connection; every transaction committed to disk.
    """
    for table in blocks.streams[0]:
        _make(connection, table)
    used, begun_at, own = clocks.read(), time.monotonic(), time.process_time()
    for flush in blocks.streams:
        with connection.transaction():
            for table, stream in flush.items():
                statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(_ceiling(table))
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(stream)
    rate = blocks.row_count / (time.monotonic() - begun_at)
    seconds = {"client": time.process_time() - own} | clocks.since(used)
    for table in blocks.streams[0]:
        _compare(connection, table)
    return Reading(rate, seconds, blocks.row_count)


def _ceiling(table: Table) -> sql.Identifier:
    return sql.Identifier(f"ceiling_{table.name}")


def _read(connection: psycopg.Connection[Any], table: Table, first: datetime, last: datetime) -> bytes:
    query = sql.SQL(
        "COPY (SELECT * FROM {} WHERE sampled_at BETWEEN {} AND {} ORDER BY {}) TO STDOUT (FORMAT BINARY)"
    ).format(sql.Identifier(table.name), first, last, sql.SQL(", ").join(map(sql.Identifier, table.key)))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(copy)


def _make(connection: psycopg.Connection[Any], table: Table) -> None:
    name = _ceiling(table)
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    connection.execute(
        sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, sql.Identifier(table.name))
    )
    connection.execute(
        sql.SQL(
            "SELECT create_hypertable({}, by_range('sampled_at', INTERVAL '1 day'), "
            "create_default_indexes => false)"
        ).format(sql.Literal(name.as_string(connection)))
    )


def _compare(connection: psycopg.Connection[Any], table: Table) -> None:
    counts = [
        connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
        for name in (_ceiling(table), sql.Identifier(table.name))
    ]
    if counts[0] != counts[1]:
        raise BenchmarkError(f"the ceiling stored {counts[0]} rows of {table.name} instead of {counts[1]}")
