# SPDX-License-Identifier: Apache-2.0
"""Two hosts and a domain, for tests of where domains live and what is known about them."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from publisher.wire.samples import SCHEMA_VERSION, DomainReport, Event, SampleBatch
from tests.integration.consumer_messages import StoredRows, recent, small_fleet
from tests.integration.direct_consumer import DirectConsumer
from tests.services import MigratedDatabase

# virDomainState, virDomainPausedReason, virDomainShutoffReason.
RUNNING, PAUSED, SHUT_OFF = 1, 3, 5
MIGRATING, STARTING_UP, POST_COPY = 2, 11, 12


class TwoHosts:
    """Two hosts and one domain that the test moves about."""

    def __init__(self) -> None:
        self._fleet = small_fleet()
        self._start = recent()
        first = self._fleet.batch(0, self._start, 0).domains or []
        self._report = next(report for report in first if report.sample.state == RUNNING)
        self.uuid = self._report.uuid

    def domain(self, **changes: Any) -> DomainReport:
        """Return the domain running, or with some of its fields or its sample's changed."""
        sample = {name: changes.pop(name) for name in ("state", "state_reason") if name in changes}
        changed = msgspec.structs.replace(self._report.sample, **sample)
        return msgspec.structs.replace(self._report, sample=changed, **changes)

    def inactive(self, **changes: Any) -> DomainReport:
        """Return the domain as it is listed where it is defined but not running."""
        return self.domain(state=SHUT_OFF, state_reason=1, libvirt_id=None, **changes)

    def batch(self, host: int, tick: int, *domains: DomainReport) -> SampleBatch:
        """Return what a host publishes at a tick with exactly these domains."""
        return msgspec.structs.replace(
            self._fleet.batch(host, self.second(tick), tick), domains=list(domains)
        )

    def silent_list(self, host: int, tick: int) -> SampleBatch:
        """Return what a host publishes while its libvirt does not answer."""
        return msgspec.structs.replace(self._fleet.batch(host, self.second(tick), tick), domains=None)

    def event(self, host: int, tick: int, kind: str = "domain_crashed") -> Event:
        """Return what a host tells of the domain at a tick."""
        batch = self._fleet.batch(host, self.second(tick), tick)
        return Event(
            schema=SCHEMA_VERSION,
            host=batch.host,
            epoch=batch.epoch,
            sequence=1_000 + tick,
            boot_id=batch.boot_id,
            occurred_at=batch.sampled_at,
            publisher_version="1",
            kind=kind,
            domain_uuid=self.uuid,
            domain_name="told",
        )

    def second(self, tick: int) -> float:
        """Return the time of a tick."""
        return self._start + 10 * tick


def stays(stored: StoredRows, hosts: TwoHosts) -> list[tuple[str, int, int | None, str]]:
    """Return the stays of the domain: host, first and last tick, how they began."""
    rows = stored.rows(
        """
        SELECT h.host, extract(epoch FROM r.valid_from)::float8, extract(epoch FROM r.valid_to)::float8, r.how
        FROM residency AS r JOIN hosts AS h USING (host_id) JOIN domains AS d USING (domain_id)
        WHERE d.uuid = %s ORDER BY r.valid_from
        """,
        [hosts.uuid],
    )
    start = hosts.second(0)
    return [
        (host, int((begun - start) / 10), None if ended is None else int((ended - start) / 10), how)
        for host, begun, ended, how in rows
    ]


@pytest.fixture
def consumers(database: MigratedDatabase) -> Iterator[tuple[DirectConsumer, DirectConsumer]]:
    """Give two consumers on one database."""
    pair = DirectConsumer(database.ingest_url), DirectConsumer(database.ingest_url)
    yield pair
    for consumer in pair:
        consumer.close()


@pytest.fixture
def stored(database: MigratedDatabase) -> StoredRows:
    """Give the test's database."""
    return StoredRows(database)


@pytest.fixture
def hosts() -> TwoHosts:
    """Give the two hosts."""
    return TwoHosts()
