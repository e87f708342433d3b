# SPDX-License-Identifier: Apache-2.0
"""Every question of the dashboard, and its pages, on a large fleet, beside the plain SQL."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from dashboard.database import Database
from dashboard.filters.sql import EVERYTHING
from dashboard.pages import PAGES
from dashboard.pages.fleet.attention import LATENCY_SECONDS_MIN, STEAL_RATIO_MIN
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.host.stack_figures import TOP_COUNT
from dashboard.queries import SCHEMA_STATE, Query
from dashboard.search.names import DOMAIN_NAMES, HOST_NAMES
from dashboard.settings import DatabaseSettings
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.interleaving import add_round
from tests.benchmark.opened_pages import OPENED, Opened, answers
from tests.benchmark.place import Place
from tests.benchmark.processor_time import Clocks
from tests.benchmark.stock import Stock
from tests.benchmark.stored_fleet import DOMAINS_PER_HOST, stored_fleet
from tests.dashboard.filled_questions import filled, view_of

MILLISECONDS = 1e3
# An answer takes milliseconds only. Of a page the slowest of 95 % is wanted: of forty, two may be slower.
REPEATS_PER_ROUND = 4
PAGE_REPEATS_PER_ROUND = 8
SPAN = timedelta(hours=1)
PLAIN = "the plain SQL"
# The VMs of a screen of their table.
SHOWN_VM_COUNT = 40
ORDER = sql.SQL("name")
QUERIES: tuple[Query[Any], ...] = tuple(
    dict.fromkeys(
        (SCHEMA_STATE, HOST_NAMES, DOMAIN_NAMES, *(query for page in PAGES for query in page.queries))
    )
)
NAMES = {query.name: Named(f"query_{query.name}", "ms", PLAIN) for query in QUERIES} | {
    name: Named(name, "ms", "the plain SQL of its questions", limit=opened.milliseconds_max)
    for name, opened in OPENED.items()
}


class QueryTargets(NamedTuple):
    """What the questions are put to: the dashboard's own database object, and a bare connection."""

    database: Database
    connection: psycopg.Connection[Any]
    clocks: Clocks
    parameters: Mapping[str, Any]

    def parameters_of(self, query: Query[Any], about: Mapping[str, Any] = {}) -> dict[str, Any]:
        """Return those that a question has; ``about`` has some of a page's own."""
        known = {**self.parameters, **about}
        return {name: value for name, value in known.items() if f"%({name})s" in query.text()}

    def asked(self, query: Query[Any]) -> int:
        """Put a question as the pages do; return the number of rows."""
        condition = EVERYTHING if "{condition}" in query.text() else None
        order = ORDER if "{order}" in query.text() else None
        rows = self.database.fetch(
            query, self.parameters_of(query), view=view_of(query), condition=condition, order=order
        )
        return len(rows)

    def plain(self, opened: Opened) -> int:
        """Put the same questions without anything around them."""
        count = 0
        for query in opened.queries:
            cursor = self.connection.execute(
                filled(query, opened.order).encode(), self.parameters_of(query, opened.about), binary=True
            )
            count += len(cursor.fetchall())
        return count

    def timed(self, ask: Callable[[], int]) -> Reading:
        """Return how many milliseconds an answer took."""
        before, own, begun_at = self.clocks.read(), time.process_time(), time.perf_counter()
        count = ask()
        seconds = time.perf_counter() - begun_at
        used = {"dashboard": time.process_time() - own} | self.clocks.since(before)
        return Reading(seconds * MILLISECONDS, used, count)

    def row_bytes(self, query: Query[Any]) -> int:
        """Return the bytes in which PostgreSQL sends the rows (binary)."""
        statement = psycopg.ClientCursor(self.connection).mogrify(
            filled(query).encode(), self.parameters_of(query)
        )
        copy_text = f"COPY ({statement}) TO STDOUT (FORMAT BINARY)".encode()
        with self.connection.cursor() as copying, copying.copy(copy_text) as copy:
            return sum(len(piece) for piece in copy)


