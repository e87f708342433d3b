# SPDX-License-Identifier: Apache-2.0
"""What of a server's settings is too small, and what is not."""

from datetime import timedelta

import pytest

from consumer.schema.retention import periods
from consumer.schema.server_settings import ServerSettings, shortages
from consumer.settings import RetentionSettings

DAY = timedelta(days=1)
KEPT = periods(RetentionSettings())
# As PostgreSQL and TimescaleDB come: postgres, template1 and a database of ours.
DEFAULTS = ServerSettings(
    locks_per_transaction=64,
    session_count=100,
    chunk_count=0,
    worker_count=8,
    timescaledb_worker_count=16,
    parallel_worker_count=2,
    database_count=3,
)


def test_the_defaults_of_a_server_suffice() -> None:
    """Nobody is told to change what works."""
    assert [] == list(shortages(DEFAULTS, KEPT, DAY))


@pytest.mark.parametrize(
    ("server", "kept", "interval", "words"),
    [
        (DEFAULTS, KEPT, timedelta(minutes=10), "max_locks_per_transaction is 64, 436 are needed"),
        (DEFAULTS._replace(chunk_count=1_000), KEPT, DAY, "max_locks_per_transaction is 64, 100 are needed"),
        (DEFAULTS, KEPT | {"raw": None}, DAY, "max_locks_per_transaction is 64, 369 are needed"),
        (DEFAULTS._replace(worker_count=6), KEPT, DAY, "max_worker_processes is 6, 7 are needed"),
        (
            DEFAULTS._replace(timescaledb_worker_count=2),
            KEPT,
            DAY,
            "timescaledb.max_background_workers is 2, 4 are needed",
        ),
    ],
)
def test_a_setting_that_is_too_small_is_told(
    server: ServerSettings, kept: dict[str, timedelta | None], interval: timedelta, words: str
) -> None:
    """With the number that is needed, and why."""
    (line,) = shortages(server, kept, interval)

    assert line.startswith(words)
    assert ": " in line[len(words) :]


def test_what_is_said_of_workers_is_that_none_is_needed() -> None:
    """Nothing here is done by a background worker."""
    lines = list(shortages(DEFAULTS._replace(worker_count=1, timescaledb_worker_count=1), KEPT, DAY))

    assert 2 == len([line for line in lines if "kvmgrid itself needs none" in line])
