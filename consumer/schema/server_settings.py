# SPDX-License-Identifier: Apache-2.0
"""Settings of the server that are too small for this database; said before anything is done.

No background worker is needed: rollups, retention and conversion are the consumers' work. TimescaleDB starts
some all the same. What can be too small for kvmgrid is the number of locks.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil
from typing import NamedTuple

import psycopg

from consumer.statements import statement

# A table, its key and another index; its columns and their index.
LOCKS_PER_CHUNK = 5
# How long the chunks of each level are (migration 18).
_LEVEL_CHUNKS = {"5m": timedelta(days=7), "1h": timedelta(days=90), "1d": timedelta(days=730)}
_FOREVER = timedelta(days=3_650)
# TimescaleDB's launcher, and PostgreSQL's for logical replication.
_LAUNCHER_COUNT = 2


class ServerSettings(NamedTuple):
    """What a server has, and what there is that needs it.

    ``session_count``: sessions that share the locks. ``chunk_count``: the most chunks of a table of samples
    with its levels. ``database_count``: databases that TimescaleDB looks into.
    """

    locks_per_transaction: int
    session_count: int
    chunk_count: int
    worker_count: int
    timescaledb_worker_count: int
    parallel_worker_count: int
    database_count: int


def read_server_settings(connection: psycopg.Connection) -> ServerSettings:
    """Ask a database of its server."""
    (row,) = connection.execute(statement("schema/server_settings")).fetchall()
    return ServerSettings._make(row)


def shortages(
    server: ServerSettings, kept: Mapping[str, timedelta | None], chunk_interval: timedelta
) -> Iterator[str]:
    """Give a line for each setting that is too small: what it is, what is needed and why.

    ``kept``: how long each level is kept, None for ever. ``chunk_interval``: of the samples.
    """
    chunk_count = max(server.chunk_count, _expected_chunk_count(kept, chunk_interval))
    # Other sessions have locks at the same time.
    locks = ceil(2 * chunk_count * LOCKS_PER_CHUNK / server.session_count)
    if locks > server.locks_per_transaction:
        yield (
            f"max_locks_per_transaction is {server.locks_per_transaction}, {locks} are needed: a query"
            f" without bounds in time locks all {chunk_count:,} chunks of a table and its levels,"
            " and so does a migration that adds a figure; or make chunk_seconds longer"
        )
    taken = _LAUNCHER_COUNT + server.database_count
    workers = taken + server.parallel_worker_count
    if workers > server.worker_count:
        yield (
            f"max_worker_processes is {server.worker_count}, {workers} are needed: TimescaleDB and"
            f" PostgreSQL take {taken} of them, a parallel query {server.parallel_worker_count};"
            " kvmgrid itself needs none: long charts are slower, and the server's log complains"
        )
    schedulers = server.database_count + 1
    if schedulers > server.timescaledb_worker_count:
        yield (
            f"timescaledb.max_background_workers is {server.timescaledb_worker_count}, {schedulers} are"
            " needed: a launcher and a scheduler a database; kvmgrid itself needs none: the server's log"
            " complains"
        )


def _expected_chunk_count(kept: Mapping[str, timedelta | None], chunk_interval: timedelta) -> int:
    """Return how many chunks a table of samples and its levels will have in the steady state."""
    lengths = {"raw": chunk_interval} | _LEVEL_CHUNKS
    # One more is begun, and one ends outside of what is kept.
    return sum(ceil((kept[level] or _FOREVER) / length) + 2 for level, length in lengths.items())
