# SPDX-License-Identifier: Apache-2.0
"""Sessions of flush and of upkeep that take turns at every statement, by chance and repeatably.

The flush is that of the consumer, statement by statement: rows, the gate, the mark, the notes, the commit. A
session yields between its statements, so that those of others come in between, in transactions that are open.
What would wait for another session fails after a moment, is rolled back and tried again, as a restart would.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import psycopg
from psycopg import sql

from tests.migration.seeding import HYPERTABLES

TABLES = ("host_samples", "host_disk_samples", "domain_samples")
BUCKET_SECONDS = 300
HOSTS = DOMAINS = 3
# The columns beside keys and time, each with the values that come.
COLUMNS = {
    "host_samples": (
        "cpu_busy_ratio",
        "memory_total_bytes",
        "uptime_seconds",
        "health_state",
        "health_reasons",
    ),
    "host_disk_samples": ("leaf", "read_bytes_per_second", "in_flight_count"),
    "domain_samples": ("host_id", "cpu_cores", "memory_used_bytes", "vcpu_count", "state", "outcome"),
}
REQUIRED = {"health_state", "health_reasons", "leaf", "host_id", "state", "outcome"}
Turns = Iterator[None]


class Row(NamedTuple):
    """A sample: its table, the entity and device of its key, its time, and the values of COLUMNS."""

    table: str
    entity_id: int
    device: str | None
    sampled_at: datetime
    values: tuple[object, ...]

    @property
    def note(self) -> tuple[str, int, datetime]:
        """Subject, entity and start of the bucket."""
        start = datetime.fromtimestamp(
            self.sampled_at.timestamp() // BUCKET_SECONDS * BUCKET_SECONDS, self.sampled_at.tzinfo
        )
        return self.table.split("_")[0], self.entity_id, start


def random_rows(random: Random, first: datetime, last: datetime, count: int) -> list[Row]:
    """Return samples of some hosts, disks and VMs; many fall into the same buckets; figures may be null."""
    starts = [first + (last - first) * random.random() for _ in range(max(1, count // 20))]
    rows = []
    for _ in range(count):
        table = random.choice(TABLES)
        sampled_at = min(last, random.choice(starts) + timedelta(seconds=random.randrange(1200)))
        device = random.choice(("vda", "vdb")) if table == "host_disk_samples" else None
        values = tuple(_value(random, column) for column in COLUMNS[table])
        rows.append(
            Row(table, random.randrange(1, HOSTS + 1), device, sampled_at.replace(microsecond=0), values)
        )
    return rows


def _value(random: Random, column: str) -> object:
    """Return a value of a column: often a null, often the same, in any magnitude."""
    if column not in REQUIRED and random.random() < 0.2:
        return None
    magnitude = random.random() * 10 ** random.randrange(-6, 6)
    values: dict[str, object] = {
        "health_state": random.choice(("good", "strained", "bad", "unknown")),
        "health_reasons": "[]",
        "leaf": True,
        "outcome": "ok",
        "memory_total_bytes": 2**40 + 1,
        "memory_used_bytes": random.randrange(2**40),
    }
    if column in {"state", "host_id", "vcpu_count", "in_flight_count"}:
        return random.randrange(1, 7)
    return values.get(column, random.choice((0.0, 0.25, magnitude)))


def flush(connection: psycopg.Connection, rows: list[Row], random: Random) -> Turns:
    """Store rows as the consumer does, and try until it has worked. Now and then the first try is cut off."""
    is_cut_off = random.random() < 0.2
    while True:
        try:
            connection.execute("SET LOCAL lock_timeout = '20ms'")
            for row in rows:
                connection.execute(*_insert(row))
                yield
            connection.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
            yield
            ((announced,),) = connection.execute("SELECT announced FROM rollup_announced").fetchall()
            yield
            for note in sorted({row.note for row in rows if row.sampled_at < announced}):
                connection.execute(
                    "INSERT INTO rollup_late (subject, entity_id, bucket) VALUES (%s, %s, %s)", note
                )
                yield
            # A commit that takes its time: upkeep may announce and fill meanwhile.
            for _ in range(random.choice((0, 20))):
                yield
            if not is_cut_off:
                connection.commit()
                return
        except psycopg.errors.LockNotAvailable:
            pass
        is_cut_off = False
        connection.rollback()
        yield


def _insert(row: Row) -> tuple[sql.Composed, list[object]]:
    entity = f"{row.table.split('_')[0]}_id"
    cells = {
        entity: row.entity_id,
        "sampled_at": row.sampled_at,
        **dict(zip(COLUMNS[row.table], row.values, strict=True)),
    }
    if row.device is not None:
        cells["device"] = row.device
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(row.table),
        sql.SQL(", ").join(map(sql.Identifier, cells)),
        sql.SQL(", ").join([sql.Placeholder()] * len(cells)),
    )
    return statement, list(cells.values())


def upkeep(connection: psycopg.Connection, random: Random, step_count: int) -> Turns:
    """Take steps of upkeep by chance; a transaction stays open for some turns, and may be cut off."""
    for _ in range(step_count):
        try:
            match random.randrange(4):
                case 0:
                    connection.execute("SELECT announce_rollups()")
                case 1:
                    connection.execute("SELECT apply_late_rollups(%s)", [random.choice((1, 5, 1000))])
                case 2:
                    # Notes wait until all relations of their subject are filled.
                    for relation in random.sample(HYPERTABLES, len(HYPERTABLES)):
                        connection.execute(
                            "SELECT fill_rollup(%s, '5m', %s)", [relation, random.choice((20, 1000))]
                        )
                case _:
                    step = [random.choice(TABLES), random.choice(("1h", "1d"))]
                    connection.execute("SELECT fill_rollup(%s, %s, 1000)", step)
            for _ in range(random.randrange(4)):
                yield
            if random.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()
        except psycopg.errors.LockNotAvailable:
            connection.rollback()
        yield


def run_by_turns(sessions: list[Turns], random: Random) -> Iterator[None]:
    """Let sessions take turns by chance until all have ended; yields after each turn."""
    while sessions:
        session = random.choice(sessions)
        if next(session, "ended") == "ended":
            sessions.remove(session)
        yield
