# SPDX-License-Identifier: Apache-2.0
"""From the queue to committed rows, beside what PostgreSQL takes at best and what pika gives at best."""

import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg

from consumer.rows.tables import DOMAIN_SAMPLES, EVENTS, SAMPLE_TABLES, Table
from consumer.settings import IngestSettings
from deploy.demo.child import Child
from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.cargo import Cargo, check_stored, send, wait_for_depth
from tests.benchmark.drain import Drained, drain, store
from tests.benchmark.drain_ceiling import Blocks, copied, encoded, owner_connection
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.interleaving import Arm, add_round
from tests.benchmark.place import TWIN_QUEUE, Place, place_on
from tests.benchmark.stock import Backlog, Stock
from tests.services import MigratedDatabase

ROOT = Path(__file__).resolve().parents[3]
CLIENT_SECONDS = 120.0

ROWS = "VM rows/s"
COPY = "raw binary COPY of the same rows"
BARE = "bare pika drain of the same messages"
LARGE = (Named("drain", ROWS, COPY), Named("drain_beside_bare_client", ROWS, BARE))
SMALL = (
    Named("drain_20_vms_per_message", ROWS, COPY),
    Named("drain_20_vms_per_message_beside_bare_client", ROWS, BARE),
)
SITE = Named("drain_site", ROWS, "raw binary COPY of the same rows of all tables")
# All rows that grow with the fleet and its history.
SITE_TABLES = tuple(table for table in SAMPLE_TABLES if table != EVENTS)
TWO = Named("drain_two_consumers", ROWS, "one consumer, 20 VMs a message too")


class Filling:
    """Fills the queues for each repetition and remembers what that cost."""

    def __init__(self, here: Place, cargo: Cargo) -> None:
        self._here = here
        self._cargo = cargo
        self.cpu_seconds: dict[str, float] = {}

    def fill(self, *queues: str) -> None:
        """Send all messages and wait until they are in the queues."""
        clocks, own = self._here.servers.clocks(), time.process_time()
        before = clocks.read()
        send(self._here.sender_url, self._cargo)
        wait_for_depth(self._here.consumer_url, queues, self._cargo.message_count)
        self.cpu_seconds = clocks.since(before) | {"sender": time.process_time() - own}


def as_reading(drained: Drained, filling: Filling) -> Reading:
    """Return a drain with what the sending of its messages took."""
    sender = {"sender": filling.cpu_seconds["sender"]}
    return Reading(drained.rows_per_second, drained.cpu_seconds | sender, round(drained.row_count))


def bare(here: Place, cargo: Cargo, batch_count: int) -> Reading:
    """Let a bare client empty the twin of the queue; return VM rows per second."""
    with tempfile.TemporaryDirectory() as folder:
        clocks = here.servers.clocks()
        before = clocks.read()
        client = Child(
            "python",
            *("-P", "-m", "tests.benchmark.bare_client", here.consumer_url, TWIN_QUEUE),
            *(str(number) for number in (cargo.message_count, IngestSettings().prefetch_count, batch_count)),
            log=Path(folder) / "log",
            environment={"PYTHONPATH": str(ROOT)},
        )
        try:
            status = client.wait(CLIENT_SECONDS)
        finally:
            client.kill()
        text = client.log.read_text(errors="replace")
    if status != 0:
        raise BenchmarkError(f"the bare client ended with {status}: {text}")
    found = json.loads(text.splitlines()[-1])
    rows = found["message_count"] / cargo.message_count * cargo.row_count
    return Reading(
        rows / found["seconds"], {"client": found["cpu_seconds"]} | clocks.since(before), round(rows)
    )


