# SPDX-License-Identifier: Apache-2.0
"""A host that invents VMs: its neighbours do not wait, and the tables do not fill up."""

import time
import uuid
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest

from consumer.inventory.influx import NEW_COUNT_MAX
from consumer.settings import ConsumerSettings, DatabaseSettings
from consumer.status.reading import read_status
from publisher.wire.broker import BrokerSettings
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, small_fleet
from tests.services import MigratedDatabase, VirtualHost

MESSAGE_COUNT = 25
NEIGHBOUR_COUNT = 20
OWN_COUNT = 5
GAP_SECONDS = 5.0


def inventions() -> Iterator[SampleBatch]:
    """Yield messages of one host, each with as many VMs as a message may have, which nobody has seen."""
    fleet = small_fleet(host_count=2, domain_count=OWN_COUNT)
    for number in range(MESSAGE_COUNT):
        batch = fleet.batch(1, time.time(), number)
        (report, *_) = batch.domains or []
        yield msgspec.structs.replace(
            batch,
            domains=[
                msgspec.structs.replace(
                    report, uuid=str(uuid.uuid4()), name=f"vm{number}-{each}", blocks=[], interfaces=[]
                )
                for each in range(NEW_COUNT_MAX)
            ],
        )


@pytest.mark.timeout(300)
def test_a_host_that_invents_vms_is_limited_and_told(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """A hundred thousand in a burst, each message permitted: the first is stored, and nobody waits."""
    stored, fleet = StoredRows(database), small_fleet(host_count=1, domain_count=OWN_COUNT)
    settings = ConsumerSettings(
        broker=BrokerSettings(url=virtual_host.consumer_url),
        database=DatabaseSettings(url=database.ingest_url),
    )
    bodies = list(inventions())
    neighbour = fleet.hosts[0].host
    arrived = """
        SELECT count(*) FROM publisher_reports JOIN hosts USING (host_id) WHERE host = %s AND sequence = %s
    """
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(fleet.batch(0, time.time(), 0))
        eventually(stored.message_count, 1)
        sender.send(*bodies)
        waits = []
        for tick in range(1, 1 + NEIGHBOUR_COUNT):
            begun_at = time.monotonic()
            batch = fleet.batch(0, time.time(), tick)
            sender.send(batch)
            eventually(partial(stored.value, arrived, [neighbour, batch.sequence]), 1)
            waits.append(time.monotonic() - begun_at)
        sender.close()
        counted = "SELECT coalesce(sum(message_count), 0) FROM quarantine_counts WHERE reason = 'too_large'"
        eventually(lambda: stored.value(counted), MESSAGE_COUNT - 1)
        (told,) = [each for each in read_status(settings).status.problems if "in quarantine" in each]

    assert max(waits) < GAP_SECONDS
    assert NEW_COUNT_MAX + OWN_COUNT == stored.count("domains")
    assert told.startswith(f"{bodies[0].host}: {MESSAGE_COUNT - 1} messages in quarantine (too_large)")
