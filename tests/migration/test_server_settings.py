# SPDX-License-Identifier: Apache-2.0
"""What is said of locks is what the server does."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from consumer.schema.server_settings import LOCKS_PER_CHUNK, read_server_settings
from tests.migration.seeding import seed_samples

COUNT = 30


@pytest.mark.parametrize(
    "query",
    ["SELECT count(*) FROM host_samples_5m", "SELECT add_figure('host_samples', 'load_ratio', 'real')"],
)
def test_every_chunk_is_locked(owner: psycopg.Connection, query: str) -> None:
    """A query without bounds in time, and a new figure, lock all chunks of a table; no more than reckoned."""
    seed_samples(owner, datetime(2026, 9, 1, 12, tzinfo=UTC), COUNT, timedelta(days=1))
    with owner.transaction():
        owner.execute(query)
        ((count,),) = owner.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()").fetchall()

    assert COUNT <= count <= COUNT * LOCKS_PER_CHUNK
    assert COUNT == read_server_settings(owner).chunk_count
