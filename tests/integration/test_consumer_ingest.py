# SPDX-License-Identifier: Apache-2.0
"""A consumer process between a real broker and a real database: each message becomes rows, once."""

import json
import re
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import pytest
from pika import data
from psycopg import sql

from publisher.wire.codec import encode
from publisher.wire.samples import SCHEMA_VERSION, DroppedRange, Event
from publisher.wire.topics import DEAD_LETTER_QUEUE, EVENTS_EXCHANGE, INGEST_QUEUE, event_key, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_site import Sender, StoredRows, eventually, keys_of, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let pika, which encodes headers by recursion as well, send what a hostile sender can."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class Timestamp(NamedTuple):
    """A header value that no datetime of Python can say."""

    seconds: int


@contextmanager
def raw_timestamps() -> Iterator[None]:
    """Let pika send such a header."""
    encode_value = data.encode_value

    def encode_raw(pieces: list[bytes], value: object) -> int:
        if not isinstance(value, Timestamp):
            return int(encode_value(pieces, value))
        pieces.append(struct.pack(">cQ", b"T", value.seconds))
        return 9

    data.encode_value = encode_raw
    try:
        yield
    finally:
        data.encode_value = encode_value


@pytest.fixture
def consumer(virtual_host: VirtualHost, database: MigratedDatabase) -> Iterator[ConsumerProcess]:
    """Give a consumer that has declared its queues."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as process:
        process.wait_for("consuming")
        yield process


@pytest.fixture
def sender(virtual_host: VirtualHost, consumer: ConsumerProcess) -> Iterator[Sender]:
    """Give a sender for any host."""
    assert consumer.alive
    sender = Sender.enrolled(virtual_host)
    yield sender
    sender.close()


@pytest.fixture
def books(database: MigratedDatabase) -> StoredRows:
    """Give the test's database."""
    return StoredRows(database)


def test_a_batch_becomes_rows_in_every_table(sender: Sender, books: StoredRows) -> None:
    """Host, devices, file systems, domains, their devices and the report are stored field by field."""
    batch = small_fleet().batch(0, recent(), 1, described=True)
    sender.send(batch)
    eventually(books.message_count, 1)

    host = books.rows("SELECT host, hostname, kernel, cpu_count FROM hosts")
    assert [(batch.host, batch.identity.hostname, batch.identity.kernel, batch.identity.cpu_count)] == host
    assert keys_of(batch) == books.domain_keys()
    tables = ("host_samples", "host_disk_samples", "host_interface_samples", "host_filesystem_samples")
    counts = {table: books.count(table) for table in tables}
    assert counts == {
        "host_samples": 1,
        "host_disk_samples": len(batch.disks),
        "host_interface_samples": len(batch.interfaces),
        "host_filesystem_samples": len(batch.filesystems),
    }
    blocks = sum(len(report.blocks) for report in batch.domains or ())
    assert blocks == books.count("domain_block_samples")
    assert blocks == books.count("domain_interface_samples")


def test_stored_values_are_those_that_were_sent(sender: Sender, books: StoredRows) -> None:
    """Every figure of a domain arrives in its own column, null where it was not known."""
    batch = small_fleet().batch(0, recent(), 1)
    first, *others = batch.domains or []
    busy = msgspec.structs.replace(
        first, sample=msgspec.structs.replace(first.sample, outcome="busy"), reason="a job holds it"
    )
    batch = msgspec.structs.replace(batch, domains=[busy, *others])
    sender.send(batch)
    eventually(books.message_count, 1)

    for report in batch.domains or ():
        fields = sql.SQL(", ").join(map(sql.Identifier, report.sample.__struct_fields__))
        query = sql.SQL("SELECT {} FROM domain_samples JOIN domains USING (domain_id) WHERE uuid = {}")
        (row,) = books.rows(query.format(fields, report.uuid))
        expected = [
            pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
            for value in msgspec.structs.astuple(report.sample)
        ]
        assert expected == list(row)
        latest = books.rows(
            "SELECT l.libvirt_id, l.outcome_reason FROM domain_latest AS l JOIN domains USING (domain_id) "
            "WHERE uuid = %s",
            [report.uuid],
        )
        assert [(report.libvirt_id, report.reason)] == latest


def test_a_message_sent_twice_is_stored_once(sender: Sender, books: StoredRows) -> None:
    """A publisher that repeats a message without the redelivered flag adds nothing."""
    fleet = small_fleet()
    first, second = (fleet.batch(0, recent(tick), tick) for tick in range(2))
    sender.send(first, first)
    sender.send(first, second)
    eventually(books.message_count, 2)

    assert keys_of(first, second) == books.domain_keys()


