# SPDX-License-Identifier: Apache-2.0
"""The permissions of publishers and consumers allow what they need and nothing near it."""

import re

import pytest

from deploy.lab.broker_users import (
    CONSUMER_OBJECTS,
    HOST_ID,
    PUBLISHER_TOPICS,
    PUBLISHER_WRITE,
    BrokerAdmin,
)
from deploy.lab.errors import BrokerUserError


def allows(pattern: str, name: str) -> bool:
    r"""Match as the broker does: unanchored; Erlang's ``\z`` is Python's ``\Z``."""
    return re.search(pattern.replace(r"\z", r"\Z"), name) is not None


@pytest.mark.parametrize("name", ["kvmgrid.samples", "kvmgrid.events"])
def test_a_publisher_writes_to_its_two_exchanges(name: str) -> None:
    """Both exchanges of the contract match."""
    assert allows(PUBLISHER_WRITE, name)


@pytest.mark.parametrize(
    "name", ["", "amq.topic", "kvmgrid.samples.x", "xkvmgrid.samples", "kvmgrid.samples\n", "kvmgrid-samples"]
)
def test_a_publisher_writes_to_no_other_exchange(name: str) -> None:
    """Neither the default exchange nor a name that only contains an allowed one matches."""
    assert not allows(PUBLISHER_WRITE, name)


def test_a_publisher_s_routing_keys_begin_with_its_name() -> None:
    """The broker puts the user's name in; no other host's key, no longer one and no line feed matches."""
    samples = PUBLISHER_TOPICS["kvmgrid.samples"].replace("{username}", "web-1")
    events = PUBLISHER_TOPICS["kvmgrid.events"].replace("{username}", "web-1")

    assert allows(samples, "web-1.sample")
    assert allows(events, "web-1.event.io_error")
    for key in ("web-2.sample", "web-1.sample.x", "xweb-1.sample", "web-1.sample\n", "web-1.event.started"):
        assert not allows(samples, key)
    for key in ("web-1.sample", "web-1.event.", "web-1.event.a.b", "web-2.event.started"):
        assert not allows(events, key)


def test_a_consumer_is_confined_to_our_names() -> None:
    """A consumer's objects begin with kvmgrid and a dot."""
    assert allows(CONSUMER_OBJECTS, "kvmgrid.ingest")
    assert not allows(CONSUMER_OBJECTS, "kvmgrids.ingest")
    assert not allows(CONSUMER_OBJECTS, "other.kvmgrid.ingest")


@pytest.mark.parametrize("host", ["", "-a", "A", "a.b", "a_b", "a" * 64, "a\n", ".*"])
def test_a_name_that_is_no_host_id_is_refused_before_anything_is_asked(host: str) -> None:
    """Such names would break routing keys or patterns; nothing is sent to the broker for them."""
    admin = BrokerAdmin("http://127.0.0.1:1", "administrator", "secret")

    with pytest.raises(BrokerUserError, match="is no host id"):
        admin.add_publisher(host, "secret")


@pytest.mark.parametrize("host", ["a", "0", "hv-042", "a" * 63])
def test_host_ids_are_accepted(host: str) -> None:
    """Lower-case letters, digits and dashes, at most 63."""
    assert HOST_ID.fullmatch(host)
