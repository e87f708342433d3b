# SPDX-License-Identifier: Apache-2.0
"""From the form of the Apache edition to that of the Community edition: samples and rollups get columns.

Tables, views and functions are the same in both since migration 21. What differs is the columnstore of the
tables, and which files the history of the schema names.
"""

from collections.abc import Sequence

import psycopg
from psycopg import sql

from consumer.schema.migration_files import Migration
from consumer.statements import statement

# Of rows, on one core, as the WebAssembly build converts them or faster.
_BYTES_PER_MINUTE = 500e6
# What columns leave of rows, or less (docs/measurements.md).
_COLUMN_SHARE = 0.25


def moving_forecast(connection: psycopg.Connection) -> list[str]:
    """Return lines on what a move locks, and on what consumers will convert after it."""
    ((count, whole, largest),) = connection.execute(statement("schema/chunks_in_rows")).fetchall()
    return [
        "each table of samples and rollups gets a columnstore: locked for a moment, waited for up to 30 s",
        f"then consumers convert {count:,} chunks ({whole / 1e6:,.0f} MB), one at a time, beside their work:",
        f"  about {max(1.0, whole / _BYTES_PER_MINUTE):,.0f} min, {largest / 1e6:,.0f} MB of disk meanwhile",
        f"  about {whole * _COLUMN_SHARE / 1e6:,.0f} MB will be left of it",
        "  a chunk takes no samples while it is converted; live ones go into none of these",
    ]


def move_to_community(connection: psycopg.Connection, files: Sequence[Migration]) -> None:
    """Give the tables their columnstore, then name the files of the Community edition in the history.

    ``files`` are all of that edition; those of the Apache edition have been applied. The server has to have
    the Community edition. Interrupted, it is done again from the start.
    """
    for table, keys, instant in connection.execute(statement("schema/columnstore_tables")).fetchall():
        connection.execute(
            sql.SQL(
                "ALTER TABLE kvmgrid.{} SET (timescaledb.enable_columnstore,"
                " timescaledb.segmentby = {}, timescaledb.orderby = {})"
            ).format(sql.Identifier(table), sql.Literal(keys), sql.Literal(f"{instant} DESC"))
        )
    with connection.transaction():
        connection.execute("DELETE FROM kvmgrid.schema_migrations WHERE edition = 'apache'")
        for file in files:
            if file.edition == "community":
                connection.execute(
                    "INSERT INTO kvmgrid.schema_migrations (number, name, edition, checksum)"
                    " VALUES (%s, %s, %s, %s)",
                    [file.number, file.name, file.edition, file.checksum],
                )
