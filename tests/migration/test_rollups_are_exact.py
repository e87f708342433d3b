# SPDX-License-Identifier: Apache-2.0
"""Every level equals an aggregate of the samples, whatever came in whatever order beside the upkeep."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from tests.migration.interleaving import (
    TABLES,
    Row,
    flush,
    random_rows,
    run_by_turns,
    upkeep,
)
from tests.migration.rolling_up import roll_up
from tests.services import MigratedDatabase

SPAN = timedelta(days=6)
# Where `announced` goes next: a row there is late or not by a hair.
FRONT = timedelta(hours=7)
WIDTHS = {"5m": "5 minutes", "1h": "1 hour", "1d": "1 day"}
KEYS = {"host_samples": "host_id", "host_disk_samples": "host_id, device", "domain_samples": "domain_id"}
FIGURES = {
    "host_samples": ("cpu_busy_ratio", "memory_total_bytes", "uptime_seconds"),
    "host_disk_samples": ("read_bytes_per_second", "in_flight_count"),
    "domain_samples": ("cpu_cores", "memory_used_bytes", "vcpu_count"),
}
HISTOGRAMS = {"host_samples": "cpu_busy_ratio", "domain_samples": "cpu_cores"}
STATES = {
    "host_samples": {
        f"health_{word}": f"health_state = '{word}'" for word in ("good", "strained", "bad", "unknown")
    },
    "domain_samples": {
        "state_running": "state IN (1, 2)",
        "state_paused": "state = 3",
        "state_off": "state = 5",
        "state_other": "state IN (0, 4, 6, 7)",
    },
}
# Buckets that are not what the samples give, and that no note names, as one statement sees them.
UNLIKE = """
SELECT count(*)
FROM (
    SELECT bucket, host_id, sample_count, cpu_busy_ratio_count, cpu_busy_ratio_min, cpu_busy_ratio_max
    FROM host_samples_5m
) AS rolled
FULL JOIN (
    SELECT time_bucket('5 minutes', sampled_at) AS bucket, host_id, count(*) AS sample_count,
        count(cpu_busy_ratio) AS count, min(cpu_busy_ratio) AS min, max(cpu_busy_ratio) AS max
    FROM host_samples
    GROUP BY 1, 2
) AS raw USING (bucket, host_id, sample_count)
WHERE (count IS DISTINCT FROM cpu_busy_ratio_count OR min IS DISTINCT FROM cpu_busy_ratio_min
        OR max IS DISTINCT FROM cpu_busy_ratio_max)
    AND (host_id, bucket) NOT IN (SELECT entity_id, bucket FROM rollup_late WHERE subject = 'host')
"""


@pytest.fixture
def sessions(database: MigratedDatabase) -> Iterator[list[psycopg.Connection]]:
    """Give four connections of consumers, which begin a transaction with their first statement."""
    connections = [psycopg.connect(database.ingest_url) for _ in range(4)]
    yield connections
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("seed", range(3))
def test_levels_equal_an_aggregate_of_the_samples(
    owner: psycopg.Connection,
    sessions: list[psycopg.Connection],
    database: MigratedDatabase,
    seed: int,
) -> None:
    """Two flushes and two workers take turns at every statement; rows are late, double and out of order."""
    # One stream of numbers for each session, so that one is the same whatever the others do.
    randoms = [Random(f"{seed} {name}") for name in range(5)]  # noqa: S311 - repeatable, not secret
    # Whoever waits for the gate has nobody in this process who would leave it.
    owner.execute("ALTER FUNCTION announce_rollups() SET lock_timeout = '5ms'")
    # With samples there, `announced` goes on in steps, so that rows meet it.
    now = datetime.now(UTC)
    for _ in flush(sessions[0], random_rows(randoms[4], now - SPAN, now, 200), randoms[4]):
        pass
    flushes = [_flushes(sessions[name], randoms[name]) for name in (0, 1)]
    workers = [upkeep(sessions[name], randoms[name], 200) for name in (2, 3)]

    for turn, _ in enumerate(run_by_turns([*flushes, *workers], randoms[4])):
        if turn % 200 == 0:
            assert [(0,)] == owner.execute(UNLIKE).fetchall()

    with psycopg.connect(database.ingest_url, autocommit=True) as worker:
        roll_up(worker)
    assert [(0,)] == owner.execute("SELECT note_count FROM rollup_late_waiting()").fetchall()
    assert [] == [
        (relation, level) for relation in TABLES for level in WIDTHS if _differs(owner, relation, level)
    ]


def _flushes(connection: psycopg.Connection, random: Random) -> Iterator[None]:
    """Store some flushes one after the other; some come again, half are of the time that comes next."""
    stored: list[list[Row]] = []
    now = datetime.now(UTC)
    for _ in range(20):
        ((announced,),) = connection.execute("SELECT announced FROM rollup_announced").fetchall()
        connection.rollback()
        if stored and random.random() < 0.2:
            rows = random.choice(stored)
        elif announced < now - SPAN or random.random() < 0.5:
            rows = random_rows(random, now - SPAN, now, random.randrange(1, 20))
        else:
            rows = random_rows(
                random, announced - FRONT, min(now, announced + FRONT), random.randrange(1, 20)
            )
        stored.append(rows)
        yield from flush(connection, rows, random)


def _differs(owner: psycopg.Connection, relation: str, level: str) -> bool:
    """Whether a level's view is anything else than the samples aggregated."""
    expected = _aggregated(owner, relation, level)
    found = _shown(owner, relation, level)
    assert expected
    return expected.keys() != found.keys() or any(
        len(row) != len(found[key]) or not all(map(_equal, row, found[key])) for key, row in expected.items()
    )


