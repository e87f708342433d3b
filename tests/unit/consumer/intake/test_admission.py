# SPDX-License-Identifier: Apache-2.0
"""Which deliveries are let in."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.intake.admission import admit
from consumer.intake.refusal import Refusal
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode
from publisher.wire.samples import SCHEMA_VERSION, Event
from publisher.wire.topics import event_key, sample_key
from publisher.wire.transposition import in_columns

AHEAD = timedelta(minutes=5)
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
BATCH = Fleet(FleetShape(host_count=1, domain_count_per_host=2)).batch(0, NOW.timestamp(), 1)
EVENT = Event(
    schema=SCHEMA_VERSION,
    host=BATCH.host,
    epoch=BATCH.epoch,
    sequence=1,
    boot_id="b",
    occurred_at=NOW,
    publisher_version="1",
    kind="lifecycle",
)


def delivery(body: bytes, key: str, user: str | None = BATCH.host) -> Delivery:
    """Return a delivery that arrives at NOW."""
    return Delivery(
        receipt=Receipt(1, 1),
        body=body,
        exchange="",
        routing_key=key,
        redelivered=False,
        received_at=NOW,
        user_id=user,
    )


def reason_of(given_delivery: Delivery) -> str | None:
    """Return the reason why a delivery is refused, None if it is let in."""
    try:
        admit(given_delivery, AHEAD)
    except Refusal as refusal:
        return refusal.reason
    return None


def test_a_batch_and_an_event_are_let_in() -> None:
    """User, key and body name the same host, and the clock is right."""
    assert in_columns(BATCH) == admit(delivery(encode(BATCH), sample_key(BATCH.host)), AHEAD)
    assert EVENT == admit(delivery(encode(EVENT), event_key(BATCH.host, "lifecycle")), AHEAD)


@pytest.mark.parametrize(
    ("key", "user"),
    [
        ("hv000.sample\n", "hv000"),
        ("HV000.sample", "HV000"),
        (".sample", ""),
        ("hv000.sample.more", "hv000"),
        ("x" * 255, "hv000"),
        ("hv000.sample", None),
        ("hv000.sample", ""),
        ("hv000.sample", "hv001"),
        ("hv001.sample", "hv001"),
    ],
)
def test_one_name_that_differs_is_enough(key: str, user: str | None) -> None:
    """A key of another form, another user or another body is refused."""
    assert reason_of(delivery(encode(BATCH), key, user)) == "identity"


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, microseconds=1), "clock"),
        (timedelta(days=-3000), None),
        (datetime(2000, 1, 1, tzinfo=UTC) - NOW, None),
        (datetime(2000, 1, 1, tzinfo=UTC) - NOW - timedelta(microseconds=1), "clock"),
    ],
)
def test_the_clock_may_be_ahead_a_little_and_behind_a_lot(offset: timedelta, reason: str | None) -> None:
    """Five minutes ahead are let in, to the microsecond; late is never too late, unless before 2000."""
    late = msgspec.structs.replace(BATCH, sampled_at=NOW + offset)
    event = msgspec.structs.replace(EVENT, occurred_at=NOW + offset)

    assert reason == reason_of(delivery(encode(late), sample_key(BATCH.host)))
    assert reason == reason_of(delivery(encode(event), event_key(BATCH.host, "lifecycle")))


def test_an_event_has_the_kind_of_its_key() -> None:
    """Who binds a kind gets that kind and nothing else."""
    assert reason_of(delivery(encode(EVENT), event_key(BATCH.host, "reboot"))) == "schema"


def test_an_event_does_not_pass_as_a_batch() -> None:
    """The key says what the body has to be."""
    assert reason_of(delivery(encode(EVENT), sample_key(BATCH.host))) == "schema"


@given(st.binary(max_size=300))
def test_any_bytes_are_either_let_in_or_refused(body: bytes) -> None:
    """Nothing but Refusal ever leaves, whatever the bytes."""
    for key in (sample_key(BATCH.host), event_key(BATCH.host, "lifecycle")):
        assert reason_of(delivery(body, key)) is not None


@given(st.integers(0, len(encode(BATCH)) - 1))
def test_a_batch_cut_short_is_refused(length: int) -> None:
    """Every beginning of a body is malformed."""
    assert reason_of(delivery(encode(BATCH)[:length], sample_key(BATCH.host))) == "malformed"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_nesting_is_refused(opening: bytes, depth: int) -> None:
    """A body that nests without end is refused at once, and ends no process."""
    assert reason_of(delivery(opening * depth, sample_key(BATCH.host))) in {"malformed", "schema"}
