# SPDX-License-Identifier: Apache-2.0
"""Rows as bytes of PostgreSQL's binary COPY, made before the database is asked for anything.

Encoding needs the interpreter, sending does not. So the intake's thread makes the bytes of the next flush
while the server takes those of the one before.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg.abc import Buffer
from psycopg.copy import Writer as CopyWriter
from psycopg.types.json import set_json_dumps

from consumer.database import Connection, translated_errors
from consumer.errors import DataRefused, SchemaError
from consumer.rows.tables import ALL_TABLES, COLUMN_TABLES, Table
from consumer.statements import statement
from publisher.wire.columns import COLUMNS

# Columns of many types: the tables module says which.
Row = tuple[Any, ...]

# PostgreSQL documentation, COPY, "Binary Format": a signature, flags, the length of an extension. At the end
# a row of -1 columns.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
# Types by the letter of packed numbers; all other columns are text.
_PACKED_TYPES = {"h": "int2", "i": "int4", "q": "int8", "f": "float4"}


class Encoded(NamedTuple):
    """Rows of one table, without the header and the trailer of a COPY stream."""

    blocks: tuple[bytes, ...]
    row_count: int

    @property
    def stream(self) -> tuple[bytes, ...]:
        """The parts of a whole COPY stream."""
        return _HEADER, *self.blocks, _TRAILER


class _Gathered(CopyWriter):
    def __init__(self) -> None:
        self.parts: list[Buffer] = []

    def write(self, data: Buffer) -> None:
        self.parts.append(data)


class Encoder:
    """Knows the types of the columns; any thread. Outlives its connection, which it only reads them from."""

    def __init__(self, connection: Connection) -> None:
        with translated_errors():
            self._types = _column_types(connection)
        self._cursor = connection.cursor()
        set_json_dumps(msgspec.json.encode, self._cursor)
        # The storing thread encodes too, when it isolates.
        self._lock = threading.Lock()

    def encode_all(self, rows_by_table: Mapping[Table, Sequence[Row]]) -> dict[Table, Encoded]:
        """Return the rows of several tables as bytes; raises as ``encode``."""
        return {table: self.encode(table, rows) for table, rows in rows_by_table.items() if rows}

    def encode(self, table: Table, rows: Sequence[Row]) -> Encoded:
        """Return the rows as bytes; raise DataRefused for a value that no bytes can be made of.

        A number too large for its column is not noticed here: the bounds of the wire's fields keep it out.
        """
        gathered = _Gathered()
        try:
            with self._lock, psycopg.Copy(self._cursor, binary=True, writer=gathered) as copy:
                copy.set_types(self._types[table])
                write_row = copy.write_row
                for row in rows:
                    write_row(row)
        except (psycopg.DataError, UnicodeEncodeError, OverflowError) as error:
            raise DataRefused(f"{type(error).__name__}: {error}") from error
        return Encoded((b"".join(gathered.parts)[len(_HEADER) : -len(_TRAILER)],), len(rows))


def _column_types(connection: Connection) -> dict[Table, list[int]]:
    """Return the types of each table's columns; binary COPY takes a value of another width for garbage."""
    found = {
        (str(table), str(column)): int(str(oid))
        for table, column, oid in connection.execute(statement("rows/column_types"))
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
        if wire := COLUMN_TABLES.get(table):
            for column in COLUMNS[wire]:
                kind = _PACKED_TYPES[column.packing.letter] if column.packing else "text"
                if found[table.name, column.name] != psycopg.adapters.types[kind].oid:
                    raise SchemaError(f"column {column.name} of table {table.name} is not of type {kind}")
        # Times are eight bytes already, see the rows module.
        types[table] = [bigint if oid == timestamptz else oid for oid in oids]
    return types