def test_latest_rows_stay_the_newest(sender: Sender, books: StoredRows) -> None:
    """A batch that comes late is stored, and does not replace what is known to be newer."""
    fleet = small_fleet(host_count=1)
    older, newer = (fleet.batch(0, recent(tick), tick) for tick in range(2))
    sender.send(newer)
    eventually(books.message_count, 1)
    sender.send(older)
    eventually(books.message_count, 2)

    newest = {newer.sampled_at}
    assert newest == {row[0] for row in books.rows("SELECT sampled_at FROM host_latest")}
    assert newest == {row[0] for row in books.rows("SELECT sampled_at FROM domain_latest")}


def test_a_poisoned_message_harms_no_neighbour(
    sender: Sender, books: StoredRows, virtual_host: VirtualHost
) -> None:
    """What the database refuses goes to quarantine with its reason; the rest of the flush is committed."""
    fleet = small_fleet(host_count=7)
    batches = [fleet.batch(ordinal, recent(), 1) for ordinal in range(7)]
    # Valid on the wire, and too long for a B-tree page: only the database can tell.
    poison = batches[3]
    device = poison.disks[0]
    long = msgspec.structs.replace(device, device="".join(chr(0x4E00 + index) for index in range(1024)))
    poisoned = msgspec.structs.replace(poison, disks=[long])
    sender.send(*batches[:3], poisoned, *batches[4:])
    eventually(lambda: books.value("SELECT count(*) FROM quarantine"), 1)
    eventually(books.message_count, 6)

    assert keys_of(*batches[:3], *batches[4:]) == books.domain_keys()
    reason, key, size = books.rows("SELECT reason, routing_key, body_bytes FROM quarantine")[0]
    assert ("refused", sample_key(poison.host), len(encode(poisoned))) == (reason, key, size)
    eventually(lambda: virtual_host.broker.admin.queue_depth(INGEST_QUEUE, virtual_host.name), 0)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("no user", "identity"),
        ("another user", "identity"),
        ("another body", "identity"),
        ("future", "clock"),
        ("past", "clock"),
        ("rubbish", "malformed"),
        ("wrong type", "schema"),
        ("newer schema", "version"),
        ("NUL", "bad_text"),
        ("twins", "ambiguous"),
        ("uptime of ages", "schema"),
        ("tick of ages", "schema"),
    ],
)
def test_what_cannot_be_trusted_is_set_aside(
    sender: Sender, books: StoredRows, case: str, reason: str
) -> None:
    """Each kind of refusal message gets its reason, leaves no row elsewhere, and does not stop the next one."""
    fleet = small_fleet()
    batch, other = fleet.batch(0, recent(), 1), fleet.batch(1, recent(), 1)
    body, user = encode(batch), batch.host
    far = {"future": datetime.now(UTC) + timedelta(hours=1), "past": datetime(1999, 12, 31, tzinfo=UTC)}
    if case in far:
        body = encode(msgspec.structs.replace(batch, sampled_at=far[case]))
    body = {
        "another body": encode(other),
        "rubbish": b"\x00\xff{",
        "wrong type": body.replace(b'"sequence":1', b'"sequence":"1"'),
        "newer schema": body.replace(b'"schema":1', b'"schema":9'),
        "uptime of ages": re.sub(rb'"uptime_seconds":[0-9.]+', b'"uptime_seconds":1e11', body),
        "tick of ages": re.sub(rb'"tick_seconds":[0-9.]+', b'"tick_seconds":1e300', body, count=1),
        "NUL": body.replace(b'"hostname":"', b'"hostname":"\\u0000'),
        "twins": encode(msgspec.structs.replace(batch, domains=(batch.domains or []) * 2)),
    }.get(case, body)
    users = {"no user": None, "another user": other.host}
    sender.send_body(body, sample_key(batch.host), user_id=users.get(case, user))
    sender.send(other)
    eventually(books.message_count, 1)

    assert [(reason, body)] == books.rows("SELECT reason, body FROM quarantine")
    assert keys_of(other) == books.domain_keys()


def test_a_long_name_is_a_name(sender: Sender, books: StoredRows) -> None:
    """A VM and a host may be called by as many characters as the wire lets through, of three bytes each."""
    long = "".join(chr(0x4E00 + index) for index in range(1024))
    batch, other = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    reports = [msgspec.structs.replace(report, name=long) for report in batch.domains or []]
    identity = msgspec.structs.replace(batch.identity, hostname=long)
    sender.send(msgspec.structs.replace(batch, domains=reports, identity=identity), other)
    eventually(books.message_count, 2)

    assert keys_of(batch, other) == books.domain_keys()
    assert [(long,)] == books.rows("SELECT DISTINCT name FROM domains WHERE length(name) > 1000")


