# SPDX-License-Identifier: Apache-2.0
"""Rows as bytes of PostgreSQL's binary COPY, made before the database is asked for anything.

Encoding needs the interpreter, sending does not: made on the intake's thread, the bytes of the next flush are
ready while the server still takes those of the one before.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import psycopg
from psycopg.abc import Buffer
from psycopg.copy import Writer as CopyWriter

from consumer.database import Connection, translated_errors
from consumer.errors import DataRefused, SchemaError
from consumer.rows import Row
from consumer.statements import statement
from consumer.tables import ALL_TABLES, Table


class Encoded(NamedTuple):
    """The rows of one table, in pieces that together are one COPY stream."""

    pieces: tuple[Buffer, ...]
    row_count: int


class _Pieces(CopyWriter):
    def __init__(self) -> None:
        self.pieces: list[Buffer] = []

    def write(self, data: Buffer) -> None:
        self.pieces.append(data)


class Encoder:
    """Knows the types of the columns. Outlives its connection, which it only reads the types from."""

    def __init__(self, connection: Connection) -> None:
        with translated_errors():
            self._types = _column_types(connection)
        self._cursor = connection.cursor()

    def encode(self, rows_by_table: Mapping[Table, Sequence[Row]]) -> dict[Table, Encoded]:
        """Return the rows as bytes; raise DataRefused for a value that its column cannot hold."""
        try:
            return {table: self._encode(table, rows) for table, rows in rows_by_table.items() if rows}
        except (psycopg.DataError, UnicodeEncodeError, OverflowError) as error:
            raise DataRefused(f"{type(error).__name__}: {error}") from error

    def _encode(self, table: Table, rows: Sequence[Row]) -> Encoded:
        pieces = _Pieces()
        with psycopg.Copy(self._cursor, binary=True, writer=pieces) as copy:
            copy.set_types(self._types[table])
            write_row = copy.write_row
            for row in rows:
                write_row(row)
        return Encoded(tuple(pieces.pieces), len(rows))


def _column_types(connection: Connection) -> dict[Table, list[int]]:
    """Return the types of each table's columns; binary COPY takes a value of another width for garbage."""
    found = {
        (str(table), str(column)): int(str(oid))
        for table, column, oid in connection.execute(statement("column_types"))
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
