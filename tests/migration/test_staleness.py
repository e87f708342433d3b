# SPDX-License-Identifier: Apache-2.0
"""When a host is stale stands once, in the database: consumers ask for it."""

from datetime import UTC, datetime

import psycopg
import pytest

from consumer.inventory.homes import find_homes
from consumer.statements import statement
from tests.migration.seeding import seed_plain_tables

SIGNATURE = "stale_at(sampled_at timestamptz, tick_seconds double precision) RETURNS timestamptz"
SEVEN_TICKS = (
    f"CREATE OR REPLACE FUNCTION {SIGNATURE} LANGUAGE sql STABLE"
    " RETURN sampled_at + 7 * tick_seconds * INTERVAL '1 second'"
)


@pytest.mark.parametrize(
    ("tick_seconds", "expected"),
    [(10.0, (50.0, 70.0)), (60.0, (300.0, 420.0)), (86_400.0, (1_500.0, 2_100.0))],
)
def test_a_home_is_silent_when_the_views_call_it_stale(
    owner: psycopg.Connection, ingest: psycopg.Connection, tick_seconds: float, expected: tuple[float, float]
) -> None:
    """Another rule of the database is another one of the consumer; five minutes are the longest tick."""
    seed_plain_tables(owner, datetime.now(UTC))
    owner.execute("UPDATE host_latest SET tick_seconds = %s", [tick_seconds])
    found = [find_homes(ingest, [1])[1].stale_after_seconds]
    owner.execute(SEVEN_TICKS)
    found.append(find_homes(ingest, [1])[1].stale_after_seconds)

    assert expected == pytest.approx(tuple(found))


def test_all_are_silent_when_the_views_call_the_fastest_stale(
    owner: psycopg.Connection, ingest: psycopg.Connection
) -> None:
    """The status takes the limit from there; without a host there is none."""
    assert [(None, None)] == ingest.execute(statement("status/arrival")).fetchall()
    seed_plain_tables(owner, datetime.now(UTC))
    owner.execute("UPDATE host_latest SET tick_seconds = 20")
    owner.execute(SEVEN_TICKS)

    ((_, limit_seconds),) = ingest.execute(statement("status/arrival")).fetchall()
    assert pytest.approx(140.0) == limit_seconds
