# SPDX-License-Identifier: Apache-2.0
"""Messages of a simulated fleet, encoded in advance: sending them costs the broker and hardly the sender."""

import time
from collections.abc import Sequence
from hashlib import md5
from typing import Any, NamedTuple

import pika
import psycopg
from psycopg import sql

from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet
from publisher.wire.codec import CONTENT_TYPE, SAMPLE_TYPE, encode, message_id
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import SAMPLES_EXCHANGE, sample_key
from tests.benchmark.errors import BenchmarkError

WAIT_SECONDS = 120.0
# Ticks end a minute ago: nothing of it is ahead of the clock, and all of it in one or two chunks.
AGE_SECONDS = 60.0
# The sum of 48 bits of each VM row's digest: equal for equal sets, whatever their order.
CHECKSUM = sql.SQL("""
SELECT count(*)::bigint, coalesce(sum(('x' || substr(md5(concat_ws('|',
    d.uuid, (extract(epoch FROM s.sampled_at) * 1000000)::bigint, s.state, coalesce(s.memory_used_bytes, -1)
)), 1, 12))::bit(48)::bigint), 0)
FROM {} AS s JOIN kvmgrid.domains AS d USING (domain_id)
""")


class Message(NamedTuple):
    """One batch as it travels, with what the database has to hold of it."""

    host: str
    message_id: str
    body: bytes
    row_count: int
    checksum: int


class Cargo(NamedTuple):
    """Messages in the order in which they are sent."""

    messages: tuple[Message, ...]

    @property
    def message_count(self) -> int:
        """How many messages."""
        return len(self.messages)

    @property
    def row_count(self) -> int:
        """How many VM samples are in them."""
        return sum(each.row_count for each in self.messages)

    @property
    def body_bytes(self) -> int:
        """Size of all bodies."""
        return sum(len(each.body) for each in self.messages)

    @property
    def checksum(self) -> int:
        """What CHECKSUM gives when exactly these are stored."""
        return sum(each.checksum for each in self.messages)

    def share(self, share: float) -> "Cargo":
        """Return so large a share of the messages, evenly spread."""
        step = round(1 / share)
        return Cargo(self.messages[step - 1 :: step])


def first_second(tick_count: int, tick_seconds: float) -> float:
    """Return when so many ticks have to begin to lie in the past."""
    return float(int(time.time() - AGE_SECONDS - tick_count * tick_seconds))


def load(fleet: Fleet, first_second: float, ticks: range) -> Cargo:
    """Encode the batches of some ticks, tick by tick; the first one of a fleet describes its VMs."""
    messages = []
    for tick in ticks:
        for ordinal in range(fleet.shape.host_count):
            second = first_second + tick * fleet.shape.tick_seconds
            batch = fleet.batch(ordinal, second, tick, described=tick == 0)
            messages.append(
                Message(
                    batch.host,
                    message_id(batch),
                    encode(batch),
                    len(batch.domains or ()),
                    checksum_of(batch),
                )
            )
    return Cargo(tuple(messages))


def checksum_of(batch: SampleBatch) -> int:
    """Return what CHECKSUM gives for the VM rows of one batch."""
    micros = int(batch.sampled_at.timestamp() * 1_000_000)
    total = 0
    for report in batch.domains or ():
        used = report.sample.memory_used_bytes
        text = f"{report.uuid}|{micros}|{report.sample.state}|{-1 if used is None else used}"
        # A fingerprint, not a secret; PostgreSQL has md5 built in.
        total += int(md5(text.encode(), usedforsecurity=False).hexdigest()[:12], 16)
    return total


def send(amqp_url: str, cargo: Cargo) -> None:
    """Publish all messages, persistent, as fast as the broker takes them."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        for message in cargo.messages:
            channel.basic_publish(
                SAMPLES_EXCHANGE,
                sample_key(message.host),
                message.body,
                pika.BasicProperties(
                    delivery_mode=pika.DeliveryMode.Persistent.value,
                    user_id=message.host,
                    message_id=message.message_id,
                    content_type=CONTENT_TYPE,
                    type=SAMPLE_TYPE,
                ),
            )


def wait_for_depth(amqp_url: str, queues: Sequence[str], count: int) -> None:
    """Wait until so many messages are ready in each queue; the management interface tells it seconds late."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()

        def are_filled() -> bool:
            return all(
                channel.queue_declare(queue, passive=True).method.message_count == count for queue in queues
            )

        if not wait_until(are_filled, timeout_seconds=WAIT_SECONDS):
            raise BenchmarkError(f"there are not {count} messages in each of {', '.join(queues)}")


def check_stored(connection: psycopg.Connection[Any], *cargoes: Cargo, table: str = "domain_samples") -> None:
    """Raise BenchmarkError unless exactly the rows of these messages are in a table."""
    expected = sum(each.row_count for each in cargoes), sum(each.checksum for each in cargoes)
    row = connection.execute(CHECKSUM.format(sql.Identifier("kvmgrid", table))).fetchone()
    if row is None or (int(row[0]), int(row[1])) != expected:
        raise BenchmarkError(f"the rows of {table} and their checksum are {row}, expected {expected}")
