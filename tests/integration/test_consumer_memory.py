# SPDX-License-Identifier: Apache-2.0
"""What a consumer takes of memory at its default settings, whatever it is sent: at most 300 MiB."""

import re
import time
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from deploy.lab.readiness import wait_until
from publisher.wire.codec import MAX_BODY_BYTES, encode
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.faults.proxy import Proxy, Spoiling
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, small_fleet
from tests.services import MigratedDatabase, VirtualHost

LIMIT_BYTES = 300 * 1024 * 1024
LARGE_BYTES = 15 * 1024 * 1024
STALLED = Spoiling(mode="stall")
# As many as a message may have.
DEVICE_COUNT = 65_536
CROWDED_COUNT = 3


def peak_bytes(consumer: ConsumerProcess) -> int:
    """Return the most resident memory that a process ever had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{consumer.pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def blank(device: Any, /, **name: str) -> Any:
    """Return a device of a name without figures."""
    figures = [each for each in device.__struct_fields__ if not isinstance(getattr(device, each), str | bool)]
    return msgspec.structs.replace(device, **(dict.fromkeys(figures) | name))


def crowded(ordinal: int) -> SampleBatch:
    """Return a message of a host with as many disks, interfaces and file systems as it may have."""
    fleet = small_fleet(host_count=ordinal + 1, domain_count=1)
    batch = fleet.batch(ordinal, time.time(), ordinal)
    return msgspec.structs.replace(
        batch,
        disks=[blank(batch.disks[0], device=f"d{number}") for number in range(DEVICE_COUNT)],
        interfaces=[blank(batch.interfaces[0], device=f"i{number}") for number in range(DEVICE_COUNT)],
        filesystems=[blank(batch.filesystems[0], path=f"/{number}") for number in range(DEVICE_COUNT)],
    )


def watch(consumer: ConsumerProcess, seconds: float) -> None:
    """Let a consumer run for a while."""
    ends_at = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= ends_at or not consumer.alive, timeout_seconds=2 * seconds)
    assert consumer.alive


@pytest.mark.timeout(300)
def test_large_bodies_while_the_database_stands_still(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Small messages first, so that the prefetch is wide: what does not fit is put back, and comes later."""
    stored, fleet = StoredRows(database), small_fleet(host_count=1)
    port = int(psycopg.conninfo.conninfo_to_dict(database.ingest_url)["port"] or 0)
    with Proxy(port) as proxy:
        url = database.ingest_url.replace(f":{port}/", f":{proxy.port}/")
        with ConsumerProcess(virtual_host.consumer_url, url) as consumer:
            consumer.wait_for("consuming")
            sender = AnyHostSender.enrolled(virtual_host)
            sender.send(*(fleet.batch(0, time.time(), tick) for tick in range(60)))
            eventually(stored.message_count, 60)
            with proxy.spoiled(up=STALLED, down=STALLED):
                host = fleet.hosts[0].host
                for _ in range(30):
                    sender.send_body(b"x" * LARGE_BYTES, sample_key(host), user_id=host)
                consumer.wait_for("buffer_full")
                watch(consumer, 5.0)
            counted = "SELECT coalesce(sum(message_count), 0) FROM quarantine_counts"
            eventually(lambda: stored.value(counted), 30)
            sender.close()
            peak = peak_bytes(consumer)

    assert peak < LIMIT_BYTES


@pytest.mark.long
@pytest.mark.timeout(300)
def test_messages_of_as_many_rows_as_they_may_have(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Of small bodies, each of two hundred thousand rows: as rows they take many times what they took."""
    stored = StoredRows(database)
    bodies = [(batch.host, encode(batch)) for batch in map(crowded, range(CROWDED_COUNT))]
    assert max(len(body) for _, body in bodies) < MAX_BODY_BYTES
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        for host, body in bodies:
            sender.send_body(body, sample_key(host), user_id=host)
        sender.close()
        eventually(stored.message_count, CROWDED_COUNT, timeout_seconds=200.0)
        peak = peak_bytes(consumer)

    assert 0 == stored.count("quarantine")
    assert peak < LIMIT_BYTES
