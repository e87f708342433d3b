# SPDX-License-Identifier: Apache-2.0
"""What the system has of the messages, read from outside: rows, quarantine, dead letters, told drops."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.faults.stored_row import RowKey, StoredName, StoredRow, microseconds

HOST_TABLES = ("host_samples", "host_disk_samples", "host_interface_samples", "host_filesystem_samples")
DOMAIN_TABLES = ("domain_samples", "domain_block_samples", "domain_interface_samples")
_MESSAGES = """
    SELECT h.host, m.epoch, m.sequence FROM {} AS m LEFT JOIN hosts AS h USING (host_id)
"""
_HOST_ROWS = "SELECT h.host AS stored_host, t.* FROM {} AS t LEFT JOIN hosts AS h USING (host_id)"
_DOMAIN_ROWS = """
    SELECT h.host AS stored_host, d.uuid::text AS stored_uuid, t.*
    FROM {} AS t LEFT JOIN hosts AS h USING (host_id) LEFT JOIN domains AS d USING (domain_id)
"""
_NAMES = """
    SELECT host, hostname FROM hosts WHERE hostname IS NOT NULL
    UNION SELECT host, n.hostname FROM host_names AS n JOIN hosts USING (host_id)
    UNION SELECT uuid::text, name FROM domains
    UNION SELECT uuid::text, n.name FROM domain_names AS n JOIN domains USING (domain_id)
"""
_GAPS = "SELECT host, epoch, first_missing, last_missing, reported_dropped_count FROM publisher_gaps"


class ToldGap(NamedTuple):
    """Messages of one publisher that are told as missing."""

    host: str
    epoch: str
    first_sequence: int
    last_sequence: int
    # Of these, given up by the spool.
    dropped_count: int

    def ids(self) -> list[str]:
        """Return the ids of its messages."""
        return [
            f"{self.host}/{self.epoch}/{sequence}"
            for sequence in range(self.first_sequence, self.last_sequence + 1)
        ]


class Evidence(NamedTuple):
    """Everything that was found."""

    # Ids as often as they were found.
    message_ids: list[str]
    rows: list[StoredRow]
    quarantined_ids: list[str]
    # SHA-256 of their bodies: a hostile message need not have a usable id.
    quarantined_digests: set[bytes]
    # Refused messages that were counted without being kept, by their host.
    not_kept_counts: dict[str, int]
    dead_ids: list[str]
    # Still in the queue when the consumers have ended: late, and not lost.
    waiting_ids: list[str]
    # Host, epoch, first and last sequence, as a publisher told.
    dropped: list[tuple[str, str, int, int]]
    # What hosts and VMs were called, at any time.
    names: list[StoredName]
    # As the view of gaps tells them.
    gaps: list[ToldGap]


def read_evidence(
    url: str, dead_ids: list[str], waiting_ids: Sequence[str] = (), *, with_rows: bool = True
) -> Evidence:
    """Return what a database has, asked as its administrator; messages alone are read much faster."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path = kvmgrid, public")
        quarantined = connection.execute("SELECT message_id, body_sha256 FROM quarantine").fetchall()
        return Evidence(
            message_ids=[*_message_ids(connection, "publisher_reports"), *_message_ids(connection, "events")],
            rows=list(_rows(connection)) if with_rows else [],
            quarantined_ids=[message_id for message_id, _ in quarantined if message_id is not None],
            quarantined_digests={bytes(digest) for _, digest in quarantined if digest is not None},
            not_kept_counts=_not_kept(connection),
            dead_ids=dead_ids,
            waiting_ids=list(waiting_ids),
            dropped=connection.execute(
                "SELECT host, epoch, first_sequence, last_sequence"
                " FROM dropped_ranges JOIN hosts USING (host_id)"
            ).fetchall(),
            names=[StoredName(*row) for row in connection.execute(_NAMES)] if with_rows else [],
            gaps=[ToldGap(*row) for row in connection.execute(_GAPS)] if with_rows else [],
        )


def write_evidence(evidence: Evidence, path: Path) -> None:
    """Write down what was found, one JSON object a line with its kind."""
    with path.open("w") as file:
        for kind, found in evidence._asdict().items():
            for each in found.items() if isinstance(found, dict) else found:
                file.write(json.dumps({kind: each}, default=_as_text) + "\n")


def _as_text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def read_queue(channel: Any, queue: str) -> list[str]:
    """Return the ids of a queue's messages and leave them there; a channel that closes requeues them."""
    found: list[str] = []
    while True:
        method, properties, _ = channel.basic_get(queue, auto_ack=False)
        if method is None:
            return found
        found.append(str(properties.message_id))


def _message_ids(connection: psycopg.Connection[Any], table: str) -> list[str]:
    query = sql.SQL(_MESSAGES).format(sql.Identifier(table))
    return [f"{host}/{epoch}/{sequence}" for host, epoch, sequence in connection.execute(query)]


def _rows(connection: psycopg.Connection[Any]) -> Iterator[StoredRow]:
    cursor = connection.cursor(row_factory=dict_row)
    for table in HOST_TABLES:
        for row in cursor.execute(sql.SQL(_HOST_ROWS).format(sql.Identifier(table))):
            yield _row(table, row, str(row["stored_host"]))
    for table in DOMAIN_TABLES:
        for row in cursor.execute(sql.SQL(_DOMAIN_ROWS).format(sql.Identifier(table))):
            yield _row(table, row, str(row["stored_uuid"]))
    for row in cursor.execute(sql.SQL(_HOST_ROWS).format(sql.Identifier("events"))):
        key = RowKey(
            "events",
            str(row["stored_host"]),
            f"{row['epoch']}/{row['sequence']}",
            microseconds(row["occurred_at"]),
        )
        yield StoredRow(key, row["stored_host"], row)


def _row(table: str, row: dict[str, Any], owner: str) -> StoredRow:
    device = row.get("device") or row.get("path") or ""
    key = RowKey(table, owner, device, microseconds(row["sampled_at"]))
    return StoredRow(key, row["stored_host"], row)


def _not_kept(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many refused messages of each host are counted for good, without their bodies."""
    query = "SELECT host, sum(unkept_message_count)::bigint FROM quarantine_counts GROUP BY host"
    return {str(host): int(count) for host, count in connection.execute(query)}
