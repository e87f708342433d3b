# SPDX-License-Identifier: Apache-2.0
"""Bytes of a VM and day at each level, as rows and as columns: the VM, a disk and an interface.

Some weeks are stored by way of the pipeline and rolled up; then the same rows, in the other edition.
"""

from collections.abc import Iterator
from typing import NamedTuple

import psycopg

from tests.benchmark.columnstore import Converted, community_database, convert, read_rows
from tests.benchmark.drain import store
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading, rounded
from tests.benchmark.place import place_on
from tests.benchmark.stock import WEEKS_TICK_SECONDS, Stock
from tests.benchmark.table_size import TABLES
from tests.benchmark.terminal import say
from tests.migration.rolling_up import roll_up

COLUMNS = Named("rollup_bytes_columns", "bytes a VM and day", "the same rows before, in the same build")
# Samples count as those of a tick of 10 s.
TICK_SECONDS = 10.0


class _Form(NamedTuple):
    """Tables of a level, of which some days are looked at; ``share``: the part of all samples in them."""

    suffix: str
    time_column: str
    days: float
    share: float = 1.0


def _forms(day_count: int) -> dict[str, _Form]:
    """Return where each level is. One chunk of samples is a day, one of 5 minutes a week."""
    return {
        "raw": _Form("", "sampled_at", 1, TICK_SECONDS / WEEKS_TICK_SECONDS),
        "5m": _Form("_5m_buckets", "bucket", min(7, day_count)),
        "1h": _Form("_1h_buckets", "bucket", day_count),
        "1d": _Form("_1d_buckets", "bucket", day_count),
    }


def measure(stock: Stock) -> Iterator[Figure]:
    """Store, roll up, read, and store the same rows in the other edition."""
    weeks, forms = stock.weeks(), _forms(stock.scale.level_day_count)
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, weeks.warm)
        store(here, here.database, weeks.sent)
        with psycopg.connect(here.database.ingest_url, autocommit=True) as connection:
            roll_up(connection)
        with psycopg.connect(here.database.administrator_url) as connection:
            rows = {
                level: {
                    f"{table.name}{form.suffix}": read_rows(
                        connection, f"{table.name}{form.suffix}", time_column=form.time_column, days=form.days
                    )
                    for table in TABLES
                }
                for level, form in forms.items()
            }
    say("converting the same rows into columns")
    with community_database() as connection:
        converted = {
            level: [convert(connection, name, found) for name, found in tables.items()]
            for level, tables in rows.items()
        }
    found = {
        level: _per_day(converted[level], form, weeks.fleet.shape.domain_count_per_host)
        for level, form in forms.items()
    }
    levels = [each for level, each in found.items() if level != "raw"]
    yield COLUMNS.measured(
        [Reading(sum(each["columns"] for each in levels), {})],
        [Reading(sum(each["rows"] for each in levels), {})],
        {"days": stock.scale.level_day_count, "levels": found},
    )


def _per_day(tables: list[Converted], form: _Form, domain_count: int) -> dict[str, float]:
    """Return the bytes of one VM and day in both forms."""
    days = form.days * domain_count * form.share
    return {
        "rows": rounded(sum(each.row_bytes for each in tables) / days),
        "columns": rounded(sum(each.column_bytes for each in tables) / days),
    }


FAMILY = Family("level-bytes", (COLUMNS,), measure)
