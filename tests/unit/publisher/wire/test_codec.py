# SPDX-License-Identifier: Apache-2.0
"""The codec: what is encoded comes back, and nothing but DecodeError ever comes out of the decoder."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.wire.codec import (
    MAX_BODY_BYTES,
    DecodeError,
    decode_event,
    decode_sample,
    encode,
    holds_nul,
    message_id,
    unknown_fields,
)
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.transposition import in_columns, in_reports
from tests.unit.publisher.wire.message_strategies import messages

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads" / "v1"
SAMPLE = (PAYLOADS / "sample_full.json").read_bytes().rstrip()
EVENT = (PAYLOADS / "event_full.json").read_bytes().rstrip()
# 1, -1 and the least of each width, infinity, NaN, half a number, broken base64.
COLUMNS = (
    *("AAE=", "AAAAAQ==", "AAAAAAAAAAE=", "//8=", "/////w==", "//////////8="),
    *("gAA=", "gAAAAA==", "gAAAAAAAAAA=", "f4AAAA==", "/4AAAA==", "f8AAAA==", "AAAB", "AAE", "A A="),
)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reason(body: bytes) -> str | None:
    """Return why a body is no sample, None if it is one; any other exception fails the test."""
    try:
        batch = decode_sample(body)
    except DecodeError as error:
        return error.reason
    in_reports(batch)
    return None


def changed(**fields: Any) -> bytes:
    """Return the full sample with other values at its top level."""
    return json.dumps({**json.loads(SAMPLE), **fields}).encode()


@RELAXED
@given(messages(SampleBatch))
def test_a_batch_comes_back_as_it_was(batch: SampleBatch) -> None:
    """Decoding what was encoded gives equal columns, bit for bit."""
    columns = in_columns(batch)

    assert columns == decode_sample(encode(columns))
    assert encode(columns) == encode(batch)


@RELAXED
@given(messages(Event))
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    """Decoding what was encoded gives an equal event."""
    assert event == decode_event(encode(event))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_batch_or_a_decode_error(body: bytes) -> None:
    """Bytes that are no message of ours raise DecodeError and nothing else."""
    assert reason(body) in {"malformed", "schema"}


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=20))
def test_any_json_of_another_shape_is_a_schema_error(value: Any) -> None:
    """Valid JSON that is no object of ours is told apart from bytes that are no JSON."""
    body = json.dumps(value).encode()

    assert reason(body) in {"schema", "malformed"}


@RELAXED
@given(st.data())
def test_a_wrong_value_anywhere_is_a_decode_error(data: st.DataObject) -> None:
    """A value of another type at any place of a batch gives a struct or DecodeError."""
    tree = json.loads(SAMPLE)
    node: Any = tree
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        child = node[key]
        if not isinstance(child, dict | list) or not child or data.draw(st.booleans()):
            break
        node = child
    node[key] = data.draw(
        st.sampled_from([None, True, -1, 2**63, 2**64, 1e300, "", "x", [], {}, [[]], {"a": 1}, *COLUMNS])
    )

    assert reason(json.dumps(tree).encode()) in {None, "schema", "version", "malformed"}


def test_a_body_cut_at_any_byte_is_malformed() -> None:
    """A torn body is never taken for a message."""
    assert {"malformed"} == {reason(SAMPLE[:length]) for length in range(len(SAMPLE))}


@pytest.mark.parametrize("opening", [b"[", b'{"schema":', b'{"sample":', b'{"unknown":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    """20,000 levels, in a known field, in an unknown one or outside, neither crash nor pass."""
    assert reason(opening * 20_000) in {"malformed", "schema"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "malformed"),
        (b"  \n", "malformed"),
        (b"null", "schema"),
        (b"\xef\xbb\xbf" + SAMPLE, "malformed"),
        (SAMPLE + b"{}", "malformed"),
        (b" " * (MAX_BODY_BYTES + 1), "too_large"),
        (SAMPLE.replace(b'"hv042"', b'"\xff\xfe"', 1), "malformed"),
        (SAMPLE.replace(b'"hv042"', b'"\xc0\xaf"', 1), "malformed"),
        (SAMPLE.replace(b'"0.1.0"', rb'"\ud800"', 1), "malformed"),
        (SAMPLE.replace(b'"0.1.0"', rb'"a\u0000b"', 1), "bad_text"),
        (SAMPLE.replace(b'"0.1.0"', rb'"\\\u0000"', 1), "bad_text"),
        (SAMPLE.replace(b'"0.1.0"', rb'"\\u0000"', 1), None),
        (changed(sequence=2**63), "schema"),
        (changed(sequence=-1), "schema"),
        (changed(sequence=True), "schema"),
        (changed(sequence=10**400), "schema"),
        (changed(tick_seconds=float("nan")), "malformed"),
        (changed(tick_seconds=float("inf")), "malformed"),
        (SAMPLE.replace(b'"tick_seconds":10.0', b'"tick_seconds":1e999', 1), "schema"),
        (changed(identity={"hostname": "a", "tags": ["x" * 64] * 32}), None),
        (changed(identity={"hostname": "a", "tags": ["x"] * 33}), "schema"),
        (changed(identity={"hostname": "a", "tags": ["x" * 65]}), "schema"),
        (changed(identity={"hostname": "a", "tags": ["Rack"]}), "schema"),
        (changed(schema=2), "version"),
        (changed(schema=0), "version"),
        (changed(schema="1"), "schema"),
        (b'{"schema":2,"all_else":"is new"}', "version"),
        (changed(host="hv042\n"), "schema"),
        (changed(host="HV042"), "schema"),
        (changed(host="hv.42"), "schema"),
        (changed(host="a" * 64), "schema"),
        (changed(epoch="0123456789ABCDEF"), "schema"),
        (changed(sampled_at="2026-11-23T08:00:00"), "schema"),
        (changed(sampled_at="infinity"), "schema"),
        (changed(sampled_at=1763881200), "schema"),
        (changed(hypervisor={"state": "sleeping"}), "schema"),
        (changed(unheard_of={"a": [1]}), None),
    ],
)
def test_bad_bodies_are_named_by_their_reason(body: bytes, expected: str | None) -> None:
    """Each kind of bad input has its reason; a literal backslash before u0000 is none."""
    assert expected == reason(body)


def test_a_huge_number_literal_is_refused() -> None:
    """An integer of 5,000 digits is an error, not a crash of the integer parser."""
    body = SAMPLE.replace(b'"sequence":4711', b'"sequence":' + b"9" * 5_000, 1)

    assert reason(body) in {"schema", "malformed"}


def test_text_is_kept_exactly() -> None:
    """Bidirectional overrides, escapes of terminals and four-byte characters pass unchanged."""
    name = "\u202eevil\u200b\n\x1b[31m%s{0}'; drop table\N{SMILING FACE WITH SUNGLASSES}"
    event = msgspec.structs.replace(decode_event(EVENT), domain_name=name)

    assert name == decode_event(encode(event)).domain_name


def test_extreme_floats_are_kept_exactly() -> None:
    """Negative zero and denormal numbers keep their bits."""
    batch = decode_sample(SAMPLE)
    for value in (-0.0, 5e-324, 3.4e38):
        sample = msgspec.structs.replace(batch.sample, cpu_busy_ratio=value)
        decoded = decode_sample(encode(msgspec.structs.replace(batch, sample=sample)))

        assert repr(value) == repr(decoded.sample.cpu_busy_ratio)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_extreme_figures_of_domains_are_kept_exactly(figures: list[float]) -> None:
    """In single precision likewise, whichever numbers stand beside each other."""
    batch = in_reports(decode_sample(SAMPLE))
    assert batch.domains
    reports = [
        msgspec.structs.replace(
            batch.domains[0],
            uuid=f"6f1d3c2a-9b4e-4d11-8a77-{place:012x}",
            sample=msgspec.structs.replace(batch.domains[0].sample, cpu_cores=figure),
        )
        for place, figure in enumerate(figures)
    ]
    decoded = decode_sample(encode(msgspec.structs.replace(batch, domains=reports)))
    assert decoded.domains is not None

    assert repr(figures) == repr(decoded.domains.figures("cpu_cores"))


@given(st.text(st.sampled_from("\0\\u0a")))
def test_nul_is_found_where_it_is(text: str) -> None:
    """However backslashes stand around it, exactly the texts that hold NUL are found."""
    assert ("\0" in text) == holds_nul(msgspec.json.encode(text))


def test_unknown_fields_are_named_with_their_place() -> None:
    """Fields of a newer version are found at every depth, known ones are not."""
    tree = json.loads(SAMPLE)
    tree["novelty"] = 1
    tree["sample"]["cpu_mood_ratio"] = 0.5
    tree["domains"]["sample"]["aura"] = [{"deep": 1}]
    next(iter(tree["domains"]["descriptions"].values()))["colour"] = "blue"

    expected = {"novelty", "sample.cpu_mood_ratio", "domains.sample.aura", "domains.descriptions.colour"}
    assert expected == unknown_fields(json.dumps(tree).encode())
    assert frozenset() == unknown_fields(SAMPLE)


@pytest.mark.parametrize("surplus", [b'"zzz":"\xff"', b'"\xff":1', b'"zzz":1e999', b'"zzz":' + b"9" * 6_000])
def test_an_unknown_field_that_cannot_be_read_is_named_so(surplus: bytes) -> None:
    """A decoder that skips it takes the message; nothing may fall over it afterwards."""
    body = SAMPLE.replace(b"{", b"{" + surplus + b",", 1)

    assert None is reason(body)
    assert {"(unreadable)"} == unknown_fields(body)


def test_a_message_id_names_host_epoch_and_sequence() -> None:
    """The id is the same however often the message is sent."""
    assert "hv042/0123456789abcdef/4711" == message_id(decode_sample(SAMPLE))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"tick_seconds", b"0"),
        (b"tick_seconds", b"-1"),
        (b"tick_seconds", b"1e20"),
        (b"uptime_seconds", b"1e11"),
        (b"uptime_seconds", b"-1"),
        (b"cpu_busy_ratio", b"1e300"),
        (b"cpu_busy_ratio", b"-3.41e38"),
    ],
)
def test_a_number_that_no_column_holds_is_refused(field: bytes, value: bytes) -> None:
    """A real would become infinity, and an interval of such a length breaks every view that adds it."""
    body = re.sub(rb'"%s":[0-9.e+-]+' % field, rb'"%s":%s' % (field, value), SAMPLE, count=1)

    assert body != SAMPLE
    assert "schema" == reason(body)
