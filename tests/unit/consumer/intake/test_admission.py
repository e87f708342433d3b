# SPDX-License-Identifier: Apache-2.0
"""Which deliveries are let in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.intake.admission import DEVICE_COUNT_MAX, DOMAIN_COUNT_MAX, admit, weight
from consumer.intake.refusal import Refusal
from consumer.intake.stored_range import StoredRange
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode
from publisher.wire.samples import (
    SCHEMA_VERSION,
    DomainBlockSample,
    DomainInterfaceSample,
    Event,
    HostDiskSample,
    HostFilesystemSample,
    HostInterfaceSample,
)
from publisher.wire.topics import event_key, sample_key
from publisher.wire.transposition import in_columns

STORED = StoredRange(timedelta(minutes=5))
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


def reason_of(given_delivery: Delivery, stored: StoredRange = STORED, now: datetime = NOW) -> str | None:
    """Return the reason why a delivery is refused, None if it is let in."""
    try:
        admit(given_delivery, stored, now)
    except Refusal as refusal:
        return refusal.reason
    return None


def test_a_batch_and_an_event_are_let_in() -> None:
    """User, key and body name the same host, and the clock is right."""
    assert in_columns(BATCH) == admit(delivery(encode(BATCH), sample_key(BATCH.host)), STORED, NOW)
    assert EVENT == admit(delivery(encode(EVENT), event_key(BATCH.host, "lifecycle")), STORED, NOW)


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


def test_what_is_older_than_its_level_is_outdated() -> None:
    """Samples and events have levels of their own; a time before 2000 is a clock's fault."""
    kept = StoredRange(timedelta(minutes=5), timedelta(days=30), timedelta(days=365))
    for age, of_sample, of_event in (
        (timedelta(days=30), None, None),
        (timedelta(days=30, microseconds=1), "outdated", None),
        (timedelta(days=366), "outdated", "outdated"),
        (timedelta(days=20_000), "clock", "clock"),
    ):
        late = msgspec.structs.replace(BATCH, sampled_at=NOW - age)
        event = msgspec.structs.replace(EVENT, occurred_at=NOW - age)
        assert of_sample == reason_of(delivery(encode(late), sample_key(BATCH.host)), kept)
        assert of_event == reason_of(delivery(encode(event), event_key(BATCH.host, "lifecycle")), kept)


def test_what_was_ahead_of_a_slow_clock_may_be_replayed() -> None:
    """It arrived at a wrong time; by now its time has come."""
    early = delivery(
        encode(msgspec.structs.replace(BATCH, sampled_at=NOW + timedelta(days=2))), "hv000.sample"
    )

    assert "clock" == reason_of(early)
    assert reason_of(early, now=NOW + timedelta(days=2)) is None


@pytest.mark.parametrize(("count", "reason"), [(DOMAIN_COUNT_MAX, None), (DOMAIN_COUNT_MAX + 1, "too_large")])
def test_so_many_domains_are_let_in(count: int, reason: str | None) -> None:
    """A host that runs more than any host can costs nobody a transaction of minutes."""
    one = (BATCH.domains or [])[0]
    many = [msgspec.structs.replace(one, uuid=str(UUID(int=number))) for number in range(count)]
    body = encode(msgspec.structs.replace(BATCH, domains=many))

    assert reason == reason_of(delivery(body, sample_key(BATCH.host)))


@pytest.mark.parametrize("kind", ["disks", "interfaces", "filesystems"])
@pytest.mark.parametrize(("count", "reason"), [(DEVICE_COUNT_MAX, None), (DEVICE_COUNT_MAX + 1, "too_large")])
def test_so_many_devices_are_let_in(kind: str, count: int, reason: str | None) -> None:
    """Each kind is counted by itself."""
    device = {
        "disks": HostDiskSample(device="", leaf=True),
        "interfaces": HostInterfaceSample(device="", physical=True),
        "filesystems": HostFilesystemSample(path=""),
    }[kind]
    body = encode(msgspec.structs.replace(BATCH, domains=None, **{kind: [device] * count}))

    assert reason == reason_of(delivery(body, sample_key(BATCH.host)))


def test_so_many_devices_of_vms_are_let_in() -> None:
    """They are counted over all VMs of a message."""
    one = (BATCH.domains or [])[0]
    for count, reason in ((DEVICE_COUNT_MAX, None), (DEVICE_COUNT_MAX + 1, "too_large")):
        for devices in (
            {"blocks": [DomainBlockSample(device="")]},
            {"interfaces": [DomainInterfaceSample(device="")]},
        ):
            many = {kind: each * count for kind, each in devices.items()}
            body = encode(msgspec.structs.replace(BATCH, domains=[msgspec.structs.replace(one, **many)]))
            assert reason == reason_of(delivery(body, sample_key(BATCH.host)))


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


def test_a_message_of_many_devices_fills_a_flush_sooner() -> None:
    """What it takes of memory are rows; a host with the usual devices counts by its VMs."""
    columns = in_columns(BATCH)
    crowded = msgspec.structs.replace(columns, disks=columns.disks * 400)

    assert weight(crowded) >= 100
    assert 2 <= weight(columns) < 10
    assert 0 == weight(EVENT)