class Round:
    """The arms of one repetition, on one copy of the database with its queues filled."""

    def __init__(
        self,
        here: Place,
        database: MigratedDatabase,
        backlog: Backlog,
        filling: Filling,
        settings: Sequence[str],
    ) -> None:
        self._here = here
        self._database = database
        self._backlog = backlog
        self._filling = filling
        self._settings = settings

    def drained(self, consumer_count: int = 1) -> Reading:
        """Drain, and compare what is stored with what was sent."""
        warm, sent = self._backlog.warm, self._backlog.sent
        found = drain(
            self._here,
            self._database,
            warm,
            sent,
            consumer_count=consumer_count,
            settings=self._settings,
        )
        with psycopg.connect(self._database.administrator_url) as connection:
            check_stored(connection, warm, sent)
        return as_reading(found, self._filling)

    def copied(self, blocks: Blocks) -> Reading:
        """Copy the rows of the drain, and compare them too."""
        with owner_connection(self._database.owner_url) as connection:
            reading = copied(connection, blocks, self._here.servers.clocks())
            check_stored(connection, self._backlog.warm, self._backlog.sent, table="ceiling_domain_samples")
        return reading

    def encoded(self, rows_per_copy: int, tables: Sequence[Table]) -> Blocks:
        """Return the stored rows as they would be copied; alike in every copy of the database."""
        with owner_connection(self._database.owner_url) as connection:
            return encoded(connection, rows_per_copy, tables)


def readings(
    stock: Stock,
    backlog: Backlog,
    words: str,
    *,
    tables: Sequence[Table] = (DOMAIN_SAMPLES,),
    two_consumers: bool = False,
) -> dict[str, list[Reading]]:
    """Take all repetitions of one backlog; ``tables``: those whose rows the ceiling copies."""
    found: dict[str, list[Reading]] = {}
    rows_per_message = backlog.sent.row_count // backlog.sent.message_count
    rows_per_copy = stock.scale.rows_per_flush(rows_per_message)
    batch_count = max(1, rows_per_copy // rows_per_message)
    settings = stock.scale.consumer_settings
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, backlog.warm)
        here.seal()
        here.declare(twin=True)
        filling, blocks = Filling(here, backlog.sent), None
        for _ in range(stock.scale.repeat_count):
            with ExitStack() as copies:
                database = copies.enter_context(here.copy())
                filling.fill(INGEST_QUEUE, TWIN_QUEUE)
                one = Round(here, database, backlog, filling, settings)
                add_round(found, {"drain": one.drained}, words)
                blocks = blocks or one.encoded(rows_per_copy, tables)
                arms: dict[str, Arm] = {
                    "copy": partial(one.copied, blocks),
                    "bare": partial(bare, here, backlog.sent, batch_count),
                }
                add_round(found, arms, words)
                if two_consumers:
                    filling.fill(INGEST_QUEUE, TWIN_QUEUE)
                    here.purge(TWIN_QUEUE)
                    two = Round(here, copies.enter_context(here.copy()), backlog, filling, settings)
                    add_round(found, {"two": partial(two.drained, 2)}, words)
    return found


def large(stock: Stock) -> Iterable[Figure]:
    """Measure with 100 VMs in a message."""
    backlog = stock.large()
    found = readings(stock, backlog, "drain, 100 VMs a message")
    return figures(LARGE, backlog, found)


def small(stock: Stock) -> Iterable[Figure]:
    """Measure with 20 VMs in a message, and with two consumers."""
    backlog = stock.small()
    found = readings(stock, backlog, "drain, 20 VMs a message", two_consumers=True)
    return (*figures(SMALL, backlog, found), TWO.measured(found["two"], found["drain"], details(backlog)))


def site(stock: Stock) -> Iterable[Figure]:
    """Measure the shape of a site: 20 VMs a message, a disk and an interface each, and those of the host."""
    backlog = stock.site()
    found = readings(stock, backlog, "drain, the shape of a site", tables=SITE_TABLES)
    return [SITE.measured(found["drain"], found["copy"], details(backlog))]


def figures(
    names: tuple[Named, Named], backlog: Backlog, found: dict[str, list[Reading]]
) -> tuple[Figure, Figure]:
    """Return the drain beside each of its ceilings."""
    beside_copy, beside_bare = names
    return (
        beside_copy.measured(found["drain"], found["copy"], details(backlog)),
        beside_bare.measured(found["drain"], found["bare"], details(backlog)),
    )


def details(backlog: Backlog) -> dict[str, int]:
    """Return what was drained each time."""
    return {
        "messages": backlog.sent.message_count,
        "rows": backlog.sent.row_count,
        "message_bytes": backlog.sent.body_bytes // backlog.sent.message_count,
    }


LARGE_FAMILY = Family("drain", LARGE, large)
SITE_FAMILY = Family("drain-site", (SITE,), site)
SMALL_FAMILY = Family("drain-20", (*SMALL, TWO), small)
