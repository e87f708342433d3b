# SPDX-License-Identifier: Apache-2.0
"""A figure is added to a filled database: old buckets are null, new ones filled, nothing is lost."""

from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from tests.migration.rolling_up import LEVELS, roll_up
from tests.migration.seeding import seed_plain_tables, seed_samples

DAY = timedelta(days=1)


def test_a_figure_is_added_to_a_filled_database(
    owner: psycopg.Connection, ingest: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """All views have it, with a histogram where one is asked for. A late sample fills it in an old bucket."""
    now = datetime.now(UTC)
    seed_plain_tables(owner, now)
    seed_samples(owner, now - 3 * DAY, 100, timedelta(minutes=10))
    roll_up(ingest)
    before = owner.execute("SELECT cpu_busy_ratio_sum FROM host_samples_1h ORDER BY bucket").fetchall()
    owner.execute("SELECT add_figure('host_samples', 'clock_step_seconds', 'real', histogram => true)")
    owner.execute("SELECT add_figure('host_samples', 'clock_source', 'text', rolled_up => false)")

    assert (
        before
        == dashboard.execute("SELECT cpu_busy_ratio_sum FROM host_samples_1h ORDER BY bucket").fetchall()
    )
    for level in LEVELS:
        shown = sql.SQL(
            "SELECT bool_and(clock_step_seconds_count = 0 AND clock_step_seconds_max IS NULL) FROM {}"
        ).format(sql.Identifier(f"host_samples_{level}"))
        assert (True,) == dashboard.execute(shown).fetchone()
    owner.execute("UPDATE host_latest SET clock_step_seconds = 2, clock_source = 'tsc'")
    assert (2.0, "tsc") == dashboard.execute(
        "SELECT clock_step_seconds, clock_source FROM hosts_now"
    ).fetchone()
    assert (None,) == dashboard.execute("SELECT clock_step_seconds FROM host_metrics").fetchone()

    at = now - 2.9 * DAY
    owner.execute(
        "INSERT INTO host_samples (host_id, sampled_at, health_state, health_reasons, clock_step_seconds)"
        " VALUES (1, %s, 'good', '[]', 0.5)",
        [at],
    )
    ingest.execute(
        "INSERT INTO rollup_late (subject, entity_id, bucket)"
        " VALUES ('host', 1, time_bucket('5 minutes', %s::timestamptz))",
        [at],
    )
    roll_up(ingest)
    assert [(1, 0.5, True)] == dashboard.execute(
        "SELECT clock_step_seconds_count, clock_step_seconds_sum,"
        " histogram_percentile(clock_step_seconds_histogram, 1) BETWEEN 0.49 AND 0.51"
        " FROM host_samples_1d WHERE clock_step_seconds_count > 0"
    ).fetchall()


def test_a_figure_of_vms_reaches_every_table_of_theirs(owner: psycopg.Connection) -> None:
    """What hosts report of VMs elsewhere has the figure too; a device's stands in no view of now."""
    owner.execute("SELECT add_figure('domain_samples', 'cache_misses_per_second', 'real', in_now => false)")
    owner.execute("SELECT add_figure('domain_block_samples', 'discard_requests_per_second', 'real')")

    assert [
        ("domain_block_metrics",),
        ("domain_block_samples",),
        ("domain_block_samples_elsewhere",),
        ("domain_latest",),
        ("domain_metrics",),
        ("domain_samples",),
        ("domain_samples_elsewhere",),
    ] == owner.execute(
        "SELECT c.relname::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'kvmgrid'::regnamespace AND c.relkind IN ('r', 'v')"
        " AND a.attname IN ('cache_misses_per_second', 'discard_requests_per_second') ORDER BY 1"
    ).fetchall()


def test_percentiles_are_within_two_percent(owner: psycopg.Connection) -> None:
    """They are of merged histograms, whatever the size of the values, and beyond 65,535 of one bin."""
    for scale in (1e-9, 0.01, 1.0, 1e12):
        found = owner.execute(
            "SELECT histogram_percentile(histogram_merge(ARRAY[histogram_bin(i * %s) * 65536 + 1]), 0.95)"
            " FROM generate_series(1, 1000) AS i",
            [scale],
        ).fetchone()
        assert found is not None
        assert abs(found[0] / (950 * scale) - 1) < 0.02
    # 131,070 means in bin 5.
    assert [([5 * 65536 + 65535] * 2, 0)] == owner.execute(
        "SELECT histogram_compact(array_agg(5 * 65536 + 2)), histogram_bin(-1) FROM generate_series(1, 65535)"
    ).fetchall()
    assert [(None, 1.0)] == owner.execute(
        "SELECT histogram_percentile(histogram_merge(NULL), 0.5), histogram_value(histogram_bin(1))"
    ).fetchall()
