# SPDX-License-Identifier: Apache-2.0
"""Encoded rows into tables: one transaction per flush, binary COPY, each key once.

The optimistic path copies straight into the hypertables. A key that exists already, a redelivered message
or an earlier attempt of unknown outcome take the staged path: COPY into a temporary table, then INSERT with
ON CONFLICT DO NOTHING. It costs the server 1.7 times as much, and cannot fail over a duplicate.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import psycopg
from psycopg import sql

from consumer.database import Connection, translated_errors
from consumer.failpoint import Name
from consumer.incarnation import Incarnation, require_incarnation
from consumer.rows.encoding import Encoded
from consumer.rows.instants import Instants
from consumer.rows.tables import (
    CLAIM_TABLES,
    DOMAIN_LATEST,
    DOMAIN_LATEST_KEYS,
    DOMAIN_SAMPLES,
    HOST_LATEST,
    LATEST_TABLES,
    PUBLISHER_REPORTS,
    REPEATED_TABLES,
    SAMPLE_TABLES,
    Table,
)
from consumer.statements import statement
from consumer.store.late_notes import note_late, pass_gate

RowsByTable = Mapping[Table, Encoded]


class Written(NamedTuple):
    """What a flush added; duplicates were there already."""

    row_count: int
    duplicate_count: int

    def plus(self, other: "Written") -> "Written":
        """Return the sum of both."""
        return Written(self.row_count + other.row_count, self.duplicate_count + other.duplicate_count)


class MessagesCollided(Exception):  # noqa: N818 - names what happened to the messages
    """Other messages of their hosts and instants are stored: by message id, each with the stored one's."""

    def __init__(self, others: Mapping[str, str]) -> None:
        super().__init__(f"{len(others)} messages collide with stored ones")
        self.others = others


class Writer:
    """Writes flushes on one connection; the caller closes the connection when an error leaves this class."""

    def __init__(self, connection: Connection, reach: Callable[[Name], None]) -> None:
        """``reach`` is called at the failpoints of a transaction."""
        self._connection = connection
        self._reach = reach
        with translated_errors(), connection.transaction():
            for table in (*SAMPLE_TABLES, *CLAIM_TABLES, *REPEATED_TABLES, HOST_LATEST):
                connection.execute(_create_stage(table, _stage(table)))
            connection.execute(_create_stage(DOMAIN_SAMPLES, _stage(DOMAIN_LATEST)))
            connection.execute(_create_stage(DOMAIN_LATEST_KEYS, _LATEST_KEYS))
        self._copies = {table: _copy(table.name, table.columns) for table in SAMPLE_TABLES}
        merged = (*SAMPLE_TABLES, *CLAIM_TABLES, *REPEATED_TABLES, *LATEST_TABLES)
        self._merges = {table: _merge(table) for table in merged}

    def write(
        self,
        rows: RowsByTable,
        instants: Instants,
        incarnations: AbstractSet[Incarnation] = frozenset(),
        *,
        suspect: bool,
    ) -> Written:
        """Commit the rows, whose samples are of ``instants``; ``suspect``: some may be stored already.

        Raises IncarnationChanged where their keys are not of this database, MessagesCollided, DatabaseAway,
        DataRefused; then nothing is stored.
        """
        with translated_errors():
            if not suspect:
                try:
                    with self._connection.transaction():
                        require_incarnation(self._connection, incarnations, locked=True)
                        written = self._write_straight(rows)
                        self._finish(instants)
                        return written
                except psycopg.errors.UniqueViolation:
                    pass
            with self._connection.transaction():
                require_incarnation(self._connection, incarnations, locked=True)
                written = self._write_staged(rows)
                self._finish(instants)
                return written

    def rehearse(self, rows: RowsByTable, instants: Instants) -> None:
        """Write the rows and take them back. Raises DatabaseAway, DataRefused."""
        with translated_errors(), self._connection.transaction(force_rollback=True):
            self._write_straight(rows)
            note_late(self._connection, instants, pass_gate(self._connection))

    def _finish(self, instants: Instants) -> None:
        """Tell the rollups: last, since whoever has passed the gate holds them up until the commit."""
        if instants.oldest is not None:
            announced = pass_gate(self._connection)
            self._reach("after_mark")
            note_late(self._connection, instants, announced)
        self._reach("before_commit")

    def _write_straight(self, rows: RowsByTable) -> Written:
        offered, count = self._add_claims(rows)
        duplicate_count = offered - count
        for table in SAMPLE_TABLES:
            if found := rows.get(table):
                self._fill(self._copies[table], found)
                count += found.row_count
        self._merge_others(rows)
        return Written(count, duplicate_count)

    def _write_staged(self, rows: RowsByTable) -> Written:
        offered, inserted = self._add_claims(rows)
        if reports := rows.get(PUBLISHER_REPORTS):
            self._fill(_copy(_stage(PUBLISHER_REPORTS), PUBLISHER_REPORTS.columns), reports)
            self._require_same_messages()
            offered += reports.row_count
            inserted += self._connection.execute(self._merges[PUBLISHER_REPORTS]).rowcount
        for table in SAMPLE_TABLES:
            if table != PUBLISHER_REPORTS and (found := rows.get(table)):
                offered += found.row_count
                inserted += self._merge(table, found)
        self._merge_others(rows)
        return Written(inserted, offered - inserted)

    def _require_same_messages(self) -> None:
        """Raise MessagesCollided where other messages of the hosts and instants are stored."""
        # A plan made for an empty stage would not suit a full one.
        rows = self._connection.execute(statement("store/collisions"), prepare=False).fetchall()
        if rows:
            raise MessagesCollided({str(message_id): str(stored) for message_id, stored in rows})

    def _add_claims(self, rows: RowsByTable) -> tuple[int, int]:
        """Add what is reported of domains elsewhere; return how many rows there were, and how many new."""
        claims = {table: rows[table] for table in CLAIM_TABLES if table in rows}
        added = sum(self._merge(table, found) for table, found in claims.items())
        if claims:
            # A plan made for the empty stages would not suit the full ones.
            self._connection.execute(statement("store/claims_lock"), prepare=False)
        return sum(found.row_count for found in claims.values()), added

    def _merge_others(self, rows: RowsByTable) -> None:
        for table in (*REPEATED_TABLES, HOST_LATEST):
            if found := rows.get(table):
                self._merge(table, found)
        if DOMAIN_LATEST_KEYS in rows:
            self._fill(_copy(_LATEST_KEYS, DOMAIN_LATEST_KEYS.columns), rows[DOMAIN_LATEST_KEYS])
            self._fill(_copy(_stage(DOMAIN_LATEST), DOMAIN_SAMPLES.columns), rows[DOMAIN_LATEST])
            # A plan made for the empty stages would join the full ones row by row.
            self._connection.execute(self._merges[DOMAIN_LATEST], prepare=False)
        if not rows.keys().isdisjoint(CLAIM_TABLES):
            self._connection.execute(statement("store/claims_apply"), prepare=False)

    def _merge(self, table: Table, rows: Encoded) -> int:
        """Add rows whose key is new (or newer, for a latest table) and return how many changed anything."""
        self._fill(_copy(_stage(table), table.columns), rows)
        return self._connection.execute(self._merges[table]).rowcount

    def _fill(self, statement: sql.Composed, rows: Encoded) -> None:
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for part in rows.stream:
                copy.write(part)