def measure(stock: Stock) -> Iterator[Figure]:
    """Put every question in turn with its plain SQL, then open the pages."""
    with stored_fleet(stock) as here, psycopg.connect(here.database.dashboard_url) as connection:
        connection.autocommit = True
        connection.execute("SET search_path = kvmgrid, public")
        database = Database(DatabaseSettings(url=here.database.dashboard_url))
        database.open()
        try:
            targets = QueryTargets(database, connection, here.servers.clocks(), parameters(connection))
            yield from figures(targets, stock.scale.repeat_count, shape(here, stock))
        finally:
            database.close()


def figures(targets: QueryTargets, repeat_count: int, shape: Mapping[str, int]) -> Iterator[Figure]:
    """Measure one question or page after the other."""
    for query in QUERIES:
        found: dict[str, list[Reading]] = {}
        ask, plain = partial(targets.asked, query), partial(targets.plain, Opened((query,), 0.0))
        # The first answer of a connection plans, and reads what is not in memory yet.
        ask()
        plain()
        for _ in range(repeat_count * REPEATS_PER_ROUND):
            arms = {"dashboard": partial(targets.timed, ask), "plain": partial(targets.timed, plain)}
            add_round(found, arms)
        details = {"rows": ask(), "row_bytes": targets.row_bytes(query), **shape}
        yield NAMES[query.name].measured(found["dashboard"], found["plain"], details)
    for name, answer in answers(targets.database, targets.parameters).items():
        found = {}
        whole, plain = partial(sent_bytes, answer), partial(targets.plain, OPENED[name])
        sent = whole()
        plain()
        for _ in range(repeat_count * PAGE_REPEATS_PER_ROUND):
            arms = {"dashboard": partial(targets.timed, whole), "plain": partial(targets.timed, plain)}
            add_round(found, arms)
        # The page has no rows; what stands there are its bytes.
        readings = [each._replace(row_count=0) for each in found["dashboard"]]
        details = {"sent_bytes_before_compression": sent, **shape}
        yield NAMES[name].measured(readings, found["plain"], details)


def sent_bytes(answer: Callable[[], bytes]) -> int:
    """Return the size of an answer."""
    return len(answer())


def parameters(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Return what the questions may need: of one host, and of one of its VMs."""
    vms = connection.execute(
        "SELECT d.host_id, d.host, d.domain_id, d.uuid, d.name FROM domains_now AS d"
        " WHERE d.host = (SELECT min(host) FROM hosts_now) ORDER BY d.name LIMIT %s",
        [SHOWN_VM_COUNT],
    ).fetchall()
    host_id, host, domain_id, uuid, name = vms[0]
    now = datetime.now(UTC)
    return {
        "host": host,
        "hosts": [host],
        "host_id": host_id,
        "uuid": str(uuid),
        "domain_id": domain_id,
        "domain_ids": [vm[2] for vm in vms],
        "name": name,
        "device": "vda",
        "statistic": "now",
        "window": "",
        "start": now - SPAN,
        "since": now - SPAN,
        "end": now,
        "at": now,
        "starts_ms": [round((now - SPAN).timestamp() * 1000)],
        "ends_ms": [round(now.timestamp() * 1000)],
        "earliest": now - timedelta(days=400),
        "latest": now + timedelta(days=1),
        "limit": 200,
        "alert_id": 1,
        "bucket_seconds": 60,
        "stored_seconds": 60,
        "figure": "cpu",
        "top_count": TOP_COUNT,
        "chosen": [],
        "shown_count": SHOWN_DOMAIN_COUNT,
        "steal_ratio_min": STEAL_RATIO_MIN,
        "latency_seconds_min": LATENCY_SECONDS_MIN,
    }


def shape(here: Place, stock: Stock) -> dict[str, int]:
    """Return what the database holds."""
    with psycopg.connect(here.database.administrator_url) as connection:
        row = connection.execute("SELECT count(*) FROM kvmgrid.host_samples").fetchone()
    return {
        "hosts": stock.scale.live_host_count,
        "vms_per_host": DOMAINS_PER_HOST,
        "host_samples": int(row[0]) if row else 0,
    }


FAMILY = Family("queries", tuple(NAMES.values()), measure)
