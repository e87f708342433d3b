# SPDX-License-Identifier: Apache-2.0
"""The drain when a share of its messages is stored already, beside the drain of nothing but news."""

import time
from collections.abc import Iterable, Sequence
from functools import partial

import psycopg

from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.cargo import WAIT_SECONDS, check_stored
from tests.benchmark.consumer_process import ConsumerProcess
from tests.benchmark.drain import LEAST_COUNT, POLL_SECONDS, store
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.figures.drain import Filling
from tests.benchmark.flush_log import SETTING, Flushed, flushes, measured, messages_per_second
from tests.benchmark.interleaving import add_round
from tests.benchmark.place import Place, place_on
from tests.benchmark.processor_time import Clocks
from tests.benchmark.stock import Backlog, Stock
from tests.services import MigratedDatabase

SHARES = {"1": 0.01, "10": 0.1, "100": 1.0}
NAMES = {
    percent: Named(f"drain_{percent}_percent_duplicates", "VM rows/s", "the drain without duplicates")
    for percent in SHARES
}


def drained(
    here: Place, database: MigratedDatabase, backlog: Backlog, filling: Filling, settings: Sequence[str]
) -> Reading:
    """Fill the queue and drain it; return VM rows handled per second, stored or not."""
    warm, sent = backlog.warm, backlog.sent
    filling.fill(INGEST_QUEUE)
    with ConsumerProcess(here.consumer_url, database.ingest_url, [SETTING, *settings]) as consumer:
        clocks = here.servers.clocks(consumer=lambda: [consumer.pid])
        seen, used = watch(consumer, sent.message_count, clocks)
    with psycopg.connect(database.administrator_url) as connection:
        check_stored(connection, warm, sent)
    rows_per_message = sent.row_count / sent.message_count
    handled = sum(each.message_count for each in measured(seen))
    return Reading(messages_per_second(seen) * rows_per_message, used, round(handled * rows_per_message))


def watch(consumer: ConsumerProcess, count: int, clocks: Clocks) -> tuple[list[Flushed], dict[str, float]]:
    """Wait until so many messages are settled; return the flushes and the CPU seconds after the first."""
    before = clocks.read()
    ends_at = time.monotonic() + WAIT_SECONDS
    while True:
        seen = flushes(consumer.output())
        if sum(each.message_count for each in seen) >= count:
            if len(seen) < LEAST_COUNT:
                raise BenchmarkError(f"everything was stored in {len(seen)} flushes: too few to measure")
            return seen, clocks.since(before)
        if not seen:
            before = clocks.read()
        if time.monotonic() > ends_at or not consumer.alive:
            raise BenchmarkError(f"the queue is not drained\n{consumer.output()}")
        time.sleep(POLL_SECONDS)


def measure(stock: Stock) -> Iterable[Figure]:
    """Measure each share in turn."""
    backlog = stock.short()
    found: dict[str, list[Reading]] = {}
    words = "duplicates"
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, backlog.warm)
        here.seal()
        filling = Filling(here, backlog.sent)
        for _ in range(stock.scale.repeat_count):
            with here.copy() as database:
                take = partial(drained, here, database, backlog, filling, stock.scale.consumer_settings)
                # The second time everything is there already.
                add_round(found, {"none": take, "100": take}, words)
            for percent, share in SHARES.items():
                if share < 1.0:
                    with here.copy() as database:
                        store(here, database, backlog.sent.share(share))
                        take = partial(
                            drained, here, database, backlog, filling, stock.scale.consumer_settings
                        )
                        add_round(found, {percent: take}, words)
    details = {"messages": backlog.sent.message_count, "rows": backlog.sent.row_count}
    return [NAMES[percent].measured(found[percent], found["none"], details) for percent in SHARES]


FAMILY = Family("duplicates", tuple(NAMES.values()), measure)
