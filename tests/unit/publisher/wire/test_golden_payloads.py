# SPDX-License-Identifier: Apache-2.0
"""The payloads of a schema version stay readable, and are written as they were, for ever.

A failure here means that the wire has changed: make a new schema version, or take the change back. Only a new
optional field stays within the version: the full payload gets it, and the one before is kept beside it.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from publisher.wire.codec import decode_event, decode_sample, encode
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import SCHEMA_VERSION, Event
from publisher.wire.transposition import in_columns, in_reports

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads"
SAMPLES = sorted(PAYLOADS.glob("v*/sample_*.json"))
EVENTS = sorted(PAYLOADS.glob("v*/event_*.json"))


def name(path: Path) -> str:
    """Return how a payload is called in a test's name."""
    return f"{path.parent.name}/{path.stem}"


def members_sorted(body: bytes) -> bytes:
    """Return JSON with the members of each object sorted: their order means nothing, to no reader of ours."""
    return msgspec.json.encode(msgspec.json.decode(body), order="sorted")


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_a_stored_sample_decodes_and_encodes_to_itself(path: Path) -> None:
    """Bytes of a published version are read and written without a difference but the order of fields."""
    body = path.read_bytes()

    assert members_sorted(body) == members_sorted(encode(decode_sample(body)))


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_the_order_of_fields_means_nothing(path: Path) -> None:
    """A publisher whose structs have their fields in another order is read the same."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(member) for key, member in reversed(value.items())}
        return [turned(member) for member in value] if isinstance(value, list) else value

    body = path.read_bytes()
    other = msgspec.json.encode(turned(msgspec.json.decode(body)))

    assert members_sorted(other) == members_sorted(body)
    assert other != body.rstrip()
    assert decode_sample(other) == decode_sample(body)


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_the_domains_of_a_stored_sample_become_objects_and_columns_again(path: Path) -> None:
    """Nothing stands in the columns that a report does not have, and the other way round."""
    columns = decode_sample(path.read_bytes())

    assert columns == in_columns(in_reports(columns))


def test_the_numbers_of_a_stored_sample_are_what_they_were() -> None:
    """Bytes of a published version mean the same for ever: their order, their width, their kind."""
    domains = in_reports(decode_sample((PAYLOADS / "v1" / "sample_full.json").read_bytes())).domains
    assert domains is not None
    (report,) = domains
    (block,), (interface,) = report.blocks, report.interfaces

    assert (78, 1, 5, 105, "partial") == (
        report.libvirt_id,
        report.sample.state,
        report.sample.state_reason,
        report.sample.vcpu_count,
        report.sample.outcome,
    )
    assert (4_419_584, 4_435_968, 4_530_176, 4_532_224, 4_534_272) == (
        report.sample.memory_assigned_bytes,
        report.sample.memory_resident_bytes,
        block.capacity_bytes,
        block.allocation_bytes,
        block.physical_bytes,
    )
    assert (105.0, 107.5, 130.0, 135.0, 143.75, 145.0, 153.75) == (
        report.sample.interval_seconds,
        report.sample.cpu_cores,
        report.sample.network_transmit_bytes_per_second,
        block.read_bytes_per_second,
        block.flush_latency_seconds,
        interface.receive_bytes_per_second,
        interface.transmit_drops_per_second,
    )
    assert (0.087, 0.093) == pytest.approx(
        (report.sample.cpu_ratio, report.sample.memory_used_ratio), rel=2**-24
    )


def test_a_publisher_of_before_has_no_tags() -> None:
    """None is not one of unknown name: a consumer stores an empty list."""
    before, full = (
        decode_sample((PAYLOADS / "v1" / f"{stem}.json").read_bytes()).identity.tags
        for stem in ("sample_before_host_tags", "sample_full")
    )

    assert ([], ["rack:a3", "ssd"]) == (before, full)


def test_a_consumer_of_before_reads_over_tags() -> None:
    """It names them as a field that it does not know, and takes the rest."""

    class Identity(msgspec.Struct):
        hostname: str
        kernel: str | None = None

    class Before(msgspec.Struct):
        identity: Identity

    body = (PAYLOADS / "v1" / "sample_full.json").read_bytes()

    assert Before(Identity("hv042.example.net", "6.12.48+deb13-amd64")) == msgspec.json.decode(
        body, type=Before
    )


@pytest.mark.parametrize("path", EVENTS, ids=name)
def test_a_stored_event_decodes_and_encodes_to_itself(path: Path) -> None:
    """Bytes of a published version are read and written without a difference but the order of fields."""
    body = path.read_bytes()

    assert members_sorted(body) == members_sorted(encode(decode_event(body)))


def test_the_present_version_has_payloads_of_each_kind() -> None:
    """Whoever raises the schema version adds its payloads."""
    expected = {
        f"v{SCHEMA_VERSION}/{stem}"
        for stem in (
            "sample_full",
            "sample_minimal",
            "sample_without_libvirt",
            "sample_with_libvirt_away",
            "event_full",
            "event_minimal",
        )
    }

    assert expected <= {name(path) for path in SAMPLES + EVENTS}


@pytest.mark.parametrize(("stem", "kind"), [("sample_full", ColumnBatch), ("event_full", Event)])
def test_the_full_payload_holds_every_field(stem: str, kind: type[msgspec.Struct]) -> None:
    """No field of the wire is without an example in the full payload."""
    tree = msgspec.json.decode((PAYLOADS / f"v{SCHEMA_VERSION}" / f"{stem}.json").read_bytes())

    assert [] == missing(tree, msgspec.inspect.type_info(kind), stem)


def missing(value: object, known: msgspec.inspect.Type, place: str) -> list[str]:
    """Return the fields of a struct, and of the structs in it, that a value does not have."""
    if isinstance(known, msgspec.inspect.UnionType):
        return [gap for member in known.types for gap in missing(value, member, place)]
    if isinstance(known, msgspec.inspect.ListType) and isinstance(value, list):
        return missing(value[0], known.item_type, f"{place}[0]") if value else [f"{place}[0]"]
    if isinstance(known, msgspec.inspect.BytesType):
        return [] if value else [f"{place}[0]"]
    if isinstance(known, msgspec.inspect.DictType) and isinstance(value, dict):
        return [gap for item in value.values() for gap in missing(item, known.value_type, f"{place}[]")]
    if isinstance(known, msgspec.inspect.StructType) and isinstance(value, dict):
        gaps = [f"{place}.{field.name}" for field in known.fields if field.encode_name not in value]
        inner = [field for field in known.fields if field.encode_name in value]
        return gaps + [
            gap
            for field in inner
            for gap in missing(value[field.encode_name], field.type, f"{place}.{field.name}")
        ]
    return []
