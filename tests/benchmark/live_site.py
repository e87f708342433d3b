# SPDX-License-Identifier: Apache-2.0
"""A fleet that publishes all the time, and a consumer that can be ended and started again meanwhile."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from deploy.lab.readiness import wait_until
from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.cargo import wait_for_depth
from tests.benchmark.consumer_process import ConsumerProcess
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.freshness import Sighting, Sightings
from tests.benchmark.generator import end, generator
from tests.benchmark.place import Place, place_on
from tests.benchmark.stock import Stock

DOMAINS_PER_HOST = 50
TICK_SECONDS = 10.0
POLL_SECONDS = 0.1
WAIT_SECONDS = 120.0
LOST = """
    SELECT
        (SELECT coalesce(sum(missing_count), 0)::bigint FROM kvmgrid.publisher_gaps),
        (SELECT count(*) FROM kvmgrid.quarantine),
        (SELECT count(*) FROM kvmgrid.publisher_reports) * %s - (SELECT count(*) FROM kvmgrid.domain_samples)
"""


class LiveSite:
    """Everything live, and the database to look at."""

    def __init__(
        self,
        here: Place,
        connection: psycopg.Connection[Any],
        process: subprocess.Popen[bytes],
        host_count: int,
    ) -> None:
        self._here = here
        self._connection = connection
        self._process = process
        self.host_count = host_count
        self._sightings = Sightings()
        self._running = ExitStack()
        self._consumer: ConsumerProcess | None = None
        self.clocks = here.servers.clocks(
            generator=lambda: [process.pid],
            consumer=lambda: [self._consumer.pid] if self._consumer else [],
        )

    @property
    def arriving_rows_per_second(self) -> float:
        """How many VM samples the fleet sends."""
        return self.host_count * DOMAINS_PER_HOST / TICK_SECONDS

    def start_consumer(self) -> None:
        """Start the consumer; ``end_consumer`` or the end of the site ends it."""
        self._consumer = self._running.enter_context(
            ConsumerProcess(self._here.consumer_url, self._here.database.ingest_url)
        )

    def end_consumer(self) -> None:
        """End the consumer in good order."""
        self._running.close()
        self._consumer = None

    def look(self) -> list[Sighting]:
        """Wait a moment and return the batches that were committed since the last look."""
        time.sleep(POLL_SECONDS)
        if self._process.poll() is not None:
            raise BenchmarkError(f"the generator ended with {self._process.returncode}")
        if self._consumer is not None and not self._consumer.alive:
            raise BenchmarkError(f"the consumer ended\n{self._consumer.output()}")
        return self._sightings.look(self._connection)

    def wait_for_hosts(self) -> None:
        """Wait until every host was heard of; their first batches describe their VMs, which costs more."""
        ends_at = time.monotonic() + WAIT_SECONDS
        while self._sightings.host_count < self.host_count:
            self.look()
            if time.monotonic() > ends_at:
                raise BenchmarkError(f"only {self._sightings.host_count} hosts in {WAIT_SECONDS:g} s")

    def stored_count(self) -> int:
        """Return how many batches are stored."""
        row = self._connection.execute("SELECT count(*) FROM kvmgrid.publisher_reports").fetchone()
        return int(row[0]) if row else 0

    def finish(self) -> None:
        """End the fleet, let the consumer store everything; raise BenchmarkError if anything was lost."""
        end(self._process)
        wait_for_depth(self._here.consumer_url, [INGEST_QUEUE], 0)
        if not wait_until(lambda: self._lost() == (0, 0, 0) or None, timeout_seconds=WAIT_SECONDS):
            raise BenchmarkError(f"missing, quarantined, VM rows too few: {self._lost()}")

    def _lost(self) -> tuple[int, ...]:
        row = self._connection.execute(LOST, [DOMAINS_PER_HOST]).fetchone()
        return tuple(int(number) for number in row) if row else ()


@contextmanager
def live_site(stock: Stock) -> Iterator[LiveSite]:
    """Start everything; the consumer runs."""
    host_count = stock.scale.live_host_count
    arguments = ["--hosts", str(host_count), "--domains", str(DOMAINS_PER_HOST), "--calm"]
    with (
        place_on(stock.servers) as here,
        psycopg.connect(here.database.administrator_url, autocommit=True) as connection,
        tempfile.TemporaryFile("w+b") as log,
    ):
        here.declare()
        with generator(here, [*arguments, "--interval", f"{TICK_SECONDS:g}"], log) as process:
            site = LiveSite(here, connection, process, host_count)
            site.start_consumer()
            try:
                yield site
            finally:
                site.end_consumer()
