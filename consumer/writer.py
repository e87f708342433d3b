# SPDX-License-Identifier: Apache-2.0
"""Rows into tables: one transaction per flush, binary COPY, each key once.

The optimistic path copies straight into the hypertables. A key that exists already, a redelivered message
or an earlier attempt of unknown outcome take the staged path: COPY into a temporary table, then INSERT with
ON CONFLICT DO NOTHING. It costs the server 1.7 times as much, and cannot fail over a duplicate.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import psycopg
from psycopg import sql

from consumer.database import Connection, translated_errors
from consumer.errors import SchemaError
from consumer.rows import Row
from consumer.tables import ALL_TABLES, LATEST_TABLES, REPEATED_TABLES, SAMPLE_TABLES, Table

RowsByTable = Mapping[Table, Sequence[Row]]


class Written(NamedTuple):
    """What a flush added; duplicates were there already."""

    row_count: int
    duplicate_count: int


class Writer:
    """Writes flushes on one connection; the caller closes the connection when an error leaves this class."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with translated_errors(), connection.transaction():
            self._types = _column_types(connection)
            for table in ALL_TABLES:
                connection.execute(_create_stage(table))
        self._copies = {table: _copy(table.name, table.columns) for table in ALL_TABLES}
        self._merges = {table: _merge(table) for table in ALL_TABLES}

    def write(self, rows: RowsByTable, *, suspect: bool) -> Written:
        """Commit the rows; ``suspect``: some may be stored already. Raises DatabaseAway, DataRefused."""
        with translated_errors():
            if not suspect:
                try:
                    with self._connection.transaction():
                        return self._write_straight(rows)
                except psycopg.errors.UniqueViolation:
                    pass
            with self._connection.transaction():
                return self._write_staged(rows)

    def _write_straight(self, rows: RowsByTable) -> Written:
        count = 0
        for table in SAMPLE_TABLES:
            if found := rows.get(table):
                self._fill(table, self._copies[table], found)
                count += len(found)
        self._merge_others(rows)
        return Written(count, 0)

    def _write_staged(self, rows: RowsByTable) -> Written:
        offered = inserted = 0
        for table in SAMPLE_TABLES:
            if found := rows.get(table):
                offered += len(found)
                inserted += self._merge(table, found)
        self._merge_others(rows)
        return Written(inserted, offered - inserted)

    def _merge_others(self, rows: RowsByTable) -> None:
        for table in (*REPEATED_TABLES, *LATEST_TABLES):
            if found := rows.get(table):
                self._merge(table, found)

    def _merge(self, table: Table, rows: Sequence[Row]) -> int:
        """Add rows whose key is new (or newer, for a latest table) and return how many changed anything."""
        self._fill(table, _copy(_stage(table), table.columns), rows)
        count = self._connection.execute(self._merges[table]).rowcount
        self._connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier("pg_temp", _stage(table))))
        return count

    def _fill(self, table: Table, statement: sql.Composed, rows: Sequence[Row]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(self._types[table])
            write_row = copy.write_row
            for row in rows:
                write_row(row)


def _column_types(connection: Connection) -> dict[Table, list[int]]:
    """Return the types of each table's columns; binary COPY takes a value of another width for garbage."""
    found = {
        (str(table), str(column)): int(str(oid))
        for table, column, oid in connection.execute(
            """
            SELECT relation.relname, attribute.attname, attribute.atttypid::bigint
            FROM pg_attribute AS attribute
            JOIN pg_class AS relation ON relation.oid = attribute.attrelid
            WHERE relation.relnamespace = 'kvmgrid'::regnamespace AND attribute.attnum > 0
            """
        )
    }
    timestamptz, bigint = (psycopg.adapters.types[name].oid for name in ("timestamptz", "int8"))
    types = {}
    for table in ALL_TABLES:
        missing = [column for column in table.columns if (table.name, column) not in found]
        if missing:
            raise SchemaError(
                f"table {table.name} lacks {', '.join(missing)}: run kvmgrid-consumer migrate first"
            )
        oids = (found[table.name, column] for column in table.columns)
        # Times are eight bytes already, see the rows module.
        types[table] = [bigint if oid == timestamptz else oid for oid in oids]
    return types


def _stage(table: Table) -> str:
    return f"stage_{table.name}"


def _columns(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _copy(name: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(name), _columns(columns))


def _create_stage(table: Table) -> sql.Composed:
    # Without the constraints and indexes of the table: the merge applies them.
    return sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} AS SELECT {} FROM {} WITH NO DATA").format(
        sql.Identifier(_stage(table)), _columns(table.columns), sql.Identifier(table.name)
    )


def _merge(table: Table) -> sql.Composed:
    """Rows go in by key, so that two consumers with equal rows wait for each other and do not deadlock."""
    insert = sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} ORDER BY {key}").format(
        table=sql.Identifier(table.name),
        columns=_columns(table.columns),
        stage=sql.Identifier(_stage(table)),
        key=_columns(table.key),
    )
    if table not in LATEST_TABLES:
        return insert + sql.SQL(" ON CONFLICT DO NOTHING")
    others = [column for column in table.columns if column not in table.key]
    update = sql.SQL(
        " ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW ({values}) "
        "WHERE {table}.sampled_at < excluded.sampled_at"
    )
    return insert + update.format(
        key=_columns(table.key),
        columns=_columns(others),
        values=sql.SQL(", ").join(sql.Identifier("excluded", column) for column in others),
        table=sql.Identifier(table.name),
    )
