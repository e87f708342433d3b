# SPDX-License-Identifier: Apache-2.0
"""A fleet in the database: every VM once or twice by way of the pipeline, every host with some history."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from consumer.rows.tables import HOST_SAMPLES
from loadgen.fleet.fleet import Fleet, FleetShape
from tests.benchmark.cargo import check_stored, first_second, load
from tests.benchmark.drain import store
from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

DOMAINS_PER_HOST = 50
TICK_COUNT = 2
EVENT_COUNT = 20
HISTORY = Path(__file__).with_suffix(".sql")


@contextmanager
def stored_fleet(stock: Stock) -> Iterator[Place]:
    """Give a place whose database holds a fleet."""
    host_count = stock.scale.live_host_count
    fleet = Fleet(FleetShape(host_count=host_count, domain_count_per_host=DOMAINS_PER_HOST))
    say(f"storing {TICK_COUNT} ticks of {host_count} hosts with {DOMAINS_PER_HOST} VMs")
    cargo = load(fleet, first_second(TICK_COUNT, fleet.shape.tick_seconds), range(TICK_COUNT))
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, cargo)
        columns = sql.SQL(", ").join(
            sql.Identifier(name) for name in HOST_SAMPLES.columns if name not in HOST_SAMPLES.key
        )
        counts = {"sample_count": stock.scale.history_sample_count, "event_count": EVENT_COUNT}
        with psycopg.connect(
            here.database.administrator_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as connection:
            check_stored(connection, cargo)
            for statement in HISTORY.read_text(encoding="utf-8").split(";\n\n"):
                places = {"columns": columns, **_window_places(connection)}
                connection.execute(sql.SQL(statement).format(**places), counts)
        yield here


def _window_places(connection: psycopg.Connection[Any]) -> dict[str, sql.Composable]:
    """Return the figures of a window as columns, and a random value for each."""
    names = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'kvmgrid.domain_window_values'::regclass"
        " AND attnum > 0 AND attname <> ALL (ARRAY['domain_id', 'window_name', 'until'])"
    ).fetchall()
    figures = [sql.Identifier(name) for (name,) in names]
    return {
        "figures": sql.SQL(", ").join(figures),
        "values": sql.SQL(", ").join([sql.SQL("random()")] * len(figures)),
    }
