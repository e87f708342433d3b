# SPDX-License-Identifier: Apache-2.0
"""How long the evaluator of alerts takes for a cycle, beside the questions alone that it asks for samples."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from consumer.alerts.evaluation.evaluator import Evaluator
from consumer.alerts.evaluation.needs import needs, watched
from consumer.alerts.evaluation.reading import Reading as Questions
from consumer.database import connect
from consumer.rules.reading import shipped_rules
from consumer.rules.subjects import STRUCTS
from consumer.settings import AlertSettings, ConsumerSettings, DatabaseSettings
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Stock
from tests.benchmark.stored_fleet import DOMAINS_PER_HOST
from tests.benchmark.terminal import say

CYCLE = Named("alert_cycle", "s a cycle", "its questions for the samples of hosts and VMs alone", limit=2.0)
HERE = Path(__file__).parents[1]
TICK = timedelta(seconds=10)
# What is there before the first cycle.
PAST_TICK_COUNT = 12


class AlertFleet:
    """A fleet that sends a tick when it is told to."""

    def __init__(self, here: Place, host_count: int) -> None:
        self.now = datetime.now(UTC) - timedelta(hours=1)
        self._connection = psycopg.connect(
            here.database.administrator_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        )
        counts = {"host_count": host_count, "domain_count_per_host": DOMAINS_PER_HOST, "now": self.now}
        self._run("alert_fleet", counts)

    def send(self) -> None:
        """Store a tick of all hosts."""
        self.now += TICK
        self._run("alert_tick", {"at": self.now})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _run(self, name: str, parameters: dict[str, Any]) -> None:
        for statement in (HERE / f"{name}.sql").read_text(encoding="utf-8").split(";\n\n"):
            self._connection.execute(statement.encode(), parameters)


class Ceiling:
    """The questions for samples, asked once more of the same messages."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._connection = connect(settings, "bench", autocommit=True)
        self._questions = Questions(self._connection)
        found = needs(watched(shipped_rules()))
        stored = [each for each in found if each.figure is not None and each.is_stored]
        subjects = [each for each in STRUCTS if each in {"host", "domain"}]
        self._needs = {subject: [each for each in stored if each.subject == subject] for subject in subjects}
        self._since = ""

    def begin(self) -> None:
        """Note what is there before a tick is sent."""
        _, self._since = self._questions.begin()

    def take(self) -> Reading:
        """Ask; return how long it took."""
        begun_at = time.perf_counter()
        with self._connection.transaction():
            self._questions.by_keys()
            found = self._questions.arrived(self._since, datetime.fromtimestamp(0, UTC))
            rows = [
                rows
                for subject, wanted in self._needs.items()
                for rows in self._questions.samples(subject, wanted, found)
            ]
        return Reading(time.perf_counter() - begun_at, {}, sum(each.row_count for each in rows))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def measure(stock: Stock) -> Iterator[Figure]:
    """Let a fleet send tick after tick, and judge each."""
    host_count = stock.scale.live_host_count
    cycles: list[Reading] = []
    ceilings: list[Reading] = []
    with place_on(stock.servers) as here, closing(AlertFleet(here, host_count)) as fleet:
        database = DatabaseSettings(url=here.database.ingest_url)
        settings = ConsumerSettings(
            database=database, alerts=AlertSettings(rules_file=HERE / "no_rules.toml")
        )
        evaluator = Evaluator(settings, {}, clock=lambda _now: fleet.now)
        with closing(Ceiling(database)) as ceiling, closing(evaluator):
            for _ in range(PAST_TICK_COUNT):
                fleet.send()
            begun_at = time.perf_counter()
            evaluator.cycle()
            start_seconds = time.perf_counter() - begun_at
            for _ in range(2 * stock.scale.repeat_count):
                ceiling.begin()
                fleet.send()
                ceilings.append(ceiling.take())
                begun_at = time.perf_counter()
                evaluator.cycle()
                cycles.append(Reading(time.perf_counter() - begun_at, {}, ceilings[-1].row_count))
            say(f"a cycle takes {cycles[-1].value:.3g} s, its questions {ceilings[-1].value:.3g} s")
    details = {
        "hosts": host_count,
        "vms": host_count * DOMAINS_PER_HOST,
        "first_cycle_seconds": start_seconds,
    }
    yield CYCLE.measured(cycles, ceilings, details)


FAMILY = Family("alert_cycle", (CYCLE,), measure)
