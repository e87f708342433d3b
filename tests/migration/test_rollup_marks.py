# SPDX-License-Identifier: Apache-2.0
"""The gate, the mark, the notes and the worker's lock, each by itself; what may be dropped."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from consumer.schema.levels import LEVEL_SECONDS
from consumer.schema.retention import enforce
from tests.migration.rolling_up import fill_levels, roll_up
from tests.migration.seeding import seed_samples
from tests.migration.ways_of_rewriting import BY_KEY, ONE_PASS, count_ways, seed_latest, ways
from tests.services import MigratedDatabase

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATE: LiteralString = (
    "INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)"
    " VALUES (%s, %s, 1, 5, 1, 'ok')"
)
NOTE = (
    "INSERT INTO rollup_late (subject, entity_id, bucket)"
    " VALUES ('domain', %s, time_bucket('5 minutes', %s::timestamptz))"
)
Session = psycopg.Connection


@pytest.fixture
def other(database: MigratedDatabase) -> Iterator[Session]:
    """Give a second consumer's connection."""
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        yield connection


def value(connection: Session, query: LiteralString | sql.Composed, *parameters: object) -> object:
    """Return the one value of a query."""
    ((found,),) = connection.execute(query, parameters).fetchall()
    return found


def counts(connection: Session, level: str, domain_id: int) -> object:
    """Return how many samples of a domain a level shows."""
    query = sql.SQL("SELECT coalesce(sum(sample_count), 0)::int FROM {} WHERE domain_id = %s")
    return value(connection, query.format(sql.Identifier(f"domain_samples_{level}")), domain_id)


def test_a_bucket_is_as_long_as_the_consumer_takes_it(owner: Session) -> None:
    """The levels of the database are those of consumer.schema.levels, in their order."""
    rows = owner.execute("SELECT level, extract(epoch FROM width)::float8 FROM rollup_levels ORDER BY width")
    assert list(LEVEL_SECONDS.items()) == rows.fetchall()


def test_nothing_is_announced_while_a_flush_holds_the_gate(ingest: Session, other: Session) -> None:
    """What a flush has read is true until it has committed; the announcement is refused, and comes later."""
    with ingest.transaction():
        ingest.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT announce_rollups()")

    announced = value(other, "SELECT announce_rollups()")
    assert announced == value(other, "SELECT announced FROM rollup_announced")
    assert announced is not None


def test_a_flush_waits_for_an_announcement(ingest: Session, other: Session) -> None:
    """Whoever comes to the gate while the mark moves reads the new mark."""
    ingest.execute("SET lock_timeout = '50ms'")
    with other.transaction():
        announced = value(other, "SELECT announce_rollups()")
        with pytest.raises(psycopg.errors.LockNotAvailable), ingest.transaction():
            ingest.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
    with ingest.transaction():
        ingest.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
        assert announced == value(ingest, "SELECT announced FROM rollup_announced")


def test_one_worker_at_a_time(owner: Session, ingest: Session, other: Session) -> None:
    """While one session works, the others are told to leave it; when it ends, the next one goes on."""
    # It waits thirty seconds for a step of the other's work otherwise.
    owner.execute("ALTER FUNCTION apply_retention() SET lock_timeout = '200ms'")
    calls = ("SELECT * FROM fill_rollup('host_samples', '5m', 1)", "SELECT * FROM apply_late_rollups(1)")
    with ingest.transaction():
        ingest.execute(calls[0])
        assert [[], []] == [other.execute(call).fetchall() for call in calls]
        assert value(other, "SELECT announce_rollups()") is None
        assert [] == enforce(other)

    assert [1, 1] == [len(other.execute(call).fetchall()) for call in calls]


@pytest.mark.parametrize(("entity_count", "way"), [(0, ONE_PASS), (50, BY_KEY)])
def test_a_late_sample_shows_at_every_level_and_rewrites_its_own_buckets(
    owner: Session, ingest: Session, entity_count: int, way: str
) -> None:
    """One VM is late. Bucket, hour and day of it and its devices are written again, and none of any other."""
    seed_latest(owner, entity_count)
    count_ways(owner)
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 3 * DAY
    seed_samples(owner, first, 100, timedelta(minutes=10))
    for hour in range(10):
        owner.execute(LATE, [2, first + hour * HOUR])
    roll_up(ingest)
    written = (
        "SELECT array_agg(xmin::text ORDER BY bucket) FROM domain_samples_5m_buckets WHERE domain_id = 2"
    )
    before = value(owner, written)

    at = first + timedelta(minutes=33)
    owner.execute(LATE, [1, at])
    owner.execute(NOTE, [1, at])
    assert [(1, 0, 9)] == ingest.execute("SELECT * FROM apply_late_rollups(100)").fetchall()
    assert {way: 9} == +ways(owner)
    assert [101] * 4 == [counts(owner, level, 1) for level in ("1m", "5m", "1h", "1d")]
    assert before == value(owner, written)
    assert [(0, None)] == ingest.execute("SELECT * FROM rollup_late_waiting()").fetchall()


