# SPDX-License-Identifier: Apache-2.0
"""The Community edition: everything of the Apache edition, with columnstore, rollups and jobs beside it.

Run on the WebAssembly build (see conftest.py for its limits): the SQL is the real one, applied by the real
runner; the scheduler that calls the jobs, and COPY, are tried in the Apache edition or nowhere.
"""

from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from consumer.schema.migration import detect, migrate
from consumer.schema.migration_files import migrations_folder, read_migrations
from consumer.schema.retention import Removed, enforce, periods, store
from consumer.settings import RetentionSettings
from tests.migration.seeding import HYPERTABLES, seed_contest, seed_plain_tables, seed_samples
from tests.migration.test_grants import EXPECTED, GRANTS
from tests.services import MigratedDatabase

LEVELS = ("1m", "5m", "1h", "1d")
ROLLUPS = [f"{table}_{level}" for table in HYPERTABLES for level in LEVELS]
# What the Community edition has for its own use; everything else is the same in both.
INTERNAL_VIEWS = {"relation_jobs", "retention_policies", "refresh_policies"}
DAY = timedelta(days=1)
TICK = timedelta(seconds=10)
COLUMNS = """
SELECT c.relname, array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'kvmgrid'::regnamespace AND c.relkind IN ('r', 'v')
GROUP BY 1
"""
# Names of jobs' relations as TimescaleDB 2.23 gives them: for a rollup its own.
JOBS = """
SELECT hypertable_name, config
FROM timescaledb_information.jobs
WHERE proc_name = %s AND hypertable_schema = 'kvmgrid' AND owner = 'kvmgrid_owner'::regrole
"""
CHUNKS = """
SELECT count(*), count(*) FILTER (WHERE is_compressed)
FROM timescaledb_information.chunks
WHERE hypertable_name = %s
"""


