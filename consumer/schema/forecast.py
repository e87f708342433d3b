# SPDX-License-Identifier: Apache-2.0
"""What a migration of a database that was filled before will take and lock; said before it begins."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import psycopg

from consumer.schema.migration_files import Migration
from consumer.statements import statement

# The migration with which the levels begin: consumers fill them in from what is stored.
_ROLLUPS = "rollups"
# They put the views over the levels; the second copies continuous aggregates out before.
_ROLLUP_VIEWS = "rollup_views"
_ROLLUP_TAKEOVER = "rollup_takeover"
_NEW_FIGURE = "add_figure('"
# Rounded up from what a busy machine took, pauses included.
_SECONDS_PER_SAMPLE = 40e-6
_BYTES_PER_SAMPLE = 25.0
_SECONDS_PER_BUCKET = 150e-6


def forecast(
    connection: psycopg.Connection, migrations: Sequence[Migration], kept: Mapping[str, timedelta | None]
) -> list[str]:
    """Return lines on what will be copied and rolled up, for how long and into what, and what is locked.

    ``kept``: how long each level is kept, None for ever. No lines for a database without samples.
    """
    ((count, first_day),) = connection.execute(statement("schema/stored")).fetchall()
    if first_day is None:
        return []
    lines: list[str] = []
    names = {migration.name for migration in migrations}
    if _ROLLUPS in names:
        minutes, megabytes = count * _SECONDS_PER_SAMPLE / 60, count * _BYTES_PER_SAMPLE / 1e6
        lines += [
            f"about {count:,} samples since {first_day} will be rolled up by the consumers, too:",
            f"  about {max(1.0, minutes):,.0f} min, about {max(1.0, megabytes):,.0f} MB of disk",
            "  kvmgrid-consumer status tells how far it is",
        ]
    copying = _copying(connection, kept) if _ROLLUP_TAKEOVER in names else []
    lines += copying
    if _ROLLUP_VIEWS in names or copying:
        lines.append("locked: the views of the rollups while they are replaced: charts wait for seconds")
    changed = sorted({table for migration in migrations for table in _tables_with_new_figures(migration)})
    if changed:
        tables = ", ".join(changed)
        lines.append(f"locked: {tables} while columns are added: consumers and charts wait for a moment")
    if lines:
        lines += [
            "a table in use is waited for up to 30 s, and whoever comes after waits too; then this ends:",
            "  run it again, it goes on from there",
        ]
    return lines


def _copying(connection: psycopg.Connection, kept: Mapping[str, timedelta | None]) -> list[str]:
    """Return lines on the copy of continuous aggregates; none in a database without them."""
    ((aggregate_count, count, size, in_rows),) = connection.execute(
        statement("schema/aggregated"),
        {
            "levels": list(kept),
            "seconds": [None if keep is None else keep.total_seconds() for keep in kept.values()],
        },
    ).fetchall()
    if not aggregate_count:
        return []
    minutes, megabytes = count * _SECONDS_PER_BUCKET / 60, (size + in_rows) / 1e6
    return [
        f"about {count:,} buckets of {aggregate_count} continuous aggregates will be copied now:",
        f"  about {max(1.0, minutes):,.0f} min, about {max(1.0, megabytes):,.0f} MB of disk until these go",
        "  nothing is locked meanwhile, and it may be interrupted: run it again",
        "locked: each table of samples while its aggregates are dropped, last: consumers wait for seconds",
    ]


def _tables_with_new_figures(migration: Migration) -> list[str]:
    return [part.split("'", 1)[0] for part in migration.sql.split(_NEW_FIGURE)[1:]]
