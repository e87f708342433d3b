# SPDX-License-Identifier: Apache-2.0
"""What the broker has, or is being sent, is not counted as dropped while the spool is full."""

import shutil
import sqlite3
from pathlib import Path
from unittest.mock import patch

import pytest

from publisher.errors import SpoolFullError
from publisher.spool import Spool, Spooled, Ticket
from tests.unit.publisher.spool.spooled import EVERYTHING, SMALL, message, sequences

BODY = bytes(60_000)


def full_spool(folder: Path) -> Spool:
    """Return a spool in which the next message displaces another."""
    spool = Spool(folder / "spool", "hv042", SMALL)
    while not spool.status().dropped_message_count:
        spool.put(message(BODY))
    return spool


def taken(spool: Spool, count: int) -> list[Spooled]:
    """Hand the oldest messages to a connection."""
    return spool.take("sample", count=count, size_bytes=EVERYTHING)


def test_confirmed_messages_that_the_disk_keeps_are_no_loss(tmp_path: Path) -> None:
    """Their deletion failed: they make room for new ones before anything is dropped."""
    spool = full_spool(tmp_path)
    kept, dropped_count = sequences(spool), spool.status().dropped_message_count
    delivered = taken(spool, 5)
    with patch.object(spool._file, "delete_confirmed", side_effect=sqlite3.OperationalError("disk")):
        spool.confirm([item.ticket for item in delivered])
    for _ in range(5):
        spool.put(message(BODY))
    assert dropped_count == spool.status().dropped_message_count
    assert kept[5:] == sequences(spool)[:-5]
    spool.close()


def test_messages_on_their_way_stay(tmp_path: Path) -> None:
    """Newer ones go in their place; the broker's answer makes them messages like others."""
    spool = full_spool(tmp_path)
    kept, dropped_count = sequences(spool), spool.status().dropped_message_count
    on_their_way = taken(spool, 5)
    for _ in range(3):
        spool.put(message(BODY))
    assert kept[:5] + kept[8:] == sequences(spool)[:-3]
    spool.confirm([item.ticket for item in on_their_way[:2]])
    spool.refused([item.ticket for item in on_their_way[2:]])
    for _ in range(4):
        spool.put(message(BODY))
    assert dropped_count + 3 + 2 == spool.status().dropped_message_count
    assert set() == set(kept[2:4]) & set(sequences(spool))
    spool.close()


def test_messages_of_unknown_fate_stay(tmp_path: Path) -> None:
    """A connection that ended leaves open what the broker has, however often the next ones fail."""
    spool = full_spool(tmp_path)
    unknown = [item.ticket.sequence for item in taken(spool, 5)]
    for _ in range(3):
        spool.disconnected()
    for _ in range(2 * len(sequences(spool))):
        spool.put(message(BODY))
    assert unknown == sequences(spool)[:5]
    spool.close()


def test_messages_of_unknown_fate_stay_through_a_crash(tmp_path: Path) -> None:
    """The process ends before the broker's answer: the next one counts none of them as dropped."""
    spool = full_spool(tmp_path)
    unknown = [item.ticket.sequence for item in taken(spool, 5)]
    shutil.copytree(tmp_path / "spool", tmp_path / "later" / "spool")
    spool.close()
    later = Spool(tmp_path / "later" / "spool", "hv042", SMALL)
    for _ in range(2 * len(sequences(later))):
        later.put(message(BODY))
    assert unknown == sequences(later)[:5]
    later.confirm([Ticket(later.epoch, sequence) for sequence in unknown])
    assert set() == later._transit.kept()
    later.close()


def test_they_stay_through_a_crash_on_a_full_disk(tmp_path: Path) -> None:
    """What is with the broker is noted in place: that needs no room."""
    spool = full_spool(tmp_path)
    with patch.object(spool._directory, "free_bytes", return_value=0):
        unknown = [item.ticket.sequence for item in taken(spool, 5)]
    shutil.copytree(tmp_path / "spool", tmp_path / "later" / "spool")
    spool.close()
    later = Spool(tmp_path / "later" / "spool", "hv042", SMALL)
    for _ in range(2 * len(sequences(later))):
        later.put(message(BODY))
    assert unknown == sequences(later)[:5]
    later.close()


def test_a_later_refusal_settles_no_unknown_fate(tmp_path: Path) -> None:
    """The broker refuses what was sent again; what the first copy became stays open until a confirm."""
    spool = full_spool(tmp_path)
    sent = taken(spool, 5)
    spool.disconnected()
    again = [item.ticket for item in taken(spool, 5)]
    spool.refused(again)
    for _ in range(len(sequences(spool))):
        spool.put(message(BODY))
    assert [item.ticket for item in sent] == again == [Ticket(spool.epoch, n) for n in sequences(spool)[:5]]
    dropped_count = spool.status().dropped_message_count
    spool.confirm(again)
    assert set() == {ticket.sequence for ticket in again} & set(sequences(spool))
    assert dropped_count == spool.status().dropped_message_count
    spool.close()


@pytest.mark.parametrize("end_count", [0, 1, 2])
def test_a_spool_that_is_all_with_the_broker_takes_no_message(tmp_path: Path, end_count: int) -> None:
    """The new message is the one that is lost, and it alone is counted; so too after the connection ended."""
    spool = full_spool(tmp_path)
    kept, dropped_count = sequences(spool), spool.status().dropped_message_count
    assert kept == [item.ticket.sequence for item in taken(spool, len(kept))]
    for _ in range(end_count):
        spool.disconnected()
    with pytest.raises(SpoolFullError):
        spool.put(message(BODY))
    assert (kept, dropped_count + 1) == (sequences(spool), spool.status().dropped_message_count)
    spool.close()