def columns(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Return names and types of the columns of each table and view."""
    return dict(connection.execute(COLUMNS).fetchall())


def run_jobs(connection: psycopg.Connection, procedure: str) -> int:
    """Run every job of a kind as the scheduler would and return how many there were."""
    jobs = connection.execute(
        "SELECT job_id FROM timescaledb_information.jobs"
        " WHERE proc_name = %s AND hypertable_schema = 'kvmgrid' ORDER BY 1",
        [procedure],
    ).fetchall()
    for (job_id,) in jobs:
        connection.execute(sql.SQL("CALL run_job({})").format(sql.Literal(job_id)))
    return len(jobs)


def configured(connection: psycopg.Connection, procedure: str, key: str) -> dict[str, str | None]:
    """Return one figure of the configuration of each job of a kind."""
    return {name: config[key] for name, config in connection.execute(JOBS, [procedure])}


def rollup(connection: psycopg.Connection, view: str) -> list[tuple[object, ...]]:
    """Return a rollup whole, in order."""
    return connection.execute(
        sql.SQL("SELECT * FROM {} AS r ORDER BY r::text").format(sql.Identifier(view))
    ).fetchall()


def materialised_count(connection: psycopg.Connection, view: str) -> int:
    """Return how many buckets of a rollup are stored, rather than added while reading."""
    found = connection.execute(
        "SELECT materialization_hypertable_schema, materialization_hypertable_name"
        " FROM timescaledb_information.continuous_aggregates WHERE view_name = %s",
        [view],
    ).fetchone()
    assert found is not None
    (count,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*found))
    ).fetchone() or (0,)
    return int(count)


def test_the_edition_is_found(community: psycopg.Connection) -> None:
    """The WebAssembly build has TimescaleDB's own licence."""
    assert ("2.23.0-dev", "community") == detect(community)


def test_every_migration_is_applied_once(community: psycopg.Connection) -> None:
    """All files of the edition are recorded, and a second migrate finds nothing to do."""
    files = read_migrations("community", migrations_folder())

    assert () == migrate(community)
    assert [(file.number, file.edition) for file in files] == community.execute(
        "SELECT number, edition FROM kvmgrid.schema_migrations ORDER BY 1"
    ).fetchall()


def test_tables_and_views_are_those_of_the_apache_edition(
    community: psycopg.Connection, database: MigratedDatabase
) -> None:
    """Names, columns, their order and types are equal: nobody notices which edition is behind a view."""
    with psycopg.connect(database.owner_url) as apache:
        expected = columns(apache)
    found = columns(community)

    assert expected == {name: found[name] for name in found if name not in INTERNAL_VIEWS}
    assert INTERNAL_VIEWS <= set(found)


def test_grants_are_those_of_the_apache_edition(community: psycopg.Connection) -> None:
    """Every role may do the same, and the views for internal use add nothing but their reading."""
    internal = {f"kvmgrid_dashboard: SELECT on {view}" for view in INTERNAL_VIEWS}
    granted = [row for (row,) in community.execute(GRANTS.read_bytes())]

    assert EXPECTED.read_text().splitlines() == [row for row in granted if row not in internal]


def test_samples_are_in_the_columnstore(community: psycopg.Connection) -> None:
    """Each hypertable of samples is segmented by its entity and ordered by time, newest first."""
    settings = {
        str(name): (segment, order)
        for name, segment, order in community.execute(
            "SELECT hypertable::text, segmentby, orderby"
            " FROM timescaledb_information.hypertable_columnstore_settings"
        )
    }
    host, domain = "host_id", "domain_id"

    assert {
        "host_samples": (host, "sampled_at DESC"),
        "host_disk_samples": (f"{host},device", "sampled_at DESC"),
        "host_interface_samples": (f"{host},device", "sampled_at DESC"),
        "host_filesystem_samples": (f"{host},path", "sampled_at DESC"),
        "domain_samples": (domain, "sampled_at DESC"),
        "domain_block_samples": (f"{domain},device", "sampled_at DESC"),
        "domain_interface_samples": (f"{domain},device", "sampled_at DESC"),
    } == {name: settings[name] for name in HYPERTABLES}


def test_rollups_are_continuous_aggregates_each_over_the_finer(community: psycopg.Connection) -> None:
    """1m reads the samples, 5m reads 1m, 1h reads 5m, 1d reads 1h; all add what is not stored yet."""
    rows = community.execute(
        "SELECT a.view_name, coalesce(b.view_name, a.hypertable_name), a.materialized_only"
        " FROM timescaledb_information.continuous_aggregates AS a"
        " LEFT JOIN timescaledb_information.continuous_aggregates AS b"
        " ON b.materialization_hypertable_name = a.hypertable_name OR b.view_name = a.hypertable_name"
    ).fetchall()
    sources = {
        f"{table}_{level}": f"{table}_{finer}" if finer else table
        for table in HYPERTABLES
        for level, finer in zip(LEVELS, (None, *LEVELS), strict=False)
    }

    assert sources == {view: source for view, source, _ in rows}
    assert {False} == {materialized_only for _, _, materialized_only in rows}


def test_everything_that_grows_has_its_jobs(community: psycopg.Connection) -> None:
    """Rollups are refreshed; samples, reports and rollups converted; what is not kept for ever is dropped."""
    kept_for_ever = {name for name in ROLLUPS if name.endswith("_1d")}

    assert set(ROLLUPS) == set(configured(community, "policy_refresh_continuous_aggregate", "end_offset"))
    assert {*HYPERTABLES, "publisher_reports", *ROLLUPS} == set(
        configured(community, "policy_compression", "compress_after")
    )
    assert {*HYPERTABLES, "events", "publisher_reports", *ROLLUPS} - kept_for_ever == set(
        configured(community, "policy_retention", "drop_after")
    )


def test_policies_equal_the_settings(community: psycopg.Connection) -> None:
    """Whatever periods `migrate` stores, the jobs drop by them and refresh only what is still there."""
    shortest = RetentionSettings(
        raw="2h", minute="2h", five_minutes="24h", hour="7d", day="7d", events="forever", reports="2h"
    )
    for retention in (RetentionSettings(), RetentionSettings(raw="forever"), shortest, RetentionSettings()):
        store(community, retention)
        keep = periods(retention)

        assert kept_by_relation(community, keep) == {
            relation: interval(community, text)
            for relation, text in configured(community, "policy_retention", "drop_after").items()
        }
        starts = configured(community, "policy_refresh_continuous_aggregate", "start_offset")
        for table in HYPERTABLES:
            for level, source in zip(LEVELS, ("raw", *LEVELS), strict=False):
                start, source_keep = interval(community, starts[f"{table}_{level}"]), keep[source]
                # Without a period on either side everything is refreshed.
                assert start is None if source_keep is None is keep[level] else start is not None
                assert source_keep is None or start is None or start < source_keep


def kept_by_relation(
    connection: psycopg.Connection, keep: dict[str, timedelta | None]
) -> dict[str, timedelta | None]:
    """Return the period of each relation that is not kept for ever."""
    rows = connection.execute("SELECT relation, level FROM retention_relations WHERE kind <> 'table'")
    return {relation: keep[level] for relation, level in rows if keep[level] is not None}


def interval(connection: psycopg.Connection, text: str | None) -> timedelta | None:
    """Return an interval as PostgreSQL reads it."""
    (value,) = connection.execute("SELECT %s::interval", [text]).fetchone() or (None,)
    return value if isinstance(value, timedelta) else None


def test_jobs_do_their_work(community: psycopg.Connection) -> None:
    """Run once, the jobs fill every rollup, convert old chunks and drop outdated ones."""
    now = datetime.now(UTC)
    for age in (timedelta(hours=1), 3 * DAY, 40 * DAY):
        seed_samples(community, now - age, 60, TICK)

    assert len(ROLLUPS) == run_jobs(community, "policy_refresh_continuous_aggregate")
    assert [] == [view for view in ROLLUPS if not materialised_count(community, view)]

    run_jobs(community, "policy_retention")
    run_jobs(community, "policy_compression")
    for table in HYPERTABLES:
        chunk_count, converted_count = community.execute(CHUNKS, [table]).fetchone() or (0, 0)
        # The samples of 40 days ago are gone, those of 3 days ago converted, the newest as they were.
        assert (120,) == community.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
        assert 0 < converted_count < chunk_count
    # What was rolled up outlives its samples.
    assert (180,) == community.execute("SELECT sum(sample_count)::int FROM domain_samples_1d").fetchone()


def test_every_view_answers_a_dashboard(community: psycopg.Connection) -> None:
    """The dashboard's role reads every view, and finds rows in each."""
    now = datetime.now(UTC)
    seed_plain_tables(community, now)
    seed_contest(community)
    seed_samples(community, now - timedelta(hours=1), 360, TICK)
    community.execute("SET ROLE kvmgrid_dashboard")
    views = [name for name in columns(community) if name.endswith(("_now", "_named", "_metrics", "_gaps"))]
    counts = {
        view: community.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(view))).fetchone()
        for view in [*views, *ROLLUPS]
    }

    assert 39 == len(counts)
    assert {} == {view: count for view, count in counts.items() if count == (0,)}


