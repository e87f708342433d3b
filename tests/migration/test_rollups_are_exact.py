# SPDX-License-Identifier: Apache-2.0
"""Every level equals an aggregate of the samples, whatever came in whatever order beside the upkeep."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
import pytest

from deploy.lab.readiness import wait_until
from tests.migration.counted_samples import PREFIX, copy_counted
from tests.migration.exactness import WIDTHS, unlike
from tests.migration.interleaving import (
    IMPATIENT,
    Session,
    drop_all,
    flush,
    retention,
    run_by_turns,
    upkeep,
)
from tests.migration.random_samples import ELSEWHERE, HOSTS, Period, Row, random_rows
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import HYPERTABLES
from tests.migration.ways_of_rewriting import BY_KEY, ONE_PASS, count_ways, seed_latest, ways
from tests.services import MigratedDatabase

SPAN = timedelta(days=6)
# Where `announced` goes next: a row there is late or not by a hair.
FRONT = timedelta(hours=7)
HALF_DAY = timedelta(hours=12)
OF_VMS = [table for table in HYPERTABLES if table.startswith("domain_")]
CHECK_EVERY = 200
# How many hosts and VMs there are, and how late buckets of three are read then. One of 8 is less than a
# fifth, and two are more.
WAYS = {0: {ONE_PASS}, 8: {BY_KEY, ONE_PASS}, 50: {BY_KEY}}
# Chunks short enough to be dropped within the span, and stays of each VM on two hosts.
PREPARATION = """
SELECT set_chunk_time_interval(format('kvmgrid.%I', relation || '_5m_buckets')::regclass, INTERVAL '1 day')
FROM rollup_relations;
INSERT INTO hosts (host_id, host, first_seen_at) SELECT i, 'hv' || i, now() FROM generate_series(1, 3) AS i;
INSERT INTO domains (domain_id, uuid, name, first_seen_at)
SELECT i, gen_random_uuid(), 'vm' || i, now() FROM generate_series(1, 3) AS i;
INSERT INTO residency (domain_id, host_id, valid_from, valid_to, how)
SELECT i, i, now() - INTERVAL '7 days', now() - INTERVAL '1 day', 'discovered'
FROM generate_series(1, 3) AS i;
INSERT INTO residency (domain_id, host_id, valid_from, how)
SELECT i, 1 + i % 3, now() - INTERVAL '1 day', 'moved' FROM generate_series(1, 3) AS i;
"""


# Whoever serves notes stops after the notes of the next level, before it removes those that it has read.
STOP = """
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1);
    RETURN NULL;
