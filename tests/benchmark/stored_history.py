# SPDX-License-Identifier: Apache-2.0
"""Hosts and VMs with a history at every level, written into the tables of samples and buckets themselves.

Each figure of a bucket has a least and a greatest value of its own. Each histogram has as many bins as a busy
one. No bucket is narrow because its figures stand still.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from msgspec import Struct
from psycopg import sql

from consumer.schema.levels import LEVEL_SECONDS
from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

HERE: Final = Path(__file__).parent
KEYS: Final = ("bucket", "sampled_at", "sample_count")
# The means of 5 minutes fall into some bins of an hour's histogram, and into more of a day's.
HISTOGRAM: Final = """
(
    SELECT array_agg((700 + mod(entity, 24) + bin) * 65536 + 8 ORDER BY bin)
    FROM generate_series(1, {bins}) AS bin
)
"""
BIN_COUNTS: Final = {"1h": 6, "1d": 36}
# Of all samples of a bucket; all hosts are good and all VMs run.
WHOLE_COUNTS: Final = ("health_good_count", "state_running_count")
VALUES: Final = {
    "real": "({low} + random() * ({high} - {low}))::real",
    "double precision": "{low} + random() * ({high} - {low})",
    "bigint": "(1000000000 * ({low} + random() * ({high} - {low})))::bigint",
    "integer": "(100 * ({low} + random() * ({high} - {low})))::integer",
    "smallint": "1::smallint",
    "boolean": "false",
    "jsonb": "'[]'::jsonb",
    "text": "'text'",
}
COLUMNS: Final = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


class HistoryShape(Struct, frozen=True, kw_only=True):
    """So many hosts and VMs with a sample a tick; how much of it is kept at each level.

    ``told_every``: of so many hosts one has figures, the first, and so have its VMs. Rows of the others are
    keys without figures: they lie between, and in the indexes, and are small.
    """

    host_count: int
    domain_count_per_host: int = 0
    told_every: int = 1
    tick: timedelta = timedelta(seconds=10)
    raw_for: timedelta = timedelta(minutes=80)
    five_minutes_for: timedelta = timedelta(days=2)
    hours_for: timedelta = timedelta(days=35)
    days_for: timedelta = timedelta(days=400)

    def kept(self) -> dict[str, timedelta]:
        """Return how long each level reaches back."""
        return {"5m": self.five_minutes_for, "1h": self.hours_for, "1d": self.days_for}

    def subjects(self) -> "list[_Subject]":
        """Return what has samples."""
        hosts, domains = _Subject("host", 1), _Subject("domain", self.domain_count_per_host)
        return [hosts, domains] if self.domain_count_per_host else [hosts]


class _Subject(NamedTuple):
    name: str
    per_host: int

    def table(self, level: str = "") -> str:
        """Return the table of its samples, or that of a level."""
        return f"{self.name}_samples" + (f"_{level}_buckets" if level else "")


@contextmanager
def stored_history(stock: Stock, shape: HistoryShape, now: datetime) -> Iterator[Place]:
    """Give a place whose database holds the history of hosts 1, 2, ... up to an instant."""
    say(f"writing the history of {shape.host_count} hosts with {shape.domain_count_per_host} VMs")
    with place_on(stock.servers) as here:
        with psycopg.connect(
            here.database.administrator_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as connection:
            write_samples(connection, shape, now)
            write_buckets(connection, shape, now)
        yield here


def write_samples(connection: psycopg.Connection[Any], shape: HistoryShape, now: datetime) -> None:
    """Write hosts and their samples into an empty database. ``connection`` has client-side parameters."""
    parameters = _parameters(shape, now)
    for statement in _statements("stored_hosts")[: len(shape.subjects())]:
        connection.execute(sql.SQL(statement), parameters)
    (statement,) = _statements("stored_samples")
    for subject in shape.subjects():
        parts = _parts(connection, subject, "", whole_count=0)
        connection.execute(sql.SQL(statement).format(**parts), parameters | {"per_host": subject.per_host})


def write_buckets(connection: psycopg.Connection[Any], shape: HistoryShape, now: datetime) -> None:
    """Write their buckets at every level, and say that these are done."""
    parameters = _parameters(shape, now)
    (statement,) = _statements("stored_buckets")
    for level, kept in shape.kept().items():
        width = timedelta(seconds=LEVEL_SECONDS[level])
        of_level = parameters | {"kept": kept, "width": width, "sample_count": width // shape.tick}
        for subject in shape.subjects():
            say(f"writing {subject.name} buckets of {level}")
            parts = _parts(connection, subject, level, width // shape.tick)
            connection.execute(sql.SQL(statement).format(**parts), of_level | {"per_host": subject.per_host})
    for statement in _statements("stored_marks"):
        connection.execute(sql.SQL(statement), parameters)


def _parameters(shape: HistoryShape, now: datetime) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in shape.__struct_fields__} | {"now": now}


def _statements(name: str) -> list[str]:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8").split(";\n\n")


def _parts(
    connection: psycopg.Connection[Any], subject: _Subject, level: str, whole_count: int
) -> dict[str, sql.Composable]:
    """Return what a statement is made of: the table, its key, the other columns and their expressions."""
    table, key = subject.table(level), f"{subject.name}_id"
    found = connection.execute(COLUMNS, [f"kvmgrid.{table}"]).fetchall()
    values = {
        name: _value(name, kind, level, whole_count, is_required=is_required)
        for name, kind, is_required in found
        if name not in (*KEYS, key) and not _is_null(name, level)
    }
    return {
        "table": sql.Identifier("kvmgrid", table),
        "key": sql.Identifier(key),
        "columns": sql.SQL(", ").join(map(sql.Identifier, values)),
        "values": sql.SQL(", ").join(map(sql.SQL, values.values())),
    }


def _is_null(name: str, level: str) -> bool:
    """Whether a column of a bucket is null where every sample has the figure and all are good."""
    return bool(level) and name.endswith("_count") and name not in WHOLE_COUNTS


def _value(name: str, kind: str, level: str, whole_count: int, *, is_required: bool) -> str:
    """Return the expression of a column, which is null for those of whom nothing is told."""
    expression = _expression(name, kind, level, whole_count)
    return expression if is_required else f"CASE WHEN is_told THEN {expression} END"


def _expression(name: str, kind: str, level: str, whole_count: int) -> str:
    """Return the expression of a column: means lie between the least and the greatest value."""
    words = {"health_state": "'good'", "host_id": "host_ordinal + 1"} | dict.fromkeys(
        WHOLE_COUNTS, str(whole_count)
    )
    if name in words:
        return words[name]
    if kind == "integer[]":
        return HISTOGRAM.format(bins=BIN_COUNTS[level])
    if name.endswith("_sum"):
        return f"{whole_count} * (0.5 + random() / 1000)"
    low, high = ("0.5", "1.0") if name.endswith("_max") else ("0.0", "0.5")
    return VALUES[kind].format(low=low, high=high)
