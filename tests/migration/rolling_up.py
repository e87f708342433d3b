# SPDX-License-Identifier: Apache-2.0
"""The rounds of upkeep that fill the rollups, by the functions of the database alone."""

from collections.abc import Sequence

import psycopg

from consumer.schema.levels import LEVEL_SECONDS
from tests.migration.seeding import HYPERTABLES

LEVELS = tuple(LEVEL_SECONDS)
FAR = 1_000_000


def fill_levels(
    connection: psycopg.Connection, bucket_count: int = FAR, relations: Sequence[str] = HYPERTABLES
) -> None:
    """Fill every level of the relations once, as far as is announced."""
    for level in LEVELS:
        for relation in relations:
            connection.execute("SELECT fill_rollup(%s, %s, %s)", [relation, level, bucket_count])


def roll_up(connection: psycopg.Connection, relations: Sequence[str] = HYPERTABLES) -> None:
    """Fill all that may be filled by now, and serve all notes. ``relations``: all that have samples."""
    before, announced = None, connection.execute("SELECT announce_rollups()").fetchone()
    while announced != before:
        fill_levels(connection, relations=relations)
        before, announced = announced, connection.execute("SELECT announce_rollups()").fetchone()
    while connection.execute("SELECT applied_count > 0 FROM apply_late_rollups(1000)").fetchone() == (True,):
        pass


def make_windows(connection: psycopg.Connection) -> None:
    """Make the windows of VMs and the buckets of the fleet that are due, of what is rolled up."""
    done = "SELECT done >= target FROM fill_fleet(1000)"
    while connection.execute(done).fetchone() != (True,):
        pass
    while connection.execute("SELECT window_name FROM fill_domain_windows(1000)").fetchone() != (None,):
        pass
