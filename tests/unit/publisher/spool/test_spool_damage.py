# SPDX-License-Identifier: Apache-2.0
"""Files that cannot be used are set aside under another name, and a new epoch begins (rules R2 and R7)."""

import sqlite3
from pathlib import Path

import pytest

from publisher.errors import SpoolFullError
from publisher.spool import Spool, Stamp, Ticket
from publisher.spool.directory import set_aside_files
from tests.unit.publisher.spool.spooled import message, sequences

DATABASE = "spool.sqlite3"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"this is no database, " * 1000),
        lambda path: path.write_bytes(path.read_bytes()[:5_000]),
        lambda path: path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192 + path.read_bytes()[12288:]),
        lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 99").connection.close(),
        lambda path: sqlite3.connect(path).execute("PRAGMA application_id = 7").connection.close(),
        lambda path: sqlite3.connect(path).executescript("DELETE FROM spool").connection.close(),
    ],
    ids=["garbage", "truncated", "no header", "pages", "newer format", "foreign", "no epoch"],
)
def test_an_unusable_file_is_set_aside_and_a_new_epoch_begins(tmp_path: Path, damage: object) -> None:
    """The publisher starts; the old file keeps its content under another name."""
    spool = Spool(tmp_path / "spool", "hv042")
    epoch = spool.epoch
    for _ in range(20):
        spool.put(message(bytes(3_000)))
    spool.close()
    path = tmp_path / "spool" / DATABASE
    damage(path)  # type: ignore[operator]  # a parameter is an object to the type checker
    content = path.read_bytes()

    spool = Spool(tmp_path / "spool", "hv042")

    assert epoch != spool.epoch
    assert 1 == len(spool.set_aside())
    assert content == spool.set_aside()[0].path.read_bytes()
    assert Ticket(spool.epoch, 1) == spool.put(message())
    # What was lost with it is told by number.
    assert {
        "epoch": epoch,
        "last_sequence": "20",
        "waiting_message_count": "20",
        "unanswered_message_count": "0",
    } == spool.set_aside()[0].numbers()
    assert 20 == spool.status().dropped_message_count


def test_what_the_broker_may_have_of_a_damaged_file_is_not_counted(tmp_path: Path) -> None:
    """It is told beside the number of those that waited."""
    spool = Spool(tmp_path / "spool", "hv042")
    for _ in range(20):
        spool.put(message())
    spool.confirm([item.ticket for item in spool.take("sample", count=3, size_bytes=2**40)])
    spool.take("sample", count=4, size_bytes=2**40)
    spool.close()
    (tmp_path / "spool" / DATABASE).write_bytes(b"this is no database, " * 1000)
    spool = Spool(tmp_path / "spool", "hv042")

    assert ["20", "17", "4"] == list(spool.set_aside()[0].numbers().values())[1:]
    assert 13 == spool.status().dropped_message_count


@pytest.mark.parametrize("page", [None, b"", b"00000000 []", b"\xff" * 4096])
def test_a_loss_without_a_tally_is_of_unknown_number(tmp_path: Path, page: bytes | None) -> None:
    """Where the page beside the file is gone or damaged too, that is told."""
    spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message())
    spool.close()
    (tmp_path / "spool" / DATABASE).write_bytes(b"this is no database, " * 1000)
    tally = tmp_path / "spool" / "tally"
    tally.unlink() if page is None else tally.write_bytes(page)
    spool = Spool(tmp_path / "spool", "hv042")

    assert {"unknown"} == set(spool.set_aside()[0].numbers().values())
    assert 0 == spool.status().dropped_message_count


def test_an_older_state_of_the_file_gives_no_number_twice(tmp_path: Path) -> None:
    """What was numbered after it is counted and reported as dropped, but for what the broker may have."""
    stamps: list[Stamp] = []
    spool = Spool(tmp_path / "spool", "hv042")
    for _ in range(3):
        spool.put(message())
    spool.close()
    older = (tmp_path / "spool" / DATABASE).read_bytes()
    spool = Spool(tmp_path / "spool", "hv042")
    for _ in range(4):
        spool.put(message())
    spool.take("sample", after=Ticket(spool.epoch, 5), count=1, size_bytes=2**40)
    spool.close()
    (tmp_path / "spool" / DATABASE).write_bytes(older)

    spool = Spool(tmp_path / "spool", "hv042")
    assert 3 == spool.status().dropped_message_count
    spool.confirm([spool.put(message())])
    spool.put(message(lambda stamp: stamps.append(stamp) or b"x"))  # type: ignore[func-returns-value]  # append, then body
    assert [1, 2, 3, 9] == sequences(spool)
    assert [(4, 5), (7, 7)] == [(lost.first, lost.last) for lost in stamps[-1].dropped]


def test_the_spool_of_another_host_is_set_aside(tmp_path: Path) -> None:
    """Messages of the old host id could never be delivered under the new one's login."""
    spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message())
    spool.close()
    spool = Spool(tmp_path / "spool", "hv043")

    assert ([], 1) == (sequences(spool), len(spool.set_aside()))
    assert "other-host" in spool.set_aside()[0].path.name


def test_a_file_that_breaks_while_it_is_used_is_set_aside(tmp_path: Path) -> None:
    """The put that meets the damage is stored in the new file."""
    spool = Spool(tmp_path / "spool", "hv042")
    epoch = spool.epoch
    for _ in range(300):
        spool.put(message(bytes(5_000)))
    path = tmp_path / "spool" / DATABASE
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    tickets = [spool.put(message(bytes(5_000))) for _ in range(300)]

    assert epoch != spool.epoch
    assert spool.set_aside()
    assert tickets[-1].sequence == sequences(spool)[-1]


def test_a_body_with_a_flipped_bit_is_dropped_and_counted(tmp_path: Path) -> None:
    """SQLite has no checksums of its own; the neighbours are delivered."""
    spool = Spool(tmp_path / "spool", "hv042")
    for letter in (b"a", b"b", b"c"):
        spool.put(message(letter * 10_000))
    spool.close()
    path = tmp_path / "spool" / DATABASE
    content = path.read_bytes()
    # A page that holds nothing else: one with several records may keep old copies of them.
    place = content.index(b"b" * 4_000) + 500
    path.write_bytes(content[:place] + b"?" + content[place + 1 :])
    spool = Spool(tmp_path / "spool", "hv042")

    assert [1, 3] == sequences(spool)
    assert (1, 0) == (spool.status().dropped_message_count, len(spool.set_aside()))


def test_only_the_newest_files_set_aside_are_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A disk that breaks files again and again is not filled by them; what goes is logged."""
    folder = tmp_path / "spool"
    for number in range(4):
        Spool(folder, f"hv{number}").close()
    found = set_aside_files(folder)

    assert 2 == len(found)
    assert 1 == caplog.text.count("spool_deleted")
    assert found == sorted(found, key=lambda path: path.stat().st_ctime_ns)


def test_a_disk_that_takes_nothing_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """However many messages it refuses; the next failure after a success is news."""
    spool = Spool(tmp_path / "spool", "hv042")
    for _ in range(2):
        spool._file._db.execute("PRAGMA query_only = ON")
        for _ in range(5):
            with pytest.raises(SpoolFullError):
                spool.put(message())
        spool._file._db.execute("PRAGMA query_only = OFF")
        spool.put(message())

    assert 2 == caplog.text.count("spool_failed")
