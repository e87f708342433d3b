# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be stored or trusted, and headers of any kind: the consumer goes on."""

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
from pika.exceptions import ConnectionClosed

from publisher.wire.codec import encode
from publisher.wire.topics import INGEST_QUEUE, sample_key
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


def test_a_poisoned_message_harms_no_neighbour(
    sender: AnyHostSender, stored: StoredRows, virtual_host: VirtualHost
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
    eventually(lambda: stored.value("SELECT count(*) FROM quarantine"), 1)
    eventually(stored.message_count, 6)

    assert keys_of(*batches[:3], *batches[4:]) == stored.domain_keys()
    reason, key, size = stored.rows("SELECT reason, routing_key, body_bytes FROM quarantine")[0]
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
    sender: AnyHostSender, stored: StoredRows, case: str, reason: str
) -> None:
    """Each kind of refused message gets its reason, leaves no other row, and does not stop the next one."""
    fleet = small_fleet()
    batch, other = fleet.batch(0, recent(), 1), fleet.batch(1, recent(), 1)
    body, user = encode(batch), batch.host
    far = {"future": datetime.now(UTC) + timedelta(days=2), "past": datetime(1999, 12, 31, tzinfo=UTC)}
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
    eventually(stored.message_count, 1)

    assert [(reason, body)] == stored.rows("SELECT reason, body FROM quarantine")
    assert keys_of(other) == stored.domain_keys()


def nested_headers(depth: int) -> dict[str, object]:
    """Return headers of a depth, at six bytes a level."""
    headers: dict[str, object] = {}
    for _ in range(depth):
        headers = {"": headers}
    return headers


def test_headers_nested_as_deep_as_a_frame_break_nobody(
    sender: AnyHostSender, stored: StoredRows, consumer: ConsumerProcess
) -> None:
    """A message whose AMQP headers nest deeper than Python's usual recursion is read like any other."""
    headers = nested_headers(2_000)
    batch, next_one = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    with deep_recursion():
        sender.send_body(encode(batch), sample_key(batch.host), user_id=batch.host, headers=headers)
    sender.send(next_one)
    eventually(stored.message_count, 2)

    assert "broker_link_broke" not in consumer.output()
    assert "broker_away" not in consumer.output()


@pytest.mark.parametrize("depth", [2_800, 20_000])
def test_headers_nested_deeper_are_refused_by_the_broker(
    virtual_host: VirtualHost,
    sender: AnyHostSender,
    stored: StoredRows,
    consumer: ConsumerProcess,
    depth: int,
) -> None:
    """They do not fit its frame_max: the connection of their sender ends, and nobody else's."""
    hostile = AnyHostSender(
        virtual_host.broker.amqp_url(f"{virtual_host.name}-sender", "sender", virtual_host.name)
    )
    batch, next_one = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    with deep_recursion(), pytest.raises(ConnectionClosed, match="frame"):
        hostile.send_body(
            encode(batch), sample_key(batch.host), user_id=batch.host, headers=nested_headers(depth)
        )
    sender.send(next_one)
    eventually(stored.message_count, 1)

    assert "broker_away" not in consumer.output()


def test_odd_headers_break_nobody(
    sender: AnyHostSender, stored: StoredRows, consumer: ConsumerProcess
) -> None:
    """Header values that Python cannot hold are left out; the message is read like any other."""
    batch, next_one = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    headers = {"far": Timestamp(2**64 - 1), "late": [Timestamp(10**12)], "count": 1}
    with raw_timestamps():
        sender.send_body(encode(batch), sample_key(batch.host), user_id=batch.host, headers=headers)
    sender.send(next_one)
    eventually(stored.message_count, 2)

    assert "broker_link_broke" not in consumer.output()
    assert "broker_away" not in consumer.output()
