# SPDX-License-Identifier: Apache-2.0
"""The Community edition: everything of the Apache edition, with the columnstore beside it.

The tests run on the WebAssembly build (see conftest.py for its limits). The SQL is the real one, applied by
the real runner. COPY, and sessions beside one another, are tried in the Apache edition or nowhere.
"""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from consumer.rollups.conversion import Conversion
from consumer.rollups.steps import Steps
from consumer.schema.edition import detect
from consumer.schema.migration import migrate
from consumer.schema.migration_files import migrations_folder, read_migrations, without_replaced
from consumer.schema.retention import Removed, enforce
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import HYPERTABLES, seed_contest, seed_plain_tables, seed_samples
from tests.migration.test_extension_update import drop_extension_views
from tests.migration.test_grants import EXPECTED, GRANTS
from tests.services import MigratedDatabase

LEVELS = ("1m", "5m", "1h", "1d")
ROLLUPS = [f"{table}_{level}" for table in HYPERTABLES for level in LEVELS]
DAY = timedelta(days=1)
TICK = timedelta(seconds=10)
COLUMNS = """
SELECT c.relname, array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'kvmgrid'::regnamespace AND c.relkind IN ('r', 'v')
GROUP BY 1
"""
JOBS = "SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_schema = 'kvmgrid'"
CHUNKS = """
SELECT count(*), count(*) FILTER (WHERE is_compressed)
FROM timescaledb_information.chunks
WHERE hypertable_name = %s
"""