END
$$;
CREATE TRIGGER stop AFTER INSERT ON rollup_late FOR EACH STATEMENT
WHEN (current_setting('application_name') = 'worker') EXECUTE FUNCTION stop();
SELECT pg_advisory_lock(1);
"""
STOPPED = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


@pytest.fixture
def sessions(database: MigratedDatabase) -> Iterator[list[Session]]:
    """Give five connections of consumers, which begin a transaction with their first statement."""
    sessions = [Session(database.ingest_url) for _ in range(5)]
    yield sessions
    for session in sessions:
        session.connection.close()


@pytest.fixture
def prepared(owner: psycopg.Connection) -> psycopg.Connection:
    """Give the owner of a database in which nobody waits for long, and what counts is copied."""
    owner.execute("SET lock_timeout = '20ms'")
    owner.execute(IMPATIENT)
    owner.execute(PREPARATION)
    copy_counted(owner)
    count_ways(owner)
    return owner


# Seed 1 meets both ways of rewriting.
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(100) if seed != 1)]
)
def test_levels_equal_an_aggregate_of_the_samples(
    prepared: psycopg.Connection, sessions: list[Session], database: MigratedDatabase, seed: int
) -> None:
    """Two flushes, two workers and a retention take turns at every statement.

    Rows are late, double and out of order; sessions are killed; VMs move, and what was reported of them
    elsewhere comes into their series; old chunks go.
    """
    # One stream of numbers for each session, so that one is the same whatever the others do.
    randoms = [Random(f"{seed} {name}") for name in range(6)]  # noqa: S311 - repeatable, not secret
    entity_count = list(WAYS)[seed % len(WAYS)]
    seed_latest(prepared, entity_count)
    # With samples there, `announced` goes on in steps, so that rows meet it.
    now = datetime.now(UTC)
    begin = (now - SPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    _run(flush(sessions[0], _of_each_day(randoms[5], begin, now), randoms[5]))
    flushes = [_flushes(sessions[name], randoms[name], begin, now) for name in (0, 1)]
    workers = [upkeep(sessions[name], randoms[name], 150) for name in (2, 3)]
    dropping = retention(sessions[4], prepared, randoms[4], step_count=10, pause=60)

    for turn, _ in enumerate(run_by_turns([*flushes, *workers, dropping], randoms[5])):
        if turn % CHECK_EVERY == 0:
            relation, level = randoms[5].choice(HYPERTABLES), randoms[5].choice(list(WIDTHS))
            # A chunk that is being dropped cannot be read.
            with suppress(psycopg.errors.LockNotAvailable):
                assert [] == unlike(prepared, relation, level, samples=PREFIX + relation, unnoted=True)

    with psycopg.connect(database.ingest_url, autocommit=True) as worker:
        roll_up(worker)
        assert [] == _unlike(prepared)
        # All the rest that is outdated goes, and then rows come that are late for any time.
        drop_all(worker, prepared)
        _run(flush(sessions[0], random_rows(randoms[5], Period(begin, begin, now), 100), randoms[5]))
        roll_up(worker)
    assert [] == _unlike(prepared)
    assert [(0,)] == prepared.execute("SELECT note_count FROM rollup_late_waiting()").fetchall()
    assert WAYS[entity_count] == set(+ways(prepared))
    dropped = prepared.execute("SELECT DISTINCT level FROM rollup_marks WHERE kept_from > '2000-01-01'")
    assert {("raw",), ("5m",)} <= set(dropped)


def test_a_note_that_comes_while_others_are_served_is_kept(
    prepared: psycopg.Connection, sessions: list[Session], database: MigratedDatabase
) -> None:
    """Rows of the very buckets that are just written again: only the notes that were read are removed."""
    random = Random(1)  # noqa: S311 - repeatable, not secret
    now = datetime.now(UTC)
    begin = (now - SPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    _run(flush(sessions[0], _of_each_day(random, begin, now), random))
    late = random_rows(random, Period(begin, begin, begin + HALF_DAY), 40, tables=OF_VMS)
    later = [row._replace(sampled_at=row.sampled_at + timedelta(seconds=1)) for row in late]

    with psycopg.connect(database.ingest_url, autocommit=True, application_name="worker") as worker:
        roll_up(worker)
        _run(flush(sessions[0], late, random))
        prepared.execute(STOP)
        with ThreadPoolExecutor(1) as pool:
            serving = pool.submit(worker.execute, "SELECT apply_late_rollups(1000)")
            try:
                assert wait_until(lambda: prepared.execute(STOPPED).fetchone() == (1,), timeout_seconds=30.0)
                _run(flush(sessions[0], later, random))
            finally:
                prepared.execute("SELECT pg_advisory_unlock(1)")
            serving.result(30.0)
        roll_up(worker)
    assert [] == _unlike(prepared)


def _unlike(owner: psycopg.Connection) -> list[tuple[object, ...]]:
    """Return relation, level and what is unlike the samples that count."""
    return [
        (relation, level, *found)
        for relation in HYPERTABLES
        for level in WIDTHS
        for found in unlike(owner, relation, level, samples=PREFIX + relation)
    ]


def _run(turns: Iterator[None]) -> None:
    for _ in turns:
        pass


def _of_each_day(random: Random, begin: datetime, now: datetime) -> list[Row]:
    """Return some samples of each table and half day: so each day has a chunk."""
    starts = [begin + HALF_DAY * ordinal for ordinal in range((now - begin) // HALF_DAY + 1)]
    periods = [Period(begin, start, min(now, start + HALF_DAY)) for start in starts]
    return [
        row
        for period in periods
        for table in HYPERTABLES
        for row in random_rows(random, period, 1, tables=[table])
    ]


def _flushes(session: Session, random: Random, begin: datetime, now: datetime) -> Iterator[None]:
    """Store some flushes one after the other; some come again, half are of the time that comes next.

    Some are of VMs that are reported elsewhere, and with some these move to where they belong.
    """
    stored: list[list[Row]] = []
    span = Period(begin, begin, now)
    for _ in range(25):
        ((announced,),) = session.connection.execute("SELECT announced FROM rollup_announced").fetchall()
        session.connection.rollback()
        count = random.randrange(1, 20)
        if stored and random.random() < 0.2:
            rows = random.choice(stored)
        elif random.random() < 0.2:
            rows = random_rows(random, span, count, tables=OF_VMS, suffix=ELSEWHERE)
        elif announced < begin or random.random() < 0.5:
            rows = random_rows(random, span, count)
        else:
            front = Period(begin, announced - FRONT, min(now, announced + FRONT))
            rows = random_rows(random, front, count)
        stored.append(rows)
        settled = HOSTS if random.random() < 0.2 else ()
        yield from flush(session, rows, random, settled)
