# SPDX-License-Identifier: Apache-2.0
"""A consumer process between a real broker and a real database: each message becomes rows, once."""

import json
import socket

import msgspec
import pytest
from psycopg import sql

from publisher.wire.codec import encode
from publisher.wire.samples import SCHEMA_VERSION, DroppedRange, Event, HostFilesystemSample
from publisher.wire.topics import DEAD_LETTER_QUEUE, EVENTS_EXCHANGE, event_key, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    keys_of,
    recent,
    small_fleet,
)
from tests.services import VirtualHost


def test_a_batch_becomes_rows_in_every_table(sender: AnyHostSender, stored: StoredRows) -> None:
    """Host, devices, file systems, domains, their devices and the report are stored field by field."""
    batch = small_fleet().batch(0, recent(), 1, described=True)
    sender.send(batch)
    eventually(stored.message_count, 1)

    host = stored.rows("SELECT host, hostname, kernel, cpu_count FROM hosts")
    assert [(batch.host, batch.identity.hostname, batch.identity.kernel, batch.identity.cpu_count)] == host
    assert keys_of(batch) == stored.domain_keys()
    tables = ("host_samples", "host_disk_samples", "host_interface_samples", "host_filesystem_samples")
    counts = {table: stored.count(table) for table in tables}
    assert counts == {
        "host_samples": 1,
        "host_disk_samples": len(batch.disks),
        "host_interface_samples": len(batch.interfaces),
        "host_filesystem_samples": len(batch.filesystems),
    }
    blocks = sum(len(report.blocks) for report in batch.domains or ())
    assert blocks == stored.count("domain_block_samples")
    assert blocks == stored.count("domain_interface_samples")


def test_stored_values_are_those_that_were_sent(sender: AnyHostSender, stored: StoredRows) -> None:
    """Every figure of a domain arrives in its own column, null where it was not known."""
    batch = small_fleet().batch(0, recent(), 1)
    first, *others = batch.domains or []
    busy = msgspec.structs.replace(
        first, sample=msgspec.structs.replace(first.sample, outcome="busy"), reason="a job holds it"
    )
    batch = msgspec.structs.replace(batch, domains=[busy, *others])
    sender.send(batch)
    eventually(stored.message_count, 1)

    for report in batch.domains or ():
        fields = sql.SQL(", ").join(map(sql.Identifier, report.sample.__struct_fields__))
        query = sql.SQL("SELECT {} FROM domain_samples JOIN domains USING (domain_id) WHERE uuid = {}")
        (row,) = stored.rows(query.format(fields, report.uuid))
        expected = [
            pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
            for value in msgspec.structs.astuple(report.sample)
        ]
        assert expected == list(row)
        latest = stored.rows(
            "SELECT l.libvirt_id, l.outcome_reason FROM domain_latest AS l JOIN domains USING (domain_id) "
            "WHERE uuid = %s",
            [report.uuid],
        )
        assert [(report.libvirt_id, report.reason)] == latest


def test_a_message_sent_twice_is_stored_once(sender: AnyHostSender, stored: StoredRows) -> None:
    """A publisher that repeats a message without the redelivered flag adds nothing."""
    fleet = small_fleet()
    first, second = (fleet.batch(0, recent(tick), tick) for tick in range(2))
    sender.send(first, first)
    sender.send(first, second)
    eventually(stored.message_count, 2)

    assert keys_of(first, second) == stored.domain_keys()


def test_latest_rows_stay_the_newest(sender: AnyHostSender, stored: StoredRows) -> None:
    """A batch that comes late is stored, and does not replace what is known to be newer."""
    fleet = small_fleet(host_count=1)
    older, newer = (fleet.batch(0, recent(tick), tick) for tick in range(2))
    sender.send(newer)
    eventually(stored.message_count, 1)
    sender.send(older)
    eventually(stored.message_count, 2)

    newest = {newer.sampled_at}
    assert newest == {row[0] for row in stored.rows("SELECT sampled_at FROM host_latest")}
    assert newest == {row[0] for row in stored.rows("SELECT sampled_at FROM domain_latest")}


def test_a_long_name_is_a_name(sender: AnyHostSender, stored: StoredRows) -> None:
    """The name of a VM or host may be as long as the wire allows, in characters of three bytes."""
    long = "".join(chr(0x4E00 + index) for index in range(1024))
    batch, other = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    reports = [msgspec.structs.replace(report, name=long) for report in batch.domains or []]
    identity = msgspec.structs.replace(batch.identity, hostname=long)
    sender.send(msgspec.structs.replace(batch, domains=reports, identity=identity), other)
    eventually(stored.message_count, 2)

    assert keys_of(batch, other) == stored.domain_keys()
    assert [(long,)] == stored.rows("SELECT DISTINCT name FROM domains WHERE length(name) > 1000")