def columns(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Return names and types of the columns of each table and view."""
    return dict(connection.execute(COLUMNS).fetchall())


def due_count(connection: psycopg.Connection) -> int:
    """Return how many chunks should be in columns and are not."""
    return len(connection.execute("SELECT chunk FROM chunks_due()").fetchall())


def convert(connection: psycopg.Connection) -> int:
    """Convert every chunk that is due, as the upkeep does, and return how many there were."""
    count = due_count(connection)
    Conversion(threading.Event()).round(Steps(connection, lambda _point: None))
    return count - due_count(connection)


def rollup(connection: psycopg.Connection, view: str) -> list[tuple[object, ...]]:
    """Return a rollup whole, in order."""
    return connection.execute(
        sql.SQL("SELECT * FROM {} AS r ORDER BY r::text").format(sql.Identifier(view))
    ).fetchall()


def test_the_edition_is_found(community: psycopg.Connection) -> None:
    """The WebAssembly build has TimescaleDB's own licence."""
    assert ("2.23.0-dev", "community") == detect(community)


def test_every_migration_is_applied_once(community: psycopg.Connection) -> None:
    """All files of the edition are recorded, and a second migrate finds nothing to do."""
    files = without_replaced(read_migrations("community", migrations_folder()))

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

    assert expected == columns(community)


def test_grants_are_those_of_the_apache_edition(community: psycopg.Connection) -> None:
    """Every role may do the same."""
    granted = [row for (row,) in community.execute(GRANTS.read_bytes())]

    assert EXPECTED.read_text().splitlines() == granted


def test_samples_are_in_the_columnstore(community: psycopg.Connection) -> None:
    """Each table of samples and each level is segmented by its entity and ordered by time, newest first."""
    settings = {
        str(name): (segment, order)
        for name, segment, order in community.execute(
            "SELECT hypertable::text, segmentby, orderby"
            " FROM timescaledb_information.hypertable_columnstore_settings"
        )
    }
    host, domain = "host_id", "domain_id"

    keys = {
        "host_samples": host,
        "host_disk_samples": f"{host},device",
        "host_interface_samples": f"{host},device",
        "host_filesystem_samples": f"{host},path",
        "domain_samples": domain,
        "domain_block_samples": f"{domain},device",
        "domain_interface_samples": f"{domain},device",
    }
    expected = {table: (key, "sampled_at DESC") for table, key in keys.items()}
    for level in LEVELS[1:]:
        expected |= {f"{table}_{level}_buckets": (key, "bucket DESC") for table, key in keys.items()}
    assert expected | {"publisher_reports": (host, "sampled_at DESC")} == {
        name: found for name, found in settings.items() if name != "events"
    }


def test_no_job_of_timescaledb_and_no_view_over_its_own_is_left(community: psycopg.Connection) -> None:
    """Nothing runs in the background; no view is in the way of an update of the extension."""
    depends = """
    SELECT DISTINCT v.relname
    FROM pg_class AS v
    JOIN pg_rewrite AS r ON r.ev_class = v.oid
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    JOIN pg_class AS used ON used.oid = d.refobjid
    WHERE v.relnamespace = 'kvmgrid'::regnamespace AND used.relnamespace::regnamespace::text ~ 'timescaledb'
    """

    assert [] == community.execute(JOBS).fetchall()
    assert (
        []
        == community.execute("SELECT view_name FROM timescaledb_information.continuous_aggregates").fetchall()
    )
    assert [] == community.execute(depends).fetchall()


def test_upkeep_fills_converts_and_drops(community: psycopg.Connection) -> None:
    """As the consumer's role: every level is filled, old chunks are converted, outdated ones dropped."""
    # Ten minutes of samples that do not go beyond the end of a chunk.
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for age in (timedelta(hours=1), 3 * DAY, 40 * DAY):
        seed_samples(community, hour - age, 60, TICK)
    community.execute("SET ROLE kvmgrid_ingest")
    roll_up(community)
    removed = {entry.relation: entry.removed_count for entry in enforce(community)}
    assert convert(community) > 0
    assert 0 == due_count(community)
    community.execute("RESET ROLE")

    for table in HYPERTABLES:
        assert 1 == removed[table]
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

    assert 49 == len(counts)
    assert {} == {view: count for view, count in counts.items() if count == (0,)}


def test_rollups_give_the_figures_of_the_apache_edition(
    community: psycopg.Connection, database: MigratedDatabase
) -> None:
    """The same samples give the same rollups on all levels, whether read from them or filled."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 2 * DAY
    with psycopg.connect(database.owner_url, autocommit=True) as apache:
        seed_samples(apache, first, 500, 7 * TICK)
        expected = {view: rollup(apache, view) for view in ROLLUPS}
    seed_samples(community, first, 500, 7 * TICK)

    assert [] == [view for view, rows in expected.items() if not rows]
    assert [] == [view for view in ROLLUPS if expected[view] != rollup(community, view)]
    roll_up(community)
    assert [] == [view for view in ROLLUPS if expected[view] != rollup(community, view)]


def test_late_and_double_samples_meet_converted_chunks(community: psycopg.Connection) -> None:
    """As the consumer's role: a double is left out; a late sample is stored and reaches levels in columns."""
    then = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 40 * DAY
    seed_samples(community, then, 6, TICK)
    roll_up(community)
    assert 2 * len(HYPERTABLES) <= convert(community)
    statement = (
        "INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)"
        " VALUES (1, %s, 1, 1000, 1, 'ok') ON CONFLICT DO NOTHING"
    )

    community.execute("SET ROLE kvmgrid_ingest")
    assert "INSERT 0 0" == community.execute(statement, [then]).statusmessage
    assert "INSERT 0 1" == community.execute(statement, [then + TICK / 2]).statusmessage
    community.execute("INSERT INTO rollup_late (subject, entity_id, bucket) VALUES ('domain', 1, %s)", [then])
    roll_up(community)
    community.execute("RESET ROLE")
    for level in LEVELS:
        assert [(7, 1000.0)] == community.execute(
            sql.SQL("SELECT sample_count, cpu_cores_max FROM {}").format(
                sql.Identifier(f"domain_samples_{level}")
            )
        ).fetchall()
    # Samples, and buckets of 5 minutes of the VM and its devices; hours and days are in rows still.
    assert 4 == convert(community)
    assert 0 == due_count(community)


def test_late_samples_open_any_number_of_batches(community: psycopg.Connection) -> None:
    """More than the 100 that TimescaleDB allows a statement by default: of samples, and of buckets."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 40 * DAY
    community.execute("SELECT set_chunk_time_interval('domain_samples_5m_buckets', INTERVAL '1 day')")
    community.execute(
        "INSERT INTO domain_samples (domain_id, sampled_at, host_id, state, outcome)"
        " SELECT domain_id, %s + n * INTERVAL '10 s', 1, 1, 'ok'"
        " FROM generate_series(1, 120) AS domain_id, generate_series(1, 1000) AS n",
        [day],
    )
    # Of 5 minutes are 288 a day; a batch is what is between two of them.
    community.execute(
        "INSERT INTO domain_samples_5m_buckets (domain_id, bucket, sample_count)"
        " SELECT domain_id, %s + n * INTERVAL '1 minute', 10"
        " FROM generate_series(1, 120) AS domain_id, generate_series(0, 999) AS n",
        [day],
    )
    community.execute("UPDATE rollup_marks SET done = %s WHERE level <> 'raw'", [day + 3 * DAY])
    assert 2 == convert(community)

    community.execute("SET ROLE kvmgrid_ingest")
    late = (
        "INSERT INTO domain_samples (domain_id, sampled_at, host_id, state, outcome)"
        " SELECT n, %s, 1, 1, 'ok' FROM generate_series(1, 120) AS n ON CONFLICT DO NOTHING"
    )
    # As every connection of a consumer has it.
    community.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
    assert "INSERT 0 120" == community.execute(late, [day + TICK / 2]).statusmessage
    community.execute("RESET timescaledb.max_tuples_decompressed_per_dml_transaction")
    community.execute(
        "INSERT INTO rollup_late (subject, entity_id, bucket)"
        " SELECT 'domain', n, %s FROM generate_series(1, 120) AS n",
        [day],
    )
    assert [(120, 0, 360)] == community.execute("SELECT * FROM apply_late_rollups(1000)").fetchall()


def test_a_chunk_is_due_half_its_length_after_its_end(community: psycopg.Connection) -> None:
    """Also where `[database] chunk_seconds` makes them shorter; and not before the next level has it."""
    community.execute("SELECT set_chunk_time_interval('domain_samples', INTERVAL '1 hour')")
    seed_samples(community, datetime.now(UTC) - timedelta(hours=4), 60, TICK)
    due = "SELECT due_at - range_end FROM chunks_due() WHERE relation = 'domain_samples'"
    assert [] == community.execute(due).fetchall()

    roll_up(community)
    assert {(timedelta(minutes=30),)} == set(community.execute(due).fetchall())
    # Nor while a note of then waits.
    community.execute(
        "INSERT INTO rollup_late (subject, entity_id, bucket)"
        " SELECT 'domain', 1, time_bucket('5 minutes', sampled_at) FROM domain_samples"
    )
    assert [] == community.execute(due).fetchall()


def test_a_figure_is_added_to_converted_chunks(community: psycopg.Connection) -> None:
    """Old buckets have none of it; a late sample that has it reaches every level."""
    then = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 40 * DAY
    seed_samples(community, then, 6, TICK)
    roll_up(community)
    assert convert(community) > 0
    community.execute("SELECT add_figure('domain_samples', 'novel_ratio', 'real', histogram => true)")
    community.execute(
        "INSERT INTO domain_samples (domain_id, sampled_at, host_id, novel_ratio, state, outcome)"
        " VALUES (1, %s, 1, 0.5, 1, 'ok')",
        [then + TICK / 2],
    )
    shown = "SELECT sample_count, novel_ratio_count, novel_ratio_max FROM {}"
    views = [sql.SQL(shown).format(sql.Identifier(f"domain_samples_{level}")) for level in LEVELS[1:]]
    assert [[(6, 0, None)]] * 3 == [community.execute(view).fetchall() for view in views]

    community.execute("INSERT INTO rollup_late (subject, entity_id, bucket) VALUES ('domain', 1, %s)", [then])
    roll_up(community)
    assert [[(7, 1, 0.5)]] * 3 == [community.execute(view).fetchall() for view in views]
    assert convert(community) > 0
    assert [[(7, 1, 0.5)]] * 3 == [community.execute(view).fetchall() for view in views]


def test_no_view_of_timescaledb_is_needed(community: psycopg.Connection) -> None:
    """An update of the extension may drop all of them."""
    assert drop_extension_views(community) > 5


def test_a_consumer_deletes_outdated_rows(community: psycopg.Connection) -> None:
    """The consumer's role deletes outdated rows of plain tables, and is told how many."""
    seed_plain_tables(community, datetime.now(UTC) - 100 * DAY)
    community.execute("SET ROLE kvmgrid_ingest")

    outdated = ["domain_latest", "dropped_ranges", "quarantine", "quarantine_counts"]
    removed = [entry for entry in enforce(community) if entry.removed_count]
    assert {Removed(table, 1) for table in outdated} <= set(removed)
