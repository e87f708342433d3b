# SPDX-License-Identifier: Apache-2.0
"""CPU time of everything between the publisher and the disk, beside that of a store people use instead."""

from collections.abc import Iterable, Sequence
from functools import partial

import psycopg

from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.cargo import check_stored
from tests.benchmark.drain import drain, store
from tests.benchmark.errors import UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.figures.drain import Filling
from tests.benchmark.interleaving import add_round
from tests.benchmark.place import Place, place_on
from tests.benchmark.rivals.victoria_metrics import Lines, lines, victoria_metrics
from tests.benchmark.stock import Backlog, Stock
from tests.benchmark.terminal import say
from tests.services import MigratedDatabase

TOTAL = Named("total_cpu_per_vm_sample", "CPU us", "victoria-metrics taking the same samples as Influx lines")
SAMPLES_PER_BODY = 10_000
MICROSECONDS = 1e6


def ours(here: Place, backlog: Backlog, settings: Sequence[str]) -> Reading:
    """Store the samples in a copy of the database; return what ``stored`` does."""
    with here.copy() as database:
        return stored(here, database, backlog, settings)


def stored(here: Place, database: MigratedDatabase, backlog: Backlog, settings: Sequence[str]) -> Reading:
    """Return the CPU microseconds of broker, consumer and database per VM sample that is stored.

    The broker's are those of taking the messages and of giving them.
    """
    warm, sent = backlog.warm, backlog.sent
    filling = Filling(here, sent)
    filling.fill(INGEST_QUEUE)
    drained = drain(here, database, warm, sent, settings=settings)
    with psycopg.connect(database.administrator_url) as connection:
        check_stored(connection, warm, sent)
    per_sample = {name: seconds / drained.row_count for name, seconds in drained.cpu_seconds.items()}
    if "rabbitmq" not in per_sample or "postgresql" not in per_sample:
        raise UnavailableError("broker or database run elsewhere: their CPU time cannot be read")
    per_sample["rabbitmq"] += filling.cpu_seconds["rabbitmq"] / sent.row_count
    total = sum(per_sample.values())
    whole = {name: seconds * sent.row_count for name, seconds in per_sample.items()}
    return Reading(total * MICROSECONDS, whole | {"sender": filling.cpu_seconds["sender"]}, sent.row_count)


def theirs(warm: Lines, sent: Lines) -> Reading:
    """Return the CPU microseconds of victoria-metrics per VM sample; its series are known beforehand too."""
    with victoria_metrics() as server:
        server.take(warm)
        before = server.cpu_seconds()
        server.take(sent)
        used = server.cpu_seconds() - before
    return Reading(used / sent.sample_count * MICROSECONDS, {"victoria-metrics": used}, sent.sample_count)


def measure(stock: Stock) -> Iterable[Figure]:
    """Measure both in turn."""
    backlog = stock.short()
    say("writing the same samples as Influx lines")
    first, rest = (lines(backlog.batches(ticks), SAMPLES_PER_BODY) for ticks in backlog.tick_ranges())
    found: dict[str, list[Reading]] = {}
    with place_on(stock.servers) as here:
        here.declare()
        store(here, here.database, backlog.warm)
        here.seal()
        for _ in range(stock.scale.repeat_count):
            arms = {
                "kvmgrid": partial(ours, here, backlog, stock.scale.consumer_settings),
                "rival": partial(theirs, first, rest),
            }
            add_round(found, arms, "total cost")
    details = {"values_per_sample": round(rest.value_count / rest.sample_count, 1)}
    return [TOTAL.measured(found["kvmgrid"], found["rival"], details)]


FAMILY = Family("total-cost", (TOTAL,), measure)
