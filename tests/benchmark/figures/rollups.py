# SPDX-License-Identifier: Apache-2.0
"""What a day's rollups cost beside its samples, in CPU and bytes: 20 VMs a host, a disk and interface each.

The consumers do not fill levels here (a new database waits for its first ones): the database's functions do,
in one session, after the samples are stored.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from consumer.settings import RetentionSettings
from tests.benchmark.drain import store
from tests.benchmark.errors import UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading, rounded
from tests.benchmark.figures.total_cost import MICROSECONDS, stored
from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Backlog, Stock
from tests.benchmark.terminal import say
from tests.migration.rolling_up import LEVELS, roll_up
from tests.services import MigratedDatabase

CPU = Named("rollup_cpu", "CPU us a VM sample", "broker, consumer and database storing the same samples")
BYTES = Named("rollup_bytes", "bytes a VM sample", "the samples of the same day with their indexes")
# Days are kept for ever; ten years of them are counted.
DAYS_KEPT = 3_653
# Of a row, beside what pg_column_size counts: its pointer, and its entry in an index that is two thirds full.
ROW_BYTES = 4 + 48
ROWS_SIZE = "SELECT coalesce(sum(pg_column_size(b.*) + {}), 0)::bigint FROM {} AS b"
RELATIONS = "SELECT relation FROM kvmgrid.rollup_relations ORDER BY relation"


class Sizes(NamedTuple):
    """Bytes with indexes of one day, by table: of its samples, and of each level.

    ``day_bytes``: of all rows of a day's level. So few do not fill the pages that their tables have.
    """

    raw: Mapping[str, int]
    levels: Mapping[str, Mapping[str, int]]
    day_bytes: int

    @property
    def raw_bytes(self) -> int:
        """All samples."""
        return sum(self.raw.values())

    def level_bytes(self, level: str) -> int:
        """All buckets of a level."""
        return sum(self.levels[level].values())

    def shares(self) -> dict[str, dict[str, float]]:
        """Return what share of a table's samples each of its levels is, and of all samples all."""
        found = {
            relation: {level: rounded(self.levels[level][relation] / size) for level in LEVELS}
            for relation, size in self.raw.items()
        }
        found["all"] = {level: rounded(self.level_bytes(level) / self.raw_bytes) for level in LEVELS}
        return found


def rolled_up(here: Place, database: MigratedDatabase, row_count: int) -> Reading:
    """Fill every level; return PostgreSQL's CPU microseconds per VM sample."""
    clocks = here.servers.clocks()
    before = clocks.read()
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        roll_up(connection)
        used = clocks.since(before)
    if "postgresql" not in used:
        raise UnavailableError("the database runs elsewhere: its CPU time cannot be read")
    seconds = used["postgresql"]
    return Reading(seconds / row_count * MICROSECONDS, {"postgresql": seconds}, row_count)


def sizes(connection: psycopg.Connection[Any]) -> Sizes:
    """Measure every table of samples and buckets."""
    relations = [str(relation) for (relation,) in connection.execute(RELATIONS).fetchall()]
    return Sizes(
        {relation: _bytes(connection, relation) for relation in relations},
        {
            level: {relation: _bytes(connection, f"{relation}_{level}_buckets") for relation in relations}
            for level in LEVELS
        },
        sum(_day_bytes(connection, relation) for relation in relations),
    )


def _bytes(connection: psycopg.Connection[Any], table: str) -> int:
    statement = sql.SQL("SELECT hypertable_size({})").format(sql.Literal(f"kvmgrid.{table}"))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def _day_bytes(connection: psycopg.Connection[Any], relation: str) -> int:
    table = sql.Identifier("kvmgrid", f"{relation}_1d_buckets")
    row = connection.execute(sql.SQL(ROWS_SIZE).format(sql.Literal(ROW_BYTES), table)).fetchone()
    assert row is not None
    return int(row[0])


def steady_ratios(found: Sizes) -> dict[str, float]:
    """Return each level to all samples, each kept as long as it is by default."""
    kept = RetentionSettings()
    levels = {
        "5m": _days(kept.five_minutes) * found.level_bytes("5m"),
        "1h": _days(kept.hour) * found.level_bytes("1h"),
        "1d": DAYS_KEPT * found.day_bytes,
    }
    raw = _days(kept.raw) * found.raw_bytes
    return {level: rounded(size / raw) for level, size in levels.items()}


def _days(period: str) -> int:
    return int(period.removesuffix("d"))


def measure(stock: Stock) -> Iterator[Figure]:
    """Store the day and roll it up, in a new copy of the database each time."""
    backlog = stock.day()
    storing: list[Reading] = []
    rolling: list[Reading] = []
    found: list[Sizes] = []
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, backlog.warm)
        here.seal()
        for _ in range(stock.scale.repeat_count):
            with here.copy() as database:
                storing.append(stored(here, database, backlog, stock.scale.consumer_settings))
                rolling.append(rolled_up(here, database, backlog.sent.row_count))
                with psycopg.connect(database.administrator_url) as connection:
                    found.append(sizes(connection))
            say(f"stored {storing[-1].value:.4g}, rolled up {rolling[-1].value:.4g} us a VM sample")
    yield CPU.measured(rolling, storing, _details(backlog))
    yield BYTES.measured(
        [_reading(sum(each.level_bytes(level) for level in LEVELS), backlog) for each in found],
        [_reading(each.raw_bytes, backlog) for each in found],
        _details(backlog) | {"shares": found[-1].shares(), "with_default_periods": steady_ratios(found[-1])},
    )


def _reading(byte_count: int, backlog: Backlog) -> Reading:
    return Reading(byte_count / backlog.sent.row_count, {}, backlog.sent.row_count)


def _details(backlog: Backlog) -> dict[str, Any]:
    return {"hosts": backlog.fleet.shape.host_count, "tick_seconds": backlog.fleet.shape.tick_seconds}


FAMILY = Family("rollups", (CPU, BYTES), measure)
