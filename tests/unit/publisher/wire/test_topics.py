# SPDX-License-Identifier: Apache-2.0
"""Routing keys and host ids: one builder, one parser, and nothing that could pass for another host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.wire.topics import RoutingKey, event_key, is_host_id, parse_key, sample_key

HOST_IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
KINDS = st.from_regex(r"[a-z][a-z_]{0,62}", fullmatch=True)


@given(HOST_IDS, KINDS)
def test_a_built_key_is_parsed_into_its_parts(host: str, kind: str) -> None:
    """Whatever host and kind, the parser returns what the builder was given."""
    assert RoutingKey(host, None) == parse_key(sample_key(host))
    assert RoutingKey(host, kind) == parse_key(event_key(host, kind))


@given(st.text())
def test_any_text_is_a_key_or_none(text: str) -> None:
    """The parser never raises, and what it takes it would also build."""
    parsed = parse_key(text)

    if parsed is not None:
        built = event_key(parsed.host, parsed.event_kind) if parsed.event_kind else sample_key(parsed.host)
        assert built == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "hv042",
        "hv042.sample\n",
        "hv042.sample.x",
        "hv042.samples",
        "HV042.sample",
        "hv.042.sample",
        ".sample",
        "hv042.event",
        "hv042.event.",
        "hv042.event.Started",
        "hv042.event.domain-started",
        "hv042.event.a.b",
        "a" * 64 + ".sample",
        "hv042.event." + "a" * 64,
    ],
)
def test_other_keys_are_refused(text: str) -> None:
    """Extra, empty, upper-case and overlong words, and a trailing newline, make no key."""
    assert parse_key(text) is None


@pytest.mark.parametrize("text", ["a", "0", "hv042", "hv-042", "a-", "a" * 63])
def test_host_ids_are_taken(text: str) -> None:
    """1 to 63 letters, digits and hyphens name a host."""
    assert is_host_id(text)


@pytest.mark.parametrize(
    "text", ["", "-a", "a.b", "A", "a_b", "hv042\n", ".*", "hv[0-9]", "h\u0456v", "a" * 64, "a b", "hv/1"]
)
def test_other_host_ids_are_refused(text: str) -> None:
    """Patterns, dots, look-alikes and a trailing newline name no host."""
    assert not is_host_id(text)