def test_rollups_give_the_figures_of_the_apache_edition(
    community: psycopg.Connection, database: MigratedDatabase
) -> None:
    """The same samples give the same rollups on all levels, whether added while reading or stored."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 2 * DAY
    with psycopg.connect(database.owner_url, autocommit=True) as apache:
        seed_samples(apache, first, 500, 7 * TICK)
        expected = {view: rollup(apache, view) for view in ROLLUPS}
    seed_samples(community, first, 500, 7 * TICK)

    assert [] == [view for view, rows in expected.items() if not rows]
    assert [] == [view for view in ROLLUPS if expected[view] != rollup(community, view)]
    run_jobs(community, "policy_refresh_continuous_aggregate")
    assert [] == [view for view in ROLLUPS if expected[view] != rollup(community, view)]


def test_late_and_double_samples_meet_converted_chunks(community: psycopg.Connection) -> None:
    """As the consumer's role: a double is left out, a late sample is stored and reaches the rollup."""
    then = datetime.now(UTC).replace(second=0, microsecond=0) - 3 * DAY
    seed_samples(community, then, 6, TICK)
    for procedure in ("policy_refresh_continuous_aggregate", "policy_compression"):
        run_jobs(community, procedure)
    statement = (
        "INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)"
        " VALUES (1, %s, 1, 1000, 1, 'ok') ON CONFLICT DO NOTHING"
    )

    community.execute("SET ROLE kvmgrid_ingest")
    assert "INSERT 0 0" == community.execute(statement, [then]).statusmessage
    assert "INSERT 0 1" == community.execute(statement, [then + TICK / 2]).statusmessage
    community.execute("RESET ROLE")
    run_jobs(community, "policy_refresh_continuous_aggregate")
    assert [(7, 1000.0)] == community.execute(
        "SELECT sample_count, cpu_cores_max FROM domain_samples_1m"
    ).fetchall()


def test_a_consumer_keeps_policies_and_rows_in_order(community: psycopg.Connection) -> None:
    """The consumer's role mends a policy removed by hand, and deletes outdated rows of plain tables."""
    seed_plain_tables(community, datetime.now(UTC) - 100 * DAY)
    community.execute("SELECT remove_retention_policy('domain_samples')")
    community.execute("SET ROLE kvmgrid_ingest")

    outdated = ["domain_latest", "dropped_ranges", "quarantine", "quarantine_counts"]
    removed = [entry for entry in enforce(community) if entry.removed_count]
    assert [Removed(table, 1) for table in outdated] == removed
    community.execute("RESET ROLE")
    assert "30 days" == configured(community, "policy_retention", "drop_after")["domain_samples"]
