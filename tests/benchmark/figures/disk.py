# SPDX-License-Identifier: Apache-2.0
"""Bytes on disk per value: as rows, beside the bare values; as columns, beside the rows."""

from collections.abc import Iterator

import psycopg

from loadgen.fleet.fleet import Fleet, FleetShape
from tests.benchmark.cargo import check_stored, first_second, load
from tests.benchmark.columnstore import Converted, community_database, convert, read_rows
from tests.benchmark.drain import store
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.place import place_on
from tests.benchmark.stock import Stock
from tests.benchmark.table_size import TABLES, table_size, together
from tests.benchmark.terminal import say

ROWSTORE = Named("bytes_per_value_rows", "bytes", "the values' own bytes, without keys, rows and indexes")
COLUMNSTORE = Named("bytes_per_value_columns", "bytes", "the same rows before, in the same WebAssembly build")
DOMAIN_COUNT = 40


def measure(stock: Stock) -> Iterator[Figure]:
    """Store VM samples by way of the pipeline, measure, and store the same rows in the other edition."""
    fleet = Fleet(FleetShape(host_count=1, domain_count_per_host=DOMAIN_COUNT))
    count = stock.scale.columnstore_tick_count
    say(f"storing {count} ticks of {DOMAIN_COUNT} VMs")
    cargo = load(fleet, first_second(count, fleet.shape.tick_seconds), range(count))
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, cargo)
        with psycopg.connect(here.database.administrator_url) as connection:
            check_stored(connection, cargo)
            sizes = {table.name: table_size(connection, table) for table in TABLES}
            rows = {table.name: read_rows(connection, table.name) for table in TABLES}
    whole = together(list(sizes.values()))
    details = {
        "vms": DOMAIN_COUNT,
        "samples_per_vm": count,
        "values": whole.value_count,
        "bytes_per_row": {name: round(size.total_bytes / size.row_count, 1) for name, size in sizes.items()},
    }
    yield ROWSTORE.measured(
        [Reading(whole.total_bytes / whole.value_count, {}, whole.row_count)],
        [Reading(whole.bare_bytes / whole.value_count, {})],
        details,
    )
    say("converting the same rows into columns")
    with community_database() as connection:
        converted = {table.name: convert(connection, table.name, rows[table.name]) for table in TABLES}
    total = Converted(*(sum(column) for column in zip(*converted.values(), strict=True)))
    details["bytes_per_row"] = {
        name: round(each.column_bytes / sizes[name].row_count, 1) for name, each in converted.items()
    }
    yield COLUMNSTORE.measured(
        [Reading(total.column_bytes / whole.value_count, {}, whole.row_count)],
        [Reading(total.row_bytes / whole.value_count, {})],
        details,
    )


FAMILY = Family("disk", (ROWSTORE, COLUMNSTORE), measure)
