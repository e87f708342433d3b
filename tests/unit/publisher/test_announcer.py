# SPDX-License-Identifier: Apache-2.0
"""Events go into the spool as they happen, whatever their texts hold."""

from pathlib import Path

import pytest

from publisher.announcer import Announcer
from publisher.spool import Spool
from publisher.unsent_event import UnsentEvent
from publisher.wire.codec import decode_event
from publisher.wire.samples import Event
from tests.unit.publisher.sources import BOOT_ID, START

UUID = "6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f30"


def spooled(spool: Spool) -> list[Event]:
    """Return the events in a spool."""
    return [decode_event(item.body) for item in spool.read("event", count=100, size_bytes=2**40)]


def test_an_unsent_event_becomes_an_event_of_this_host(tmp_path: Path) -> None:
    """Nothing of it is lost, and it is numbered in the sequence of the samples."""
    spool = Spool(tmp_path / "spool", "hv042")
    Announcer(spool, "hv042", BOOT_ID).pass_on(
        UnsentEvent(
            kind="domain_started",
            occurred_at=START,
            domain_uuid=UUID,
            domain_name="shop",
            libvirt_id=7,
            detail="booted",
            attributes={"reason": "booted"},
        )
    )
    (event,) = spooled(spool)

    assert ("hv042", spool.epoch, 1, BOOT_ID, START) == (
        event.host,
        event.epoch,
        event.sequence,
        event.boot_id,
        event.occurred_at,
    )
    assert ("domain_started", UUID, "shop", 7, "booted", {"reason": "booted"}) == (
        event.kind,
        event.domain_uuid,
        event.domain_name,
        event.libvirt_id,
        event.detail,
        event.attributes,
    )


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "x" * 2_000])
def test_texts_that_cannot_be_sent_cost_the_texts_only(tmp_path: Path, text: str) -> None:
    """That it happened, and to which domain, is still told."""
    spool = Spool(tmp_path / "spool", "hv042")
    Announcer(spool, "hv042", BOOT_ID).pass_on(
        UnsentEvent(kind="domain_started", occurred_at=START, domain_uuid=UUID, domain_name=text, detail=text)
    )
    (event,) = spooled(spool)

    assert ("domain_started", UUID, None) == (event.kind, event.domain_uuid, event.domain_name)
    assert (event.detail or "").startswith("could not be sent: ")


def test_an_event_that_is_none_is_counted_and_does_not_raise(tmp_path: Path) -> None:
    """The watcher's thread goes on; the loss is part of the accounting."""
    spool = Spool(tmp_path / "spool", "hv042")
    Announcer(spool, "hv042", BOOT_ID).announce("Not A Kind", START)

    assert [] == spooled(spool)
    assert 1 == spool.status().dropped_message_count