# Beside the samples of DOMAIN_LATEST, which have the columns and the bytes of DOMAIN_SAMPLES.
_LATEST_KEYS = "stage_domain_latest_keys"


def _stage(table: Table) -> str:
    return f"stage_{table.name}"


def _columns(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _copy(name: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(name), _columns(columns))


def _create_stage(table: Table, stage: str) -> sql.Composed:
    # Without the constraints and indexes of the table: the merge applies them. Each is filled once in a
    # transaction. TRUNCATE would cost more than the end of it, and leave a dead row in pg_class each time.
    return sql.SQL(
        "CREATE TEMPORARY TABLE IF NOT EXISTS {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA"
    ).format(sql.Identifier(stage), _columns(table.columns), sql.Identifier(table.name))


def _merge(table: Table) -> sql.Composed:
    """Return the merge of a stage; by key, so that two consumers with equal rows do not deadlock."""
    form, source = (
        "SELECT {columns} FROM {source} ORDER BY {key}",
        sql.Composed([sql.Identifier(_stage(table))]),
    )
    if table == DOMAIN_LATEST:
        # A message that came twice has its samples twice in the stage.
        form = "SELECT DISTINCT ON ({key}) {columns} FROM {source} ORDER BY {key}"
        source += sql.SQL(" JOIN {} USING ({})").format(
            sql.Identifier(_LATEST_KEYS), _columns(DOMAIN_LATEST_KEYS.key)
        )
    insert = sql.SQL("INSERT INTO {table} ({columns}) " + form).format(
        table=sql.Identifier(table.name),
        columns=_columns(table.columns),
        source=source,
        key=_columns(table.key),
    )
    if table not in LATEST_TABLES:
        return insert + sql.SQL(" ON CONFLICT DO NOTHING")
    others = [column for column in table.columns if column not in table.key]
    update = sql.SQL(
        " ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW ({values}) "
        # A host whose clock is ahead must not keep a row of the future; what arrives later replaces it.
        "WHERE least({table}.sampled_at, {table}.received_at)"
        " < least(excluded.sampled_at, excluded.received_at)"
    )
    return insert + update.format(
        key=_columns(table.key),
        columns=_columns(others),
        values=sql.SQL(", ").join(sql.Identifier("excluded", column) for column in others),
        table=sql.Identifier(table.name),
    )
