# SPDX-License-Identifier: Apache-2.0
"""Buckets of the whole fleet, as the upkeep would make them."""

from datetime import datetime

import psycopg

from tests.services import MigratedDatabase


def store_fleet_bucket(database: MigratedDatabase, bucket: datetime, busy_cores: float | None) -> None:
    """Store a bucket of a fleet with 8 CPUs, which the upkeep would make."""
    with psycopg.connect(database.administrator_url) as connection:
        connection.execute(
            "INSERT INTO kvmgrid.fleet_buckets (bucket, host_count, cpu_cores, cpu_busy_cores)"
            " VALUES (%s, 2, 8, %s)",
            [bucket, busy_cores],
        )
