# SPDX-License-Identifier: Apache-2.0
"""Hosts with a history at every level, written into the tables of samples and buckets themselves.

Each figure of a bucket has a least and a greatest value of its own. Each histogram has as many bins as a busy
one. No bucket is narrow because its figures stand still.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

SAMPLES = Path(__file__).with_name("stored_samples.sql")
BUCKETS = Path(__file__).with_name("stored_buckets.sql")
RAW = "host_samples"
LEVELS = {"five_minutes": f"{RAW}_5m_buckets", "hours": f"{RAW}_1h_buckets", "days": f"{RAW}_1d_buckets"}
# As the statements write it.
SAMPLE_COUNTS = {"five_minutes": 30, "hours": 360, "days": 8_640}
KEYS = ("bucket", "sampled_at", "host_id", "sample_count")
# The means of 5 minutes fall into some bins of an hour's histogram, and into more of a day's.
HOURS_HISTOGRAM = """
(SELECT array_agg((700 + host_id + bin) * 65536 + 2 ORDER BY bin) FROM generate_series(0, 5) AS bin)
"""
DAYS_HISTOGRAM = """
(SELECT array_agg((700 + host_id + bin) * 65536 + 8 ORDER BY bin) FROM generate_series(0, 35) AS bin)
"""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


class HistoryShape(Struct, frozen=True, kw_only=True):
    """So many hosts with a sample a tick; how much of it is kept at each level."""

    host_count: int
    tick: timedelta = timedelta(seconds=10)
    raw_for: timedelta = timedelta(hours=25)
    five_minutes_for: timedelta = timedelta(days=7)
    hours_for: timedelta = timedelta(days=100)
    days_for: timedelta = timedelta(days=400)


@contextmanager
def stored_history(stock: Stock, shape: HistoryShape, now: datetime) -> Iterator[Place]:
    """Give a place whose database holds the history of hosts 1, 2, ... up to an instant."""
    say(f"writing the history of {shape.host_count} hosts")
    with place_on(stock.servers) as here:
        with psycopg.connect(
            here.database.administrator_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as connection:
            write_samples(connection, shape, now)
            write_buckets(connection, shape, now)
        yield here


def write_samples(connection: psycopg.Connection[Any], shape: HistoryShape, now: datetime) -> None:
    """Write hosts and their samples into an empty database. ``connection`` has client-side parameters."""
    _write(connection, SAMPLES, {"raw": RAW}, shape, now)


def write_buckets(connection: psycopg.Connection[Any], shape: HistoryShape, now: datetime) -> None:
    """Write their buckets at every level, and say that these are done."""
    _write(connection, BUCKETS, LEVELS, shape, now)


def _write(
    connection: psycopg.Connection[Any],
    statements: Path,
    tables: Mapping[str, str],
    shape: HistoryShape,
    now: datetime,
) -> None:
    parts: dict[str, sql.Composable] = {}
    for part, table in tables.items():
        found = connection.execute(COLUMNS, [f"kvmgrid.{table}"]).fetchall()
        columns = {name: kind for name, kind in found if name not in KEYS and not _is_null(name, part)}
        parts[f"{part}_columns"] = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
        parts[f"{part}_values"] = sql.SQL(", ").join(
            sql.SQL(_value(name, kind, part)) for name, kind in columns.items()
        )
    parameters = {name: getattr(shape, name) for name in shape.__struct_fields__} | {"now": now}
    for statement in statements.read_text(encoding="utf-8").split(";\n\n"):
        connection.execute(sql.SQL(statement).format(**parts), parameters)


def _is_null(name: str, part: str) -> bool:
    """Whether a column of a bucket is null where every sample has the figure and all are good."""
    return part != "raw" and name.endswith("_count") and name != "health_good_count"


def _value(name: str, kind: str, part: str) -> str:
    """Return the expression of a column: means lie between the least and the greatest value."""
    if name == "health_state":
        return "'good'"
    if name == "health_good_count":
        return str(SAMPLE_COUNTS[part])
    if kind == "integer[]":
        return DAYS_HISTOGRAM if part == "days" else HOURS_HISTOGRAM
    if name.endswith("_sum"):
        return f"{SAMPLE_COUNTS[part]} * (0.5 + random() / 1000)"
    low, high = ("0.5", "1.0") if name.endswith("_max") else ("0.0", "0.5")
    expressions = {
        "real": f"({low} + random() * ({high} - {low}))::real",
        "double precision": f"{low} + random() * ({high} - {low})",
        "bigint": f"(1000000000 * ({low} + random() * ({high} - {low})))::bigint",
        "integer": f"(100 * ({low} + random() * ({high} - {low})))::integer",
        "smallint": "1::smallint",
        "boolean": "false",
        "jsonb": "'[]'::jsonb",
        "text": "'text'",
    }
    return expressions[kind]
