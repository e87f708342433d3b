# SPDX-License-Identifier: Apache-2.0
"""Many notes at once, chunks that are locked, and a table that cannot be filled."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from consumer.database import connect
from consumer.schema.retention import enforce
from consumer.settings import DatabaseSettings
from tests.migration.rolling_up import fill_levels, roll_up
from tests.migration.seeding import HYPERTABLES, seed_samples
from tests.services import MigratedDatabase

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BUCKET = timedelta(minutes=5)
DOMAIN_COUNT = 100
LATEST = """
INSERT INTO domain_latest (domain_id, sampled_at, received_at, host_id, state, outcome)
SELECT n, now(), now(), 1, 1, 'ok' FROM generate_series(1, %(count)s) AS n
"""
LATE = """
INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)
SELECT n, %(at)s::timestamptz, 1, 5, 1, 'ok' FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
NOTE = """
INSERT INTO rollup_late (subject, entity_id, bucket)
SELECT 'domain', n, time_bucket('5 minutes', %(at)s::timestamptz)
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
CHUNKS = """
SELECT format('%%I.%%I', chunk_schema, chunk_name)
FROM timescaledb_information.chunks
WHERE hypertable_name = ANY (%s) AND range_start < %s
"""
Session = psycopg.Connection


def midnight(days_ago: int) -> datetime:
    """Return the begin of a day."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - days_ago * DAY


def add_late(owner: Session, at: datetime, first: int, last: int) -> None:
    """Add a sample of some domains, and their notes."""
    parameters = {"at": at, "first": first, "last": last}
    owner.execute(LATE, parameters)
    owner.execute(NOTE, parameters)


def fleet(owner: Session, ingest: Session, first: datetime) -> None:
    """Have a hundred domains, of which one was sampled since some day; every level is filled."""
    owner.execute(LATEST, {"count": DOMAIN_COUNT})
    seed_samples(owner, first, 5, DAY)
    roll_up(ingest)


def apply(ingest: Session, note_count: int) -> list[tuple[int, ...]]:
    """Serve all notes, call by call; return what each call says."""
    answers: list[tuple[int, ...]] = []
    while not answers or answers[-1][0]:
        answers += ingest.execute("SELECT * FROM apply_late_rollups(%s)", [note_count]).fetchall()
    return answers


def test_a_bucket_is_served_whole(owner: Session, ingest: Session) -> None:
    """However few notes are asked for: one pass over a bucket serves all that wait for it."""
    first = midnight(3)
    fleet(owner, ingest, first)
    add_late(owner, first + HOUR, 1, 40)
    add_late(owner, first + 3 * HOUR, 1, 10)

    # Buckets of 5 minutes, hours and days, also of VM 1's devices. The day waits for its last hour.
    assert [(40, 0, 80), (10, 0, 62), (0, 0, 0)] == apply(ingest, 3)


def test_hours_and_days_are_written_once(owner: Session, ingest: Session) -> None:
    """A late hour is twelve buckets, one hour and one day, in whatever portions its notes are taken."""
    first = midnight(3) + HOUR
    fleet(owner, ingest, midnight(3))
    for number in range(12):
        add_late(owner, first + number * BUCKET, 2, 2)

    answers = apply(ingest, 1)
    assert [1] * 12 + [0] == [applied for applied, _, _ in answers]
    assert 14 == sum(written for _, _, written in answers)
    assert [(12, 60.0)] == owner.execute(
        "SELECT sample_count, cpu_cores_sum FROM domain_samples_1d WHERE domain_id = 2"
    ).fetchall()


@contextmanager
def locked(database: MigratedDatabase, *tables: str, before: datetime, mode: str) -> Iterator[None]:
    """Have another session hold the chunks of tables that begin before an instant."""
    with psycopg.connect(database.administrator_url) as other:
        chunks = [name for (name,) in other.execute(CHUNKS, [list(tables), before]).fetchall()]
        assert chunks
        for chunk in chunks:
            other.execute(f"LOCK TABLE {chunk} IN {mode} MODE".encode())
        yield


def test_notes_of_a_chunk_that_is_converted_stay_for_later(
    owner: Session, ingest: Session, database: MigratedDatabase
) -> None:
    """The others are served, whichever level's chunk it is; afterwards these are, too."""
    first = midnight(21)
    fleet(owner, ingest, first)
    seed_samples(owner, midnight(3), 3, DAY)
    roll_up(ingest)
    ingest.execute("SET lock_timeout = '10s'")
    for level in ("5m", "1h"):
        hours = (2 if level == "5m" else 4) * HOUR
        add_late(owner, first + hours, 2, 2)
        add_late(owner, midnight(2) + hours, 3, 3)
        begin = midnight(8) if level == "5m" else datetime.now(UTC)
        with locked(database, f"domain_samples_{level}_buckets", before=begin - 7 * DAY, mode="SHARE"):
            apply(ingest, 100)
            waiting = owner.execute("SELECT DISTINCT level, entity_id FROM rollup_late").fetchall()
            assert (level, 2) in waiting
            assert ("5m", 3) not in waiting
        roll_up(ingest)
        assert [] == owner.execute("SELECT FROM rollup_late").fetchall()
    assert [(2, 2)] == owner.execute(
        "SELECT domain_id, sample_count FROM domain_samples_1d WHERE domain_id = 2"
    ).fetchall()