def _equal(expected: object, found: object) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=0)
    return expected == found


def _aggregated(owner: psycopg.Connection, relation: str, level: str) -> dict[object, list[object]]:
    """Return count, then count, sum, least and greatest of each figure, states and histogram, by key."""
    keys, width = KEYS[relation], WIDTHS[level]
    cells = [
        f"count({figure}), sum({figure}::float8), min({figure}), max({figure})"
        for figure in FIGURES[relation]
    ]
    cells += [f"count(*) FILTER (WHERE {condition})" for condition in STATES.get(relation, {}).values()]
    names = {"width": width, "keys": keys, "relation": relation}
    rows = owner.execute(
        _query(
            "SELECT (time_bucket('{width}', sampled_at), {keys})::text, count(*), {cells}"
            " FROM {relation} GROUP BY time_bucket('{width}', sampled_at), {keys}",
            cells=", ".join(cells),
            **names,
        )
    ).fetchall()
    found = {key: list(row) for key, *row in rows}
    if relation in HISTOGRAMS and level != "5m":
        means = owner.execute(
            _query(
                "SELECT (time_bucket('{width}', bucket), {keys})::text, histogram_bin(mean)"
                " FROM (SELECT time_bucket('5 minutes', sampled_at) AS bucket, {keys},"
                " avg({figure}::float8) AS mean FROM {relation} GROUP BY 1, {keys}) AS means",
                figure=HISTOGRAMS[relation],
                **names,
            )
        ).fetchall()
        for key, row in found.items():
            row.append(Counter(number for of, number in means if of == key and number is not None))
    return found


def _query(text: LiteralString, **parts: str) -> sql.Composed:
    """Return a query made of the names in this module."""
    return sql.SQL(text).format(**{name: sql.SQL(part) for name, part in parts.items()})


def _shown(owner: psycopg.Connection, relation: str, level: str) -> dict[object, list[object]]:
    """Return the same of a level's view."""
    keys = KEYS[relation]
    cells = [f"{figure}_{part}" for figure in FIGURES[relation] for part in ("count", "sum", "min", "max")]
    cells += [f"{state}_count" for state in STATES.get(relation, {})]
    has_histogram = relation in HISTOGRAMS and level != "5m"
    if has_histogram:
        cells.append(f"{HISTOGRAMS[relation]}_histogram")
    rows = owner.execute(
        _query(
            "SELECT (bucket, {keys})::text, sample_count, {cells} FROM {relation}_{level}",
            keys=keys,
            cells=", ".join(cells),
            relation=relation,
            level=level,
        )
    ).fetchall()
    found = {key: list(row) for key, *row in rows}
    if has_histogram:
        for row in found.values():
            counts: Counter[int] = Counter()
            for element in row[-1] or ():
                counts[element // 65536] += element % 65536
            row[-1] = counts
    return found
