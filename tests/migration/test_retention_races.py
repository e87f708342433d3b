# SPDX-License-Identifier: Apache-2.0
"""Retention beside flushes that are still open, and late samples where only a part is dropped."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from consumer.schema.retention import enforce
from deploy.lab.readiness import wait_until
from tests.migration.exactness import WIDTHS, unlike
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import seed_samples
from tests.services import MigratedDatabase

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATE = (
    "INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)"
    " VALUES (1, %s, 1, 5, 1, 'ok')"
)
NOTE = (
    "INSERT INTO rollup_late (subject, entity_id, bucket)"
    " VALUES ('domain', 1, time_bucket('5 minutes', %s::timestamptz))"
)
CHUNKS_OF_A_DAY = """
SELECT set_chunk_time_interval(format('kvmgrid.%I', relation || '_5m_buckets')::regclass, INTERVAL '1 day')
FROM rollup_relations
"""
Session = psycopg.Connection


@pytest.fixture
def flushing(database: MigratedDatabase) -> Iterator[Session]:
    """Give the connection of a consumer whose flush is open as long as the test wants."""
    with psycopg.connect(database.ingest_url) as connection:
        yield connection


@pytest.fixture
def first(owner: Session, ingest: Session) -> datetime:
    """Give the time of the oldest sample of four days that are rolled up. Two of them are to be kept."""
    owner.execute(CHUNKS_OF_A_DAY)
    # From a midnight on: the oldest sample of a day's chunk is older than this moment two days ago.
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 4 * DAY
    seed_samples(owner, first, 24, 4 * HOUR)
    roll_up(ingest)
    keep(owner, "raw", "2 days")
    return first


def keep(owner: Session, level: str, period: str) -> None:
    """Change the period of a level."""
    owner.execute("UPDATE retention SET keep = %s::interval WHERE level = %s", [period, level])


def oldest(owner: Session, relation: str) -> datetime:
    """Return when the oldest stored sample of a relation was taken."""
    query = sql.SQL("SELECT min(sampled_at) FROM {}").format(sql.Identifier(relation))
    ((found,),) = owner.execute(query).fetchall()
    assert isinstance(found, datetime)
    return found


def shown(owner: Session, level: str, at: datetime) -> int:
    """Return how many samples the bucket of VM 1 at a time has."""
    query = sql.SQL(
        "SELECT coalesce(sum(sample_count), 0)::int FROM {}"
        " WHERE domain_id = 1 AND bucket = time_bucket({}::interval, %s)"
    ).format(sql.Identifier(f"domain_samples_{level}"), sql.Literal(WIDTHS[level]))
    ((count,),) = owner.execute(query, [at]).fetchall()
    return int(count)


def is_held_up(owner: Session, waiting: Session, by: Session) -> bool:
    """Whether a session waits for a lock of another."""
    query = "SELECT %s = ANY (pg_blocking_pids(%s))"
    pids = [by.info.backend_pid, waiting.info.backend_pid]
    return owner.execute(query, pids).fetchall() == [(True,)]


def test_a_chunk_that_a_flush_has_open_stays(
    owner: Session, ingest: Session, flushing: Session, first: datetime
) -> None:
    """Retention waits for the flush, then sees its note, and drops nothing of what the note needs."""
    at = first + timedelta(minutes=7)
    flushing.execute(LATE, [at])
    with ThreadPoolExecutor(1) as thread:
        dropping = thread.submit(enforce, ingest)
        try:
            assert wait_until(
                lambda: dropping.done() or is_held_up(owner, ingest, flushing), timeout_seconds=60.0
            )
            assert not dropping.done(), dropping.result()
            flushing.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
            flushing.execute(NOTE, [at])
        finally:
            flushing.commit()
        removed = {entry.relation: entry.removed_count for entry in dropping.result(60.0)}

    assert removed["domain_samples"] == 0
    assert first == oldest(owner, "domain_samples")
    # What the note of a VM does not need was dropped meanwhile.
    assert removed["host_samples"] > 0
    before = {level: shown(owner, level, at) for level in WIDTHS}
    roll_up(ingest)
    assert {level: count + 1 for level, count in before.items()} == {
        level: shown(owner, level, at) for level in WIDTHS
    }
    assert [] == [found for level in WIDTHS for found in unlike(owner, "domain_samples", level)]

    # Served, it holds nothing back any more.
    enforce(ingest)
    assert oldest(owner, "domain_samples") > first


def test_a_flush_that_ends_without_a_note_keeps_nothing(
    owner: Session, ingest: Session, flushing: Session, first: datetime
) -> None:
    """It was rolled back: retention goes on when the chunk is free."""
    flushing.execute(LATE, [first + timedelta(minutes=7)])
    with ThreadPoolExecutor(1) as thread:
        dropping = thread.submit(enforce, ingest)
        try:
            assert wait_until(
                lambda: dropping.done() or is_held_up(owner, ingest, flushing), timeout_seconds=60.0
            )
            assert not dropping.done(), dropping.result()
        finally:
            flushing.rollback()
        dropping.result(60.0)
    # Where it has not waited that long, it comes again.
    enforce(ingest)
    assert oldest(owner, "domain_samples") > first


def test_what_is_late_for_a_kept_chunk_shows_at_every_level(
    owner: Session, ingest: Session, first: datetime
) -> None:
    """A chunk goes as a whole: until then its samples count, though they are older than the period."""
    enforce(ingest)
    at = oldest(owner, "domain_samples") + timedelta(minutes=1)
    assert first < at < datetime.now(UTC) - 2 * DAY
    before = {level: shown(owner, level, at) for level in WIDTHS}
    owner.execute(LATE, [at])
    owner.execute(NOTE, [at])

    assert [(1, 0)] == ingest.execute(
        "SELECT applied_count, unserved_count FROM apply_late_rollups(100)"
    ).fetchall()
    assert {level: count + 1 for level, count in before.items()} == {
        level: shown(owner, level, at) for level in WIDTHS
    }


def test_what_is_late_where_buckets_are_dropped_spoils_no_hour(
    owner: Session, ingest: Session, first: datetime
) -> None:
    """Samples are kept, and buckets of 5 minutes are not: an hour is made of all its buckets or left."""
    keep(owner, "raw", "30 days")
    keep(owner, "5m", "2 days")
    roll_up(ingest)
    removed = {entry.relation: entry.removed_count for entry in enforce(ingest)}
    assert (0, 1) == (removed["domain_samples"], min(1, removed["domain_samples_5m_buckets"]))
    at = first + timedelta(minutes=1)
    before = [shown(owner, level, at) for level in ("1h", "1d")]
    owner.execute(LATE, [at])
    owner.execute(NOTE, [at])

    assert [(1, 1, 0)] == ingest.execute("SELECT * FROM apply_late_rollups(100)").fetchall()
    assert before == [shown(owner, level, at) for level in ("1h", "1d")]
