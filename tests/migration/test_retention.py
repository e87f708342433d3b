# SPDX-License-Identifier: Apache-2.0
"""Retention: settings reach the database, old chunks and rows go, young ones stay."""

from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from psycopg import sql

from consumer.errors import SchemaError
from consumer.schema.retention import Difference, Removed, differences, enforce, periods, store
from consumer.settings import RetentionSettings
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import HYPERTABLES, seed_plain_tables, seed_samples

DAY = timedelta(days=1)


def sample_ages(connection: psycopg.Connection, now: datetime, table: str) -> list[int]:
    """Return the ages of the samples in whole days."""
    rows = connection.execute(
        sql.SQL("SELECT sampled_at FROM {} ORDER BY 1 DESC").format(sql.Identifier(table))
    )
    return [(now - sampled_at).days for (sampled_at,) in rows]


def test_a_new_database_has_the_default_periods(owner: psycopg.Connection) -> None:
    """The defaults of the settings are those of the migrations."""
    assert [] == differences(owner, RetentionSettings())


def test_settings_reach_the_database(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """`migrate` stores what changed; a consumer sees whether its settings are the stored ones."""
    wanted = RetentionSettings(raw="12h", day="3650d")
    changed = [Difference("raw", 30 * DAY, DAY / 2), Difference("1d", None, 3650 * DAY)]

    assert changed == differences(ingest, wanted)
    assert changed == store(owner, wanted)
    assert [] == differences(ingest, wanted)


def test_old_chunks_are_dropped_and_young_ones_kept(
    owner: psycopg.Connection, ingest: psycopg.Connection
) -> None:
    """The consumer's role drops what has outlived its level, chunk by chunk, and nothing younger."""
    now = datetime.now(UTC)
    seed_samples(owner, now - 9 * DAY, 10, DAY)
    store(owner, RetentionSettings(raw="30d"))
    assert list(range(10)) == sample_ages(owner, now, "domain_samples")

    store_only_period(owner, "5 days")
    roll_up(ingest)
    removed = {entry.relation: entry.removed_count for entry in enforce(ingest)}

    for table in HYPERTABLES:
        # A chunk holds a UTC day. The one with the sample of 5 days ago is not outdated as a whole.
        assert [0, 1, 2, 3, 4, 5] == sample_ages(owner, now, table)
        assert 4 == removed[table]


def store_only_period(owner: psycopg.Connection, keep: str) -> None:
    """Change the period of raw samples without enforcing it."""
    owner.execute("UPDATE retention SET keep = %s::interval WHERE level = 'raw'", [keep])


def test_each_level_has_its_own_period(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """Raw samples go while events, reports and quarantine of the same age stay."""
    then = datetime.now(UTC) - 10 * DAY
    seed_plain_tables(owner, then)
    seed_samples(owner, then, 1, DAY)
    roll_up(ingest)
    store(owner, RetentionSettings(raw="2d"))
    enforce(ingest)

    assert (0, 1, 3, 1, 1) == owner.execute(
        "SELECT (SELECT count(*) FROM host_samples), (SELECT count(*) FROM events),"
        " (SELECT count(*) FROM publisher_reports), (SELECT count(*) FROM dropped_ranges),"
        " (SELECT count(*) FROM quarantine)"
    ).fetchone()


def test_outdated_rows_of_plain_tables_are_deleted(
    owner: psycopg.Connection, ingest: psycopg.Connection
) -> None:
    """Quarantine and dropped ranges are no hypertables: their rows go one by one, and are counted."""
    seed_plain_tables(owner, datetime.now(UTC) - 10 * DAY)
    owner.execute("INSERT INTO quarantine (received_at, reason) VALUES (now(), 'young')")
    owner.execute("UPDATE retention SET keep = INTERVAL '2 days' WHERE level IN ('quarantine', 'reports')")
    removed = enforce(ingest)

    assert [("young",)] == owner.execute("SELECT reason FROM quarantine").fetchall()
    assert Removed("quarantine", 1) in removed
    assert Removed("dropped_ranges", 1) in removed


def test_what_a_domain_showed_last_goes_when_nothing_is_heard_of_it(
    owner: psycopg.Connection, ingest: psycopg.Connection
) -> None:
    """No row is left of a domain gone for longer than that; one that still reports, and the host, stay."""
    seed_plain_tables(owner, datetime.now(UTC) - 10 * DAY)
    owner.execute(
        """
        INSERT INTO domains (domain_id, uuid, name, host_id, first_seen_at)
        VALUES (2, gen_random_uuid(), 'young', 1, now());
        INSERT INTO domain_latest (domain_id, sampled_at, host_id, state, outcome)
        VALUES (2, now(), 1, 1, 'ok');
        """
    )
    store(owner, RetentionSettings(latest="11d"))
    assert Removed("domain_latest", 0) in enforce(ingest)

    store(owner, RetentionSettings(latest="9d"))

    assert [("young",)] == owner.execute("SELECT name FROM domains_now").fetchall()
    assert [("web",), ("young",)] == owner.execute("SELECT name FROM domains ORDER BY 1").fetchall()
    assert [("hv1",)] == owner.execute("SELECT host FROM hosts_now").fetchall()


def test_forever_keeps_everything(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """A level without a period is never touched."""
    seed_samples(owner, datetime(2001, 1, 1, tzinfo=UTC), 1, DAY)
    store(owner, RetentionSettings(raw="forever"))

    assert not {entry.relation for entry in enforce(ingest)} & set(HYPERTABLES)
    assert [(1,)] == owner.execute("SELECT count(*) FROM host_samples").fetchall()


def test_one_session_at_a_time(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """While another session is at it, a consumer does nothing and does not wait."""
    with owner.transaction():
        enforce(owner)

        assert [] == enforce(ingest)
    assert [] != enforce(ingest)


@pytest.mark.parametrize(
    ("level", "period"),
    [("raw", "1h"), ("five_minutes", "23h"), ("hour", "6d"), ("day", "6d"), ("latest", "6d")],
)
def test_a_period_too_short_is_refused(owner: psycopg.Connection, level: str, period: str) -> None:
    """A level must outlive some buckets of the level made from it; nothing is stored then."""
    before = owner.execute("SELECT level, keep FROM retention ORDER BY 1").fetchall()

    with pytest.raises(SchemaError, match="one is too short"):
        store(owner, RetentionSettings(**{"events": "400d", level: period}))
    assert before == owner.execute("SELECT level, keep FROM retention ORDER BY 1").fetchall()


def test_a_consumer_cannot_change_the_periods(ingest: psycopg.Connection) -> None:
    """Only the owner stores periods, so that a stolen consumer password cannot erase history."""
    with pytest.raises(SchemaError, match="permission denied"):
        store(ingest, RetentionSettings(raw="2h"))


def test_every_relation_belongs_to_a_level(owner: psycopg.Connection) -> None:
    """Each hypertable is listed, and nothing is listed that is not there."""
    absent = "SELECT relation FROM retention_relations WHERE to_regclass('kvmgrid.' || relation) IS NULL"
    unlisted = (
        "SELECT hypertable_name FROM timescaledb_information.hypertables"
        " EXCEPT SELECT relation FROM retention_relations WHERE kind <> 'table'"
    )

    assert [] == owner.execute(absent).fetchall()
    assert [] == owner.execute(unlisted).fetchall()


def test_periods_are_hours_days_or_forever() -> None:
    """The settings are read as they are written in the file."""
    retention = msgspec.convert({"raw": "12h", "1m": "3d", "1d": "forever"}, RetentionSettings)

    assert (DAY / 2, 3 * DAY, None) == tuple(periods(retention)[level] for level in ("raw", "1m", "1d"))


@pytest.mark.parametrize("text", ["", "0d", "12", "5 days", "-1d", "1.5d", "forever ", "100000d", "1y"])
def test_other_periods_are_refused(text: str) -> None:
    """A period that is not understood is an error, never a guess."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"raw": text}, RetentionSettings)
