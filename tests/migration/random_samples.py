# SPDX-License-Identifier: Apache-2.0
"""Samples by chance of every table, with each declared figure, within the bounds of its field."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from msgspec import inspect
from msgspec.structs import fields
from psycopg import sql

from deploy.figures.registry import KEYS, STRUCTS, figures_by_table

BUCKET_SECONDS = 300
ENTITY_COUNT = 3
HOSTS = tuple(range(1, ENTITY_COUNT + 1))
ELSEWHERE = "_elsewhere"
# Where flushes meet: seconds from the beginning.
ANCHORS = tuple(45_000 * ordinal + 2_000 for ordinal in range(11))
ANCHOR_SECONDS = 1_200
WORDS = {"health_state": ("good", "strained", "bad", "unknown", "odd"), "outcome": ("ok", "partial")}
STATE_COUNT = 8


class Column(NamedTuple):
    """A figure's column: its type, whether it may be null, and its bounds if it holds numbers."""

    name: str
    sql_type: str
    is_required: bool
    least: float
    greatest: float


def _bounds(kind: inspect.Type) -> tuple[float, float]:
    if isinstance(kind, inspect.UnionType):
        (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        assert kind.ge is not None
        assert kind.le is not None
        return kind.ge, kind.le
    return 0, 0


def _columns(table: str) -> tuple[Column, ...]:
    bounds = {
        field.name: _bounds(inspect.type_info(field.type))
        for struct in STRUCTS[table]
        for field in fields(struct)
    }
    return tuple(
        Column(name, declared.sql_type, declared.is_required, *bounds[name])
        for name, declared in figures_by_table()[table].items()
    )


COLUMNS: Final = {table: _columns(table) for table in STRUCTS}
# The second part of a table's key, where it has one.
DEVICES: Final = {
    table: name
    for table, structs in STRUCTS.items()
    for struct in structs
    for name in struct.__struct_fields__
    if name in KEYS
}


class Row(NamedTuple):
    """A sample: its table, the entity and device of its key, its host and time, and the values of COLUMNS."""

    table: str
    entity_id: int
    device: str | None
    host_id: int
    sampled_at: datetime
    values: tuple[object, ...]

    @property
    def note(self) -> tuple[str, int, datetime] | None:
        """Subject, entity and start of the bucket; None for what is kept apart from the series."""
        if self.table.endswith(ELSEWHERE):
            return None
        start = self.sampled_at.timestamp() // BUCKET_SECONDS * BUCKET_SECONDS
        return (
            self.table.split("_")[0],
            self.entity_id,
            datetime.fromtimestamp(start, self.sampled_at.tzinfo),
        )

    def insertion(self) -> tuple[sql.Composed, list[object]]:
        """Return the statement that stores the sample once, with its parameters."""
        series = self.table.removesuffix(ELSEWHERE)
        cells: dict[str, object] = {"host_id": self.host_id, f"{series.split('_')[0]}_id": self.entity_id}
        cells |= {"sampled_at": self.sampled_at}
        cells |= {column.name: value for column, value in zip(COLUMNS[series], self.values, strict=True)}
        if series in DEVICES:
            cells[DEVICES[series]] = self.device
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
            sql.Identifier(self.table),
            sql.SQL(", ").join(map(sql.Identifier, cells)),
            sql.SQL(", ").join([sql.Placeholder()] * len(cells)),
        )
        return statement, list(cells.values())


class Period(NamedTuple):
    """Where samples are taken; anchors are counted from ``begin``."""

    begin: datetime
    first: datetime
    last: datetime

    def instant(self, random: Random) -> datetime:
        """Return a time, half of the times near an anchor."""
        anchors = [self.begin + timedelta(seconds=anchor) for anchor in ANCHORS]
        anchors = [anchor for anchor in anchors if self.first <= anchor < self.last]
        if anchors and random.random() < 0.5:
            return random.choice(anchors) + timedelta(seconds=random.randrange(ANCHOR_SECONDS))
        return self.first + (self.last - self.first) * random.random()


def random_rows(
    random: Random, period: Period, count: int, *, tables: Sequence[str] = tuple(STRUCTS), suffix: str = ""
) -> list[Row]:
    """Return at least ``count`` samples of hosts, VMs and devices by chance; some fall into one bucket.

    ``suffix``: that of the tables for what is kept apart.
    """
    rows: list[Row] = []
    while len(rows) < count:
        table = random.choice(tables)
        entity_id = random.choice(HOSTS)
        host_id = entity_id if table.startswith("host_") else random.choice(HOSTS)
        device = random.choice(("vda", "vdb")) if table in DEVICES else None
        at = period.instant(random)
        for _ in range(random.randrange(1, 5)):
            sampled_at = min(period.last, at + timedelta(seconds=random.randrange(60))).replace(microsecond=0)
            values = tuple(_value(random, column) for column in COLUMNS[table])
            rows.append(Row(table + suffix, entity_id, device, host_id, sampled_at, values))
    return rows


def _value(random: Random, column: Column) -> object:
    """Return a value of a column: often null, often the same, in any magnitude, negative where it may be."""
    if not column.is_required and random.random() < 0.2:
        return None
    if column.name == "state":
        return random.randrange(STATE_COUNT)
    match column.sql_type:
        case "boolean":
            return random.random() < 0.5
        case "text":
            return random.choice(WORDS.get(column.name, ("one", "other")))
        case "jsonb":
            return "[]"
    return _number(random, column)


def _number(random: Random, column: Column) -> float:
    # The greatest comes alone: a negative counterpart would leave a sum that depends on its order.
    if random.random() < 0.01:
        return column.greatest
    magnitude = random.random() * 10 ** random.randrange(-6, 6)
    if column.sql_type in {"real", "double precision"}:
        number = random.choice((0.0, 0.25, magnitude))
    else:
        number = random.choice((0, 1, min(int(column.greatest), int(magnitude * 1e6))))
    return -number if column.least < 0 and random.random() < 0.3 else number