def test_events_and_dropped_ranges_are_stored(sender: AnyHostSender, stored: StoredRows) -> None:
    """An event keeps its kind, its domain and its attributes; a reported gap keeps its bounds."""
    fleet = small_fleet()
    batch = fleet.batch(0, recent(), 5)
    report = (batch.domains or [])[0]
    dropped = DroppedRange(epoch=batch.epoch, first=2, last=4)
    batch = msgspec.structs.replace(
        batch, publisher=msgspec.structs.replace(batch.publisher, dropped=[dropped])
    )
    again = msgspec.structs.replace(
        fleet.batch(0, recent(1), 6), publisher=msgspec.structs.replace(batch.publisher, dropped=[dropped])
    )
    event = Event(
        schema=SCHEMA_VERSION,
        host=batch.host,
        epoch=batch.epoch,
        sequence=1,
        boot_id=batch.boot_id,
        occurred_at=batch.sampled_at,
        publisher_version="1",
        kind="lifecycle",
        domain_uuid=report.uuid,
        domain_name=report.name,
        detail="started",
        attributes={"cause": "booted"},
    )
    sender.send(event, batch, again, event)
    eventually(stored.message_count, 2)
    eventually(lambda: stored.value("SELECT count(*) FROM events"), 1)

    described_as = stored.rows("SELECT host, domain_name, kind, detail, attributes FROM events_named")
    assert [(batch.host, report.name, "lifecycle", "started", {"cause": "booted"})] == described_as
    assert [(2, 4)] == stored.rows("SELECT first_sequence, last_sequence FROM dropped_ranges")


def test_unknown_fields_are_ignored_and_told_once(
    sender: AnyHostSender, stored: StoredRows, consumer: ConsumerProcess
) -> None:
    """A newer publisher is understood; its new fields are named in one log line, not one a message."""
    fleet = small_fleet()
    for tick in range(3):
        batch = fleet.batch(0, recent(tick), tick)
        body = encode(batch).replace(b'"schema":1', b'"schema":1,"novelty":[1,{"a":2}]')
        sender.send_body(body, sample_key(batch.host), user_id=batch.host)
    eventually(stored.message_count, 3)

    told = [json.loads(line) for line in consumer.output().splitlines() if "fields_unknown" in line]
    assert [(["novelty"], batch.host, socket.gethostname())] == [
        (line["fields"], line["sender"], line["host"]) for line in told
    ]


def test_health_is_stored_with_its_reasons(sender: AnyHostSender, stored: StoredRows) -> None:
    """The host row says how well the host is, and which rule took how many points."""
    batch = small_fleet().batch(0, recent(), 1)
    hot = msgspec.structs.replace(batch.sample, cpu_busy_ratio=1.0)
    sender.send(msgspec.structs.replace(batch, sample=hot))
    eventually(stored.message_count, 1)

    score, state, reasons = stored.rows(
        "SELECT health_score, health_state, health_reasons FROM host_samples"
    )[0]
    assert {"rule": "cpu", "points": 30, "text": "CPU 100% busy"} in reasons
    assert score == 100 - sum(reason["points"] for reason in reasons)
    assert state in {"strained", "bad"}
    latest = stored.rows("SELECT health_score, health_state, health_reasons FROM host_latest")
    assert [(score, state, reasons)] == latest


def test_a_reason_is_stored_with_its_object(sender: AnyHostSender, stored: StoredRows) -> None:
    """The view says which VM is stolen from, and which file system is full, whatever they are called."""
    batch = small_fleet().batch(0, recent(), 1)
    assert batch.domains is not None
    first, *others = batch.domains
    name, path = "a'b\"\\u0000;<b>\u202e\U0001f600", "/srv/\\N \t%s{}"
    stolen = msgspec.structs.replace(first.sample, state=1, steal_ratio=0.4)
    waiting = msgspec.structs.replace(first, name=name, sample=stolen)
    full = HostFilesystemSample(path=path, total_bytes=100, available_bytes=2)
    sender.send(msgspec.structs.replace(batch, domains=[waiting, *others], filesystems=[full]))
    eventually(stored.message_count, 1)

    ((reasons,),) = stored.rows("SELECT health_reasons FROM hosts_now")
    found = {reason["rule"]: (reason["text"], reason["object"]) for reason in reasons if "object" in reason}
    assert (
        f"file system 98% full: {path}",
        {"kind": "filesystem", "name": path},
    ) == found["filesystem"]
    assert (
        f"a VM waited for CPU 40% of the time: {name}",
        {"kind": "domain", "name": name, "uuid": first.uuid},
    ) == found["vm_steal"]


def test_a_publisher_that_follows_the_rules_gets_through(
    virtual_host: VirtualHost, consumer: ConsumerProcess, stored: StoredRows
) -> None:
    """An enrolled publisher, with its own rights alone, reaches the tables with samples and events."""
    assert consumer.alive
    batch = small_fleet().batch(0, recent(), 1)
    sender = AnyHostSender(virtual_host.add_publisher(batch.host))
    sender.send(batch)
    event = Event(
        schema=SCHEMA_VERSION,
        host=batch.host,
        epoch=batch.epoch,
        sequence=2,
        boot_id=batch.boot_id,
        occurred_at=batch.sampled_at,
        publisher_version="1",
        kind="host_boot",
    )
    sender.send_body(
        encode(event), event_key(batch.host, "host_boot"), user_id=batch.host, exchange=EVENTS_EXCHANGE
    )
    eventually(stored.message_count, 1)
    eventually(lambda: stored.value("SELECT count(*) FROM events"), 1)
    sender.close()
    virtual_host.broker.admin.delete_user(batch.host)

    assert 0 == virtual_host.broker.admin.queue_depth(DEAD_LETTER_QUEUE, virtual_host.name)
