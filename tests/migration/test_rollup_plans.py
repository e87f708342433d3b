# SPDX-License-Identifier: Apache-2.0
"""What a view of a level reads: its buckets, and of the level below only what is not filled."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.migration.rolling_up import LEVELS, fill_levels, roll_up
from tests.migration.seeding import seed_samples

DAY = timedelta(days=1)
CHUNKS = """
SELECT chunk_name, hypertable_name FROM timescaledb_information.chunks WHERE hypertable_schema = 'kvmgrid'
"""
Plan = dict[str, Any]


def nodes(plan: Plan) -> Iterator[Plan]:
    """Return a node of a plan and everything below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def chunks_read(connection: psycopg.Connection, query: sql.Composable) -> dict[str, set[str]]:
    """Return the chunks in the plan of a query, by their hypertable."""
    ((plans,),) = connection.execute(sql.SQL("EXPLAIN (FORMAT json) {}").format(query)).fetchall()
    tables: dict[str, str] = dict(connection.execute(CHUNKS).fetchall())
    found: dict[str, set[str]] = {}
    for plan in plans:
        for node in nodes(plan["Plan"]):
            name = node.get("Relation Name", "")
            if name in tables:
                found.setdefault(tables[name], set()).add(name)
    return found


@pytest.fixture
def rolled_up(owner: psycopg.Connection, ingest: psycopg.Connection) -> psycopg.Connection:
    """Give a connection to a database with ten days of samples of which all levels are filled."""
    seed_samples(owner, datetime.now(UTC) - 10 * DAY, 10 * 24 * 6, timedelta(minutes=10))
    roll_up(ingest)
    return owner


@pytest.mark.parametrize("level", LEVELS)
def test_no_chunk_before_done_is_planned(rolled_up: psycopg.Connection, level: str) -> None:
    """A level's own chunks are read. Of ten days of samples at most the one that is filled now is."""
    read = chunks_read(rolled_up, sql.SQL("SELECT * FROM {}").format(sql.Identifier(f"host_samples_{level}")))
    newest = rolled_up.execute(
        "SELECT chunk_name FROM timescaledb_information.chunks WHERE hypertable_name = 'host_samples'"
        " AND range_end > (SELECT done FROM rollup_marks WHERE relation = 'host_samples' AND level = '5m')"
    ).fetchall()

    assert read[f"host_samples_{level}_buckets"]
    assert read.get("host_samples", set()) <= {name for (name,) in newest}


def test_a_range_before_done_reads_no_samples(rolled_up: psycopg.Connection) -> None:
    """A past day of 5-minute buckets is read without a look at any sample."""
    read = chunks_read(
        rolled_up,
        sql.SQL(
            "SELECT bucket, cpu_busy_ratio_sum FROM host_samples_5m WHERE host_id = 1"
            " AND bucket >= now()::date - 5 AND bucket < now()::date - 4"
        ),
    )

    assert {"host_samples_5m_buckets"} == set(read)


def test_a_kept_plan_answers_as_a_new_one(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """A plan that was made before everything was filled and its samples dropped gives the same buckets."""
    seed_samples(owner, datetime.now(UTC) - 10 * DAY, 10 * 24 * 6, timedelta(minutes=10))
    owner.execute("SET plan_cache_mode = force_generic_plan")
    for level in LEVELS:
        owner.execute(
            sql.SQL(
                "PREPARE {} (integer) AS SELECT md5(string_agg(r::text, '|' ORDER BY r::text)), count(*)"
                " FROM (SELECT * FROM {} WHERE host_id = $1) AS r"
            ).format(sql.Identifier(f"kept_{level}"), sql.Identifier(f"host_samples_{level}"))
        )

    def answers() -> list[object]:
        return [
            owner.execute(sql.SQL("EXECUTE {} (1)").format(sql.Identifier(f"kept_{level}"))).fetchall()
            for level in LEVELS
        ]

    expected = answers()
    for _ in range(3):
        ingest.execute("SELECT announce_rollups()")
        fill_levels(ingest)
        assert expected == answers()
    roll_up(ingest)
    assert expected == answers()
    owner.execute("UPDATE retention SET keep = '2 days' WHERE level = 'raw'")
    removed = ingest.execute(
        "SELECT removed_count FROM apply_retention() WHERE relation = 'host_samples'"
    ).fetchall()
    assert removed in ([(7,)], [(8,)])
    assert expected == answers()
