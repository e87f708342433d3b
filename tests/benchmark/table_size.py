# SPDX-License-Identifier: Apache-2.0
"""How many values a hypertable holds, and in how many bytes."""

from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from consumer.rows.tables import DOMAIN_BLOCK_SAMPLES, DOMAIN_INTERFACE_SAMPLES, DOMAIN_SAMPLES, Table

# What a VM with a disk and an interface writes.
TABLES = (DOMAIN_SAMPLES, DOMAIN_BLOCK_SAMPLES, DOMAIN_INTERFACE_SAMPLES)
# Say whose values they are, with the key, and are none themselves.
_WHOSE = ("host_id", "name")


class TableSize(NamedTuple):
    """One table with its indexes; ``bare_bytes`` are those of the values without any row around them."""

    row_count: int
    value_count: int
    bare_bytes: int
    total_bytes: int


def table_size(connection: psycopg.Connection[Any], table: Table) -> TableSize:
    """Measure a hypertable whose chunks are rows."""
    columns = [name for name in table.columns if name not in (*table.key, *_WHOSE)]
    identifiers = [sql.Identifier(name) for name in columns]
    statement = sql.SQL(
        "SELECT count(*), coalesce(sum(num_nonnulls({values})), 0)::bigint,"
        " coalesce(sum({sizes}), 0)::bigint, hypertable_size({name}) FROM {table}"
    ).format(
        values=sql.SQL(", ").join(identifiers),
        sizes=sql.SQL(" + ").join(
            sql.SQL("coalesce(pg_column_size({}), 0)").format(each) for each in identifiers
        ),
        name=sql.Literal(f"kvmgrid.{table.name}"),
        table=sql.Identifier("kvmgrid", table.name),
    )
    row = connection.execute(statement).fetchone()
    assert row is not None
    return TableSize(*(int(number) for number in row))


def together(sizes: list[TableSize]) -> TableSize:
    """Add tables up."""
    return TableSize(*(sum(column) for column in zip(*sizes, strict=True)))
