# SPDX-License-Identifier: Apache-2.0
"""A host that speaks of a VM of another host, through a real broker: nothing of it is the VM's.

Both hosts log in as themselves. The broker proves who sends; whose VM it is, the consumer has to know.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest
from psycopg import sql

from publisher.wire.samples import SCHEMA_VERSION, DomainDescription, DomainReport, Event, SampleBatch
from publisher.wire.states import PAUSED, RUNNING, STARTING_UP
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost

OFF = 5
FORGED_CORES = 77.0
TICK_COUNT = 8

SERIES = """
    SELECT h.host, count(*)
    FROM {table} AS s JOIN hosts AS h USING (host_id) JOIN domains AS d USING (domain_id)
    WHERE d.uuid = %s GROUP BY h.host
"""
TABLES = ("domain_samples", "domain_block_samples", "domain_interface_samples", "domain_latest")


class Sides(NamedTuple):
    """The host of a VM, another host, and the VM as its own host reports it."""

    own: AnyHostSender
    other: AnyHostSender
    report: DomainReport


def batch(host: int, tick: int, *domains: DomainReport) -> SampleBatch:
    """Return what a host publishes at a tick with exactly these domains."""
    fleet = small_fleet()
    return msgspec.structs.replace(fleet.batch(host, recent(tick), tick), domains=list(domains))


def event(host: int, tick: int, uuid: str) -> Event:
    """Return what a host tells of a VM."""
    told = batch(host, tick)
    return Event(
        schema=SCHEMA_VERSION,
        host=told.host,
        epoch=told.epoch,
        sequence=10_000 + tick,
        boot_id=told.boot_id,
        occurred_at=told.sampled_at,
        publisher_version="1",
        kind="domain_crashed",
        domain_uuid=uuid,
        domain_name="told",
    )


def forged(report: DomainReport, **changes: Any) -> DomainReport:
    """Return a VM of the same UUID as the other host reports it: renamed, retitled, with its own figures."""
    state = {name: changes.pop(name) for name in ("state", "state_reason") if name in changes}
    sample = msgspec.structs.replace(report.sample, cpu_cores=FORGED_CORES, **state)
    said = DomainDescription(title="forged", metadata="<forged/>")
    return msgspec.structs.replace(report, name="forged", sample=sample, description=said, **changes)


@pytest.fixture
def sides(virtual_host: VirtualHost, database: MigratedDatabase) -> Iterator[Sides]:
    """Give two enrolled hosts and a running consumer."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        own, other = (AnyHostSender(virtual_host.add_publisher(f"hv{host:03}")) for host in range(2))
        running = (report for report in small_fleet().batch(0, recent(), 0).domains or [])
        report = next(report for report in running if report.sample.state == RUNNING and report.interfaces)
        yield Sides(own, other, msgspec.structs.replace(report, description=DomainDescription(title="own")))
        assert consumer.alive, consumer.output()
        for sender in (own, other):
            sender.close()


@pytest.mark.parametrize(
    ("of_report", "of_batch", "ahead_seconds"),
    [
        ({}, {}, 0),
        ({}, {"tick_seconds": 0.001}, 0),
        ({}, {"tick_seconds": 86_400.0}, 0),
        ({}, {}, 290),
        ({}, {}, -86_400),
        ({"state": OFF, "state_reason": 1, "libvirt_id": None}, {}, 0),
        ({"state": PAUSED, "state_reason": STARTING_UP}, {}, 0),
    ],
    ids=["same", "tiny tick", "huge tick", "ahead", "behind", "off", "arriving"],
)
def test_nothing_of_another_host_is_the_domains(
    sides: Sides,
    stored: StoredRows,
    of_report: dict[str, Any],
    of_batch: dict[str, Any],
    ahead_seconds: int,
) -> None:
    """Samples, devices, latest row, name, title, stay and events are those of the host it runs on."""
    uuid = sides.report.uuid
    sides.own.send(batch(0, 0, sides.report))
    eventually(stored.message_count, 1)
    for tick in range(1, TICK_COUNT):
        claim = batch(1, tick, forged(sides.report, **of_report))
        at = claim.sampled_at + timedelta(seconds=ahead_seconds)
        sides.other.send(msgspec.structs.replace(claim, sampled_at=at, **of_batch), event(1, tick, uuid))
        sides.own.send(batch(0, tick, sides.report), event(0, tick, uuid))
    # In the end the other host no longer lists it.
    let_go = batch(1, TICK_COUNT)
    at = let_go.sampled_at + timedelta(seconds=ahead_seconds)
    sides.other.send(msgspec.structs.replace(let_go, sampled_at=at))
    sides.own.send(batch(0, TICK_COUNT, sides.report))
    eventually(stored.message_count, 2 * TICK_COUNT + 1)
    eventually(lambda: stored.count("events"), 2 * (TICK_COUNT - 1))

    for table in TABLES:
        hosts = [host for host, _ in stored.rows(SERIES.format(table=table), [uuid])]
        assert ["hv000"] == hosts, table
    assert TICK_COUNT + 1 == stored.value("SELECT count(*) FROM domain_samples")
    assert 0 == stored.value("SELECT count(*) FROM domain_samples WHERE cpu_cores = %s", [FORGED_CORES])
    domain = "SELECT name, title, removed_at FROM domains WHERE uuid = %s"
    assert [(sides.report.name, "own", None)] == stored.rows(domain, [uuid])
    assert [("hv000", None)] == stored.rows("SELECT host, valid_to FROM residency_named")
    about = "SELECT host, count(domain_id) FROM events_named GROUP BY host ORDER BY host"
    assert [("hv000", TICK_COUNT - 1), ("hv001", 0)] == stored.rows(about)


def test_an_event_names_no_domain_of_its_own(sides: Sides, stored: StoredRows) -> None:
    """Sent before anybody lists the VM, an event enters and names nothing; the host that lists it owns it."""
    uuid = sides.report.uuid
    sides.other.send(event(1, 0, uuid), batch(1, 0))
    sides.own.send(event(0, 0, uuid), batch(0, 1, sides.report))
    eventually(lambda: stored.count("events"), 2)
    eventually(stored.message_count, 2)

    assert [(sides.report.name,)] == stored.rows("SELECT name FROM domains")
    about = "SELECT host, domain_id IS NOT NULL FROM events_named ORDER BY host"
    assert [("hv000", True), ("hv001", False)] == stored.rows(about)


def test_a_reader_of_the_database_cannot_end_a_consumer(
    sides: Sides, stored: StoredRows, database: MigratedDatabase
) -> None:
    """Notifications of anybody, readable or not, change nothing."""
    sides.own.send(batch(0, 0, sides.report))
    eventually(stored.message_count, 1)
    with psycopg.connect(database.dashboard_url, autocommit=True) as reader:
        for payload in ("x", "1,x", "9" * 5_000, "-1", "\N{SUPERSCRIPT TWO}", ",,"):
            # The statement cannot be taken from anybody, other than the function.
            reader.execute(sql.SQL("NOTIFY kvmgrid_residency, {}").format(payload))
    for tick in range(1, 4):
        sides.own.send(batch(0, tick, sides.report))
        # Each batch may ask for the notifications.
        eventually(stored.message_count, tick + 1)