@pytest.mark.parametrize(("entity_count", "way"), [(0, ONE_PASS), (99, ONE_PASS), (100, BY_KEY)])
def test_more_than_a_fifth_of_late_samples_are_served_in_one_pass(
    owner: Session, ingest: Session, entity_count: int, way: str
) -> None:
    """Where many of the entities of a bucket are late, the outcome is that of single ones."""
    seed_latest(owner, entity_count)
    count_ways(owner)
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 3 * DAY
    seed_samples(owner, first, 2, HOUR)
    roll_up(ingest)
    for domain_id in range(1, 21):
        owner.execute(LATE, [domain_id, first + timedelta(minutes=7)])
        owner.execute(NOTE, [domain_id, first + timedelta(minutes=7)])

    # The hour and the day of two devices of VM 1 are among them.
    assert [(20, 0, 64)] == ingest.execute("SELECT * FROM apply_late_rollups(100)").fetchall()
    assert {way: 9} == +ways(owner)
    assert [3, 1] == [counts(owner, "1h", domain_id) for domain_id in (1, 20)]


def test_a_note_waits_for_its_level_to_be_filled(owner: Session, ingest: Session) -> None:
    """A note of a bucket that is not filled yet stays until it is."""
    seed_samples(owner, datetime.now(UTC) - 3 * DAY, 10, HOUR)
    owner.execute(NOTE, [1, datetime.now(UTC) - HOUR])

    assert [(0, 0, 0)] == ingest.execute("SELECT * FROM apply_late_rollups(100)").fetchall()
    roll_up(ingest)
    assert value(ingest, "SELECT note_count FROM rollup_late_waiting()") == 0


def keep_raw(owner: Session, period: str) -> None:
    """Change the period of raw samples."""
    owner.execute("UPDATE retention SET keep = %s::interval WHERE level = 'raw'", [period])


def test_no_sample_goes_before_it_is_rolled_up(owner: Session, ingest: Session) -> None:
    """A stalled upkeep never loses history: outdated chunks wait for it."""
    seed_samples(owner, datetime.now(UTC) - 9 * DAY, 9, DAY)
    keep_raw(owner, "2 days")
    enforce(ingest)
    assert 9 == value(owner, "SELECT count(*)::int FROM domain_samples")

    ingest.execute("SELECT announce_rollups()")
    fill_levels(ingest)
    enforce(ingest)
    assert 9 == value(owner, "SELECT count(*)::int FROM domain_samples")
    roll_up(ingest)
    enforce(ingest)
    assert 3 >= value(owner, "SELECT count(*)::int FROM domain_samples")  # type: ignore[operator]
    assert [9] * 3 == [counts(owner, level, 1) for level in ("5m", "1h", "1d")]


def test_no_sample_goes_while_a_note_waits_for_it(owner: Session, ingest: Session) -> None:
    """An open note keeps the chunks from its day on."""
    first = datetime.now(UTC) - 9 * DAY
    seed_samples(owner, first, 9, DAY)
    roll_up(ingest)
    keep_raw(owner, "2 days")
    owner.execute(NOTE, [1, first + 2 * DAY])
    enforce(ingest)

    assert first + 2 * DAY == value(owner, "SELECT min(sampled_at) FROM domain_samples")
    assert value(owner, "SELECT min(sampled_at) FROM host_samples") > first + 6 * DAY  # type: ignore[operator]


def test_a_late_sample_of_a_dropped_time_spoils_no_bucket(owner: Session, ingest: Session) -> None:
    """The others of its bucket are gone: it is not rolled up, and is counted."""
    first = datetime.now(UTC) - 9 * DAY
    seed_samples(owner, first, 9, DAY)
    roll_up(ingest)
    keep_raw(owner, "2 days")
    enforce(ingest)
    owner.execute(LATE, [1, first + timedelta(seconds=1)])
    owner.execute(NOTE, [1, first])

    assert [(1, 1, 0)] == ingest.execute("SELECT * FROM apply_late_rollups(100)").fetchall()
    assert 9 == counts(owner, "5m", 1)


def test_what_moves_into_a_series_is_noted(owner: Session, ingest: Session) -> None:
    """Samples that a host reported of a VM before its stay was known reach the levels when they move."""
    now = datetime.now(UTC)
    seed_samples(owner, now - 3 * DAY, 3, DAY)
    roll_up(ingest)
    owner.execute("INSERT INTO hosts (host_id, host, first_seen_at) VALUES (1, 'hv1', now())")
    owner.execute(
        "INSERT INTO domains (domain_id, uuid, name, first_seen_at)"
        " VALUES (7, gen_random_uuid(), 'vm', now())"
    )
    owner.execute(LATE.replace("domain_samples", "domain_samples_elsewhere"), [7, now - DAY])
    owner.execute(
        "INSERT INTO residency (domain_id, host_id, valid_from, how) VALUES (7, 1, %s, 'discovered')",
        [now - 2 * DAY],
    )
    ingest.execute("SELECT settle_claims(ARRAY[7])")

    assert value(ingest, "SELECT note_count FROM rollup_late_waiting()") == 1
    roll_up(ingest)
    assert [1] * 3 == [counts(owner, level, 7) for level in ("5m", "1h", "1d")]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM rollup_late",
        "DELETE FROM rollup_late",
        "UPDATE rollup_announced SET announced = now()",
        "LOCK TABLE rollup_gate IN SHARE MODE",
        "LOCK TABLE rollup_worker IN SHARE UPDATE EXCLUSIVE MODE",
        "INSERT INTO domain_samples_1d_buckets (bucket, domain_id, sample_count) VALUES (now(), 1, 1)",
        "SELECT add_figure('host_samples', 'evil', 'real')",
        "SELECT rewrite_rollup('host_samples', '5m', '{1}', '{2020-01-01}')",
    ],
)
def test_a_consumer_does_no_more_than_it_must(ingest: Session, statement: str) -> None:
    """It notes and calls the functions; marks, buckets and locks are not its own."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege), ingest.transaction():
        ingest.execute(statement.encode())
