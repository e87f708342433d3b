# SPDX-License-Identifier: Apache-2.0
"""A database with a consumer and an upkeep of rollups in the test's own process, and what hosts sampled."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from consumer.rollups.upkeep import Upkeep
from consumer.schema.levels import LEVEL_SECONDS
from consumer.settings import DatabaseSettings, RetentionSettings
from deploy.lab.readiness import wait_until
from publisher.wire.samples import SampleBatch
from tests.integration.consumer_messages import StoredRows, small_fleet
from tests.integration.direct_consumer import DirectConsumer
from tests.migration.exactness import unlike_query
from tests.migration.seeding import HYPERTABLES
from tests.services import MigratedDatabase

TICK_SECONDS = 60
WIDTHS = {level: timedelta(seconds=seconds) for level, seconds in LEVEL_SECONDS.items()}
WAITS = "SELECT count(*) FROM rollup_progress() WHERE waits_from IS NOT NULL AND done < target"


class Site:
    """A database with a consumer and an upkeep of this test, in its own process."""

    def __init__(self, database: MigratedDatabase) -> None:
        self.database = database
        self.stored = StoredRows(database)
        self.consumer = DirectConsumer(database.ingest_url)
        self.upkeep = Upkeep(DatabaseSettings(url=database.ingest_url), RetentionSettings())

    def store(self, *batches: SampleBatch) -> None:
        """Store batches as some flushes."""
        for first in range(0, len(batches), 500):
            self.consumer.store(self.consumer.gather(*batches[first : first + 500]))

    def roll_up(self) -> None:
        """Let the upkeep do all that is due."""
        # A bucket may end meanwhile.
        assert wait_until(lambda: not self.upkeep.round() and self.waiting() == (0, 0), timeout_seconds=60.0)

    def waiting(self) -> tuple[int, int]:
        """Return how many levels of relations have samples that wait, and how many notes do."""
        return int(self.stored.value(WAITS)), self.stored.count("rollup_late")

    def differences(self) -> list[tuple[object, ...]]:
        """Return relation, level, start, key and columns of each bucket that is not what its samples make."""
        return [
            (relation, level, *found)
            for relation in HYPERTABLES
            for level in WIDTHS
            for found in self.stored.rows(unlike_query(relation, level))
        ]

    def close(self) -> None:
        """Close the connections."""
        self.consumer.close()
        self.upkeep.close()


@pytest.fixture
def site(database: MigratedDatabase) -> Iterator[Site]:
    """Give a site."""
    site = Site(database)
    yield site
    site.close()


def ago(seconds: float) -> float:
    """Return the time of so many seconds ago, in whole minutes."""
    return time.time() // TICK_SECONDS * TICK_SECONDS - seconds


def history(hours: float, *, host_count: int = 2, tick_seconds: int = TICK_SECONDS) -> list[SampleBatch]:
    """Return what hosts sampled each tick, up to now."""
    fleet = small_fleet(host_count=host_count, domain_count=2)
    count = int(hours * 3600 / tick_seconds)
    begun = ago(hours * 3600)
    return [
        fleet.batch(host, begun + tick * tick_seconds, tick)
        for tick in range(count)
        for host in range(host_count)
    ]