def test_a_table_that_is_never_filled_holds_no_other_up(owner: Session, ingest: Session) -> None:
    """Announcements go on, and late samples of the other tables are served."""
    seed_samples(owner, midnight(3), 3, DAY)
    others = [table for table in HYPERTABLES if table != "domain_block_samples"]
    before, announced = None, ingest.execute("SELECT announce_rollups()").fetchone()
    while announced != before:
        fill_levels(ingest, relations=others)
        before, announced = announced, ingest.execute("SELECT announce_rollups()").fetchone()
    assert announced is not None
    assert announced[0] > datetime.now(UTC) - HOUR

    add_late(owner, midnight(2) + HOUR, 1, 1)
    apply(ingest, 100)
    assert [(2,)] == owner.execute(
        "SELECT sample_count FROM domain_samples_1d WHERE domain_id = 1 AND bucket = %s", [midnight(2)]
    ).fetchall()
    # What could not be filled is still to be filled, and has all of it.
    roll_up(ingest)
    assert [(3,)] == owner.execute("SELECT sum(sample_count)::int FROM domain_block_samples_1d").fetchall()


def test_retention_waits_for_nobody_who_reads(
    owner: Session, ingest: Session, database: MigratedDatabase
) -> None:
    """A dump that holds old chunks keeps the rollups waiting for a second a table."""
    seed_samples(owner, midnight(9), 9, DAY)
    roll_up(ingest)
    owner.execute("UPDATE retention SET keep = '2 days' WHERE level = 'raw'")
    held = "host_samples", "domain_samples"
    with locked(database, *held, before=midnight(7), mode="ACCESS SHARE"):
        begun_at = time.monotonic()
        removed = {each.relation: each.removed_count for each in enforce(ingest)}
        assert time.monotonic() - begun_at < 20.0
    assert [0, 0] == [removed[table] for table in held]
    assert removed["host_disk_samples"] > 0
    assert {each.relation: each.removed_count for each in enforce(ingest)}["host_samples"] > 0


def test_levels_are_filled_again_from_a_day_on(owner: Session, ingest: Session) -> None:
    """After a consumer of an older version stored late samples: the owner sets the marks back."""
    seed_samples(owner, midnight(3), 3, DAY)
    roll_up(ingest)
    owner.execute(LATE, {"at": midnight(2) + HOUR, "first": 2, "last": 2})
    roll_up(ingest)
    shown = "SELECT sample_count FROM domain_samples_1d WHERE domain_id = 2"
    assert [] == owner.execute(shown).fetchall()

    owner.execute(
        "UPDATE kvmgrid.rollup_marks SET done = least(done, %s) WHERE level <> 'raw'", [midnight(2)]
    )
    assert [(1,)] == owner.execute(shown).fetchall()
    roll_up(ingest)
    assert [(1,)] == owner.execute(
        "SELECT sample_count FROM domain_samples_1d_buckets WHERE domain_id = 2"
    ).fetchall()


def test_an_hour_of_buckets_is_found_by_an_index(owner: Session) -> None:
    """The next level reads the pages of its hour or day, and not the chunk."""
    for level, width in (("5m", BUCKET), ("1h", HOUR)):
        table = sql.Identifier(f"domain_samples_{level}_buckets")
        owner.execute(
            sql.SQL(
                "INSERT INTO {} (bucket, domain_id, sample_count) SELECT %s + n * %s::interval, domain_id, 1"
                " FROM generate_series(0, 600) AS n, generate_series(1, 100) AS domain_id ORDER BY n"
            ).format(table),
            [midnight(40), width],
        )
        owner.execute(sql.SQL("ANALYZE {}").format(table))
        query = sql.SQL("EXPLAIN SELECT * FROM {} WHERE bucket >= %s AND bucket < %s").format(table)
        begin = midnight(40) + 300 * width
        plan = "\n".join(line for (line,) in owner.execute(query, [begin, begin + 12 * width]))
        assert f"domain_samples_{level}_buckets_bucket" in plan


def test_a_consumers_statements_open_any_number_of_batches(database: MigratedDatabase) -> None:
    """Flushes meet columns in the Community edition; the Apache edition knows the setting as well."""
    with connect(DatabaseSettings(url=database.ingest_url), "test", autocommit=True) as connection:
        shown = connection.execute("SHOW timescaledb.max_tuples_decompressed_per_dml_transaction")
        assert [("0",)] == shown.fetchall()
