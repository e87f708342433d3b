# SPDX-License-Identifier: Apache-2.0
"""The ceiling of the drain: binary COPY of encoded rows into a hypertable of the same kind."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from tests.benchmark.errors import BenchmarkError
from tests.benchmark.figure import Reading
from tests.benchmark.processor_time import Clocks

_TABLE = sql.Identifier("ceiling_samples")


class Blocks(NamedTuple):
    """Complete binary COPY streams, each of the rows one flush would hold."""

    streams: Sequence[bytes]
    row_count: int


@contextmanager
def owner_connection(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection that may make tables."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET ROLE kvmgrid_owner")
        connection.execute("SET search_path = kvmgrid, public")
        yield connection


def encoded(connection: psycopg.Connection[Any], rows_per_copy: int) -> Blocks:
    """Return the stored VM rows, in a flush sorted as the consumer sorts them."""
    times = connection.execute(
        "SELECT sampled_at, count(*) FROM domain_samples GROUP BY sampled_at ORDER BY sampled_at"
    ).fetchall()
    streams, first, gathered, total = [], None, 0, 0
    query = (
        "COPY (SELECT * FROM domain_samples WHERE sampled_at BETWEEN {} AND {} "
        "ORDER BY domain_id, sampled_at) "
        "TO STDOUT (FORMAT BINARY)"
    )
    for sampled_at, count in times:
        first = first or sampled_at
        gathered += count
        if gathered >= rows_per_copy or sampled_at == times[-1][0]:
            statement = sql.SQL(query).format(first, sampled_at)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                streams.append(b"".join(copy))
            total, first, gathered = total + gathered, None, 0
    return Blocks(streams, total)


def copied(connection: psycopg.Connection[Any], blocks: Blocks, clocks: Clocks) -> Reading:
    """Copy the rows into a fresh hypertable and return rows per second.

    Same columns, primary key, BRIN index, chunk interval, rows per transaction and order within it; one
    connection; every transaction committed to disk.
    """
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE))
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE domain_samples INCLUDING ALL)").format(_TABLE))
    connection.execute(
        "SELECT create_hypertable('ceiling_samples', by_range('sampled_at', INTERVAL '1 day'), "
        "create_default_indexes => false)"
    )
    used, begun_at, own = clocks.read(), time.monotonic(), time.process_time()
    for stream in blocks.streams:
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(_TABLE)) as copy,
        ):
            copy.write(stream)
    rate = blocks.row_count / (time.monotonic() - begun_at)
    seconds = {"client": time.process_time() - own} | clocks.since(used)
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_TABLE)).fetchone()
    if row is None or row[0] != blocks.row_count:
        raise BenchmarkError(f"the ceiling stored {row} rows instead of {blocks.row_count}")
    return Reading(rate, seconds, blocks.row_count)
