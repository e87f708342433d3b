# SPDX-License-Identifier: Apache-2.0
"""The ceiling of the drain: binary COPY of encoded rows into a hypertable of the same kind."""

import time
from typing import Any

import psycopg
from psycopg import sql

_TABLE = sql.Identifier("ceiling_samples")
_REPEATS = 3


def raw_copy_rows_per_second(owner_url: str, rows_per_copy: int) -> float:
    """Copy what the drain stored into a fresh hypertable, a few times over, and return the best rate.

    Same columns, primary key, BRIN index, chunk interval, rows per transaction and order within it; one
    connection; every transaction committed to disk. The best, since a ceiling that a noisy neighbour
    lowered would flatter the drain.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET ROLE kvmgrid_owner")
        connection.execute("SET search_path = kvmgrid, public")
        blocks, row_count = _encoded(connection, rows_per_copy)
        return max(_copied_per_second(connection, blocks, row_count) for _ in range(_REPEATS))


def _encoded(connection: psycopg.Connection[Any], rows_per_copy: int) -> tuple[list[bytes], int]:
    """Return the stored rows as complete binary COPY streams, each of the rows one flush would hold."""
    times = connection.execute(
        "SELECT sampled_at, count(*) FROM domain_samples GROUP BY sampled_at ORDER BY sampled_at"
    ).fetchall()
    blocks, first, gathered, total = [], None, 0, 0
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
                blocks.append(b"".join(copy))
            total, first, gathered = total + gathered, None, 0
    return blocks, total


def _copied_per_second(connection: psycopg.Connection[Any], blocks: list[bytes], row_count: int) -> float:
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE))
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE domain_samples INCLUDING ALL)").format(_TABLE))
    connection.execute(
        "SELECT create_hypertable('ceiling_samples', by_range('sampled_at', INTERVAL '1 day'), "
        "create_default_indexes => false)"
    )
    begun_at = time.monotonic()
    for block in blocks:
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(_TABLE)) as copy,
        ):
            copy.write(block)
    rate = row_count / (time.monotonic() - begun_at)
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_TABLE)).fetchone()
    if row is None or row[0] != row_count:
        raise SystemExit(f"the ceiling stored {row} rows instead of {row_count}")
    return rate