def test_the_bodies_of_rubbish_are_capped_and_counted(
    virtual_host: VirtualHost, database: MigratedDatabase, books: StoredRows
) -> None:
    """A host that sends rubbish without end fills neither the table nor its rows."""
    limits = ["KVMGRID_QUARANTINE__KEPT_PER_HOUR_COUNT=3", "KVMGRID_QUARANTINE__BODY_BYTES=10"]
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, limits) as consumer:
        consumer.wait_for("consuming")
        sender = Sender.enrolled(virtual_host)
        for _ in range(20):
            sender.send_body(b"x" * 100, sample_key("hv000"), user_id="hv000")
        sender.send(small_fleet().batch(1, recent(), 1))
        sender.close()
        eventually(books.message_count, 1)

    kept = books.rows("SELECT length(body), body_bytes FROM quarantine WHERE body IS NOT NULL")
    assert [(10, 100)] * 3 == kept
    # The rest is told when the consumer ends.
    counts = books.rows("SELECT user_id, detail FROM quarantine WHERE body IS NULL")
    assert [("hv000", "17 more messages within an hour were counted, not kept")] == counts


def test_events_and_dropped_ranges_are_stored(sender: Sender, books: StoredRows) -> None:
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
    eventually(books.message_count, 2)
    eventually(lambda: books.value("SELECT count(*) FROM events"), 1)

    stored = books.rows("SELECT host, domain_name, kind, detail, attributes FROM events_named")
    assert [(batch.host, report.name, "lifecycle", "started", {"cause": "booted"})] == stored
    assert [(2, 4)] == books.rows("SELECT first_sequence, last_sequence FROM dropped_ranges")


def test_unknown_fields_are_ignored_and_told_once(
    sender: Sender, books: StoredRows, consumer: ConsumerProcess
) -> None:
    """A newer publisher is understood; its new fields are named in one log line, not one a message."""
    fleet = small_fleet()
    for tick in range(3):
        batch = fleet.batch(0, recent(tick), tick)
        body = encode(batch).replace(b'"schema":1', b'"schema":1,"novelty":[1,{"a":2}]')
        sender.send_body(body, sample_key(batch.host), user_id=batch.host)
    eventually(books.message_count, 3)

    told = [json.loads(line) for line in consumer.output().splitlines() if "fields_unknown" in line]
    assert [["novelty"]] == [line["fields"] for line in told]


def test_health_is_stored_with_its_reasons(sender: Sender, books: StoredRows) -> None:
    """The host row says how well the host is, and which rule took how many points."""
    batch = small_fleet().batch(0, recent(), 1)
    hot = msgspec.structs.replace(batch.sample, cpu_busy_ratio=1.0)
    sender.send(msgspec.structs.replace(batch, sample=hot))
    eventually(books.message_count, 1)

    score, state, reasons = books.rows("SELECT health_score, health_state, health_reasons FROM host_samples")[
        0
    ]
    assert {"rule": "cpu", "points": 30, "text": "CPU 100% busy"} in reasons
    assert score == 100 - sum(reason["points"] for reason in reasons)
    assert state in {"strained", "bad"}
    latest = books.rows("SELECT health_score, health_state, health_reasons FROM host_latest")
    assert [(score, state, reasons)] == latest


@pytest.mark.parametrize("depth", [2_000, 15_000])
def test_deeply_nested_headers_break_nobody(
    sender: Sender, books: StoredRows, consumer: ConsumerProcess, depth: int
) -> None:
    """A message whose AMQP headers nest deeper than Python's usual recursion is read like any other."""
    headers: dict[str, object] = {}
    for _ in range(depth):
        headers = {"": headers}
    batch, next_one = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    with deep_recursion():
        sender.send_body(encode(batch), sample_key(batch.host), user_id=batch.host, headers=headers)
    sender.send(next_one)
    eventually(books.message_count, 2)

    assert "broker_link_broke" not in consumer.output()
    assert "broker_away" not in consumer.output()


def test_odd_headers_break_nobody(sender: Sender, books: StoredRows, consumer: ConsumerProcess) -> None:
    """Header values that Python cannot hold are left out; the message is read like any other."""
    batch, next_one = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    headers = {"far": Timestamp(2**64 - 1), "late": [Timestamp(10**12)], "count": 1}
    with raw_timestamps():
        sender.send_body(encode(batch), sample_key(batch.host), user_id=batch.host, headers=headers)
    sender.send(next_one)
    eventually(books.message_count, 2)

    assert "broker_link_broke" not in consumer.output()
    assert "broker_away" not in consumer.output()


def test_a_publisher_that_follows_the_rules_gets_through(
    virtual_host: VirtualHost, consumer: ConsumerProcess, books: StoredRows
) -> None:
    """An enrolled publisher, with its own rights alone, reaches the tables with samples and events."""
    assert consumer.alive
    batch = small_fleet().batch(0, recent(), 1)
    sender = Sender(virtual_host.add_publisher(batch.host))
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
    eventually(books.message_count, 1)
    eventually(lambda: books.value("SELECT count(*) FROM events"), 1)
    sender.close()
    virtual_host.broker.admin.delete_user(batch.host)

    assert 0 == virtual_host.broker.admin.queue_depth(DEAD_LETTER_QUEUE, virtual_host.name)
