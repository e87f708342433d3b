# SPDX-License-Identifier: Apache-2.0
"""How long the rollups of what is stored will take; said before the migration that begins them."""

from collections.abc import Sequence

import psycopg

from consumer.schema.migration_files import Migration
from consumer.statements import statement

# The migration with which the levels begin: consumers fill them in from what is stored.
_ROLLUPS = "rollups"
# Rounded up from what a busy machine took, pauses included.
_SECONDS_PER_SAMPLE = 40e-6
_BYTES_PER_SAMPLE = 25.0


def forecast(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Return lines on how long what is stored will be rolled up, and into what; none where nothing is."""
    if not any(migration.name == _ROLLUPS for migration in migrations):
        return []
    ((count, first_day),) = connection.execute(statement("schema/stored")).fetchall()
    if first_day is None:
        return []
    minutes, megabytes = count * _SECONDS_PER_SAMPLE / 60, count * _BYTES_PER_SAMPLE / 1e6
    return [
        f"about {count:,} samples since {first_day} will be rolled up by the consumers, beside their work:",
        f"  about {max(1.0, minutes):,.0f} min, about {max(1.0, megabytes):,.0f} MB of disk",
        "  kvmgrid-consumer status tells how far it is",
        "the migration itself locks tables for seconds, and waits up to 30 s for those in use",
    ]
