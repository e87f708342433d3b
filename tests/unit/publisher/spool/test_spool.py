# SPDX-License-Identifier: Apache-2.0
"""The spool's promises, one by one (rules R1 to R7 of the design's reliability plan)."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from publisher.errors import MessageRefusedError, SpoolFullError, SpoolInUseError, SpoolRefusedError
from publisher.spool import Limits, Spool, Stamp, Ticket
from publisher.wire.samples import DroppedRange
from tests.unit.publisher.spool.spooled import EVERYTHING, SMALL, file_bytes, message, sequences, waiting

DATABASE = "spool.sqlite3"


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    """Body, key, type and time survive, and the next sequence follows."""
    spool = Spool(tmp_path / "spool", "hv042")
    first = spool.put(message(b"one"))
    spool.close()
    spool = Spool(tmp_path / "spool", "hv042")
    second = spool.put(message(b"two", "event"))

    assert Ticket(first.epoch, 2) == second
    assert [b"one", b"two"] == [item.body for item in waiting(spool)]
    assert (first, "sample", "hv042.sample", "test/1", 1_763_880_000, b"one") == waiting(spool)[0]


def test_a_message_knows_its_ticket_while_it_is_built(tmp_path: Path) -> None:
    """The stamp given to the builder is the ticket that put returns."""
    seen: list[Stamp] = []
    spool = Spool(tmp_path / "spool", "hv042")
    ticket = spool.put(message(lambda stamp: seen.append(stamp) or b"x"))  # type: ignore[func-returns-value]  # append, then body

    assert [Stamp(ticket, ())] == seen


def test_confirmed_messages_are_gone_for_ever(tmp_path: Path) -> None:
    """A confirm survives the restart; what was not confirmed stays."""
    spool = Spool(tmp_path / "spool", "hv042")
    tickets = [spool.put(message(b"%d" % number)) for number in range(5)]
    spool.confirm([tickets[0], tickets[3]])
    spool.close()
    spool = Spool(tmp_path / "spool", "hv042")

    assert [2, 3, 5] == sequences(spool)
    assert 0 == spool.status().dropped_message_count


def test_a_confirm_of_another_epoch_deletes_nothing(tmp_path: Path) -> None:
    """A late confirm of a message from a spool that was set aside has no target."""
    spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message())
    spool.confirm([Ticket("f" * 16, 1)])

    assert [1] == sequences(spool)


def test_reading_is_bounded_by_count_and_bytes(tmp_path: Path) -> None:
    """At most so many, at most so many bytes, but one at least; lanes and borders are kept."""
    spool = Spool(tmp_path / "spool", "hv042")
    tickets = [spool.put(message(b"x" * 1000)) for _ in range(4)]
    spool.put(message(b"y", "event"))

    def read(**bounds: object) -> list[int]:
        given = {"count": 10, "size_bytes": EVERYTHING} | bounds
        return [item.ticket.sequence for item in spool.read("sample", **given)]  # type: ignore[arg-type]  # bounds vary by test

    assert [1, 2, 3, 4] == read()
    assert [1, 2] == read(count=2)
    assert [1, 2] == read(size_bytes=2_500)
    assert [1] == read(size_bytes=1)
    assert [3, 4] == read(after=tickets[1])
    assert [2, 3] == read(after=tickets[0], until=tickets[2])
    assert [1, 2, 3, 4] == read(after=Ticket("0" * 16, 3))


def test_a_new_spool_has_a_new_epoch(tmp_path: Path) -> None:
    """A wiped spool cannot give a sequence the name it gave before."""
    epochs = {Spool(tmp_path / name, "hv042").epoch for name in "abc"}

    assert 3 == len(epochs)
    assert all(len(epoch) == 16 and set(epoch) <= set("0123456789abcdef") for epoch in epochs)


def test_files_are_private(tmp_path: Path) -> None:
    """Directory 0700, every file 0600, whatever the umask."""
    directory = tmp_path / "spool"
    spool = Spool(directory, "hv042")
    spool.put(message())

    assert 0o700 == directory.stat().st_mode & 0o777
    files = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert {DATABASE, f"{DATABASE}-wal", "lock", "reserve", "tally"} == files.keys()
    assert {0o600} == set(files.values())


def test_a_directory_open_to_others_is_refused(tmp_path: Path) -> None:
    """The message says how to close it; nothing is changed."""
    tmp_path.chmod(0o755)

    with pytest.raises(SpoolRefusedError, match=f"chmod 0700 {tmp_path}") as caught:
        Spool(tmp_path, "hv042")
    assert caught.value.permission
    assert [] == list(tmp_path.iterdir())


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    """A path that cannot become a directory is named."""
    (tmp_path / "spool").write_text("")

    with pytest.raises(SpoolRefusedError, match="cannot use the spool directory"):
        Spool(tmp_path / "spool", "hv042")


def test_a_second_publisher_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    """The message names the process; when that ends, the directory is free."""
    program = (
        "import sys; from pathlib import Path; from publisher.spool import Spool;"
        f"Spool(Path({str(tmp_path / 'spool')!r}), 'hv042'); print('claimed', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert "claimed\n" == first.stdout.readline()
        with pytest.raises(SpoolInUseError, match=f"another publisher .process {first.pid}. uses"):
            Spool(tmp_path / "spool", "hv042")
        first.communicate()

    Spool(tmp_path / "spool", "hv042").close()


def test_a_message_that_cannot_be_built_is_counted_and_reported(tmp_path: Path) -> None:
    """Its sequence is used up, and the next sample reports it as dropped."""
    stamps: list[Stamp] = []

    def broken(_stamp: Stamp) -> bytes:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    def whole(stamp: Stamp) -> bytes:
        stamps.append(stamp)
        return b"x"

    spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message())
    with pytest.raises(MessageRefusedError, match="cannot be encoded"):
        spool.put(message(broken))
    spool.put(message(b"", "event"))
    spool.put(message(whole))

    assert [1, 3, 4] == sequences(spool)
    assert 1 == spool.status().dropped_message_count
    assert (DroppedRange(epoch=spool.epoch, first=2, last=2),) == stamps[0].dropped


def test_a_message_above_the_limit_is_refused_and_counted(tmp_path: Path) -> None:
    """One oversize message costs itself and nothing else."""
    spool = Spool(tmp_path / "spool", "hv042", SMALL._replace(message_bytes=1000))
    spool.put(message(b"x" * 1000))

    with pytest.raises(MessageRefusedError, match="1001 bytes; at most 1000"):
        spool.put(message(b"x" * 1001))
    assert ([1], 1) == (sequences(spool), spool.status().dropped_message_count)


def test_the_capacity_holds_for_all_files_and_the_oldest_go_first(tmp_path: Path) -> None:
    """Whatever is put, database and log stay within it; what is left is the newest without a gap."""
    spool = Spool(tmp_path / "spool", "hv042", SMALL)
    files = [tmp_path / "spool" / name for name in (DATABASE, f"{DATABASE}-wal")]
    largest = 0
    for number in range(300):
        spool.put(message(bytes(1 + 997 * number % 60_000)))
        largest = max(largest, sum(path.stat().st_size for path in files))

    kept = sequences(spool)
    assert largest <= SMALL.capacity_bytes
    assert list(range(kept[0], 301)) == kept
    assert kept[0] - 1 == spool.status().dropped_message_count
    assert sum(len(item.body) for item in waiting(spool)) > SMALL.capacity_bytes // 4


def test_the_free_floor_stops_growth(tmp_path: Path) -> None:
    """Where the disk has less free than the floor, the newest displace the oldest instead of growing."""
    limits = SMALL._replace(free_floor_bytes=2**60, small_bytes=1024 * 1024, capacity_bytes=64 * 1024 * 1024)
    spool = Spool(tmp_path / "spool", "hv042", limits)
    for _ in range(100):
        spool.put(message(bytes(50_000)))

    assert 100 == sequences(spool)[-1]
    assert (tmp_path / "spool" / DATABASE).stat().st_size < 2 * limits.small_bytes


def test_dropped_ranges_are_reported_once_messages_get_through(tmp_path: Path) -> None:
    """During the outage nothing is reported; after the first confirm one message carries the whole range."""
    stamps: list[Stamp] = []
    spool = Spool(tmp_path / "spool", "hv042", SMALL)

    def body(stamp: Stamp) -> bytes:
        stamps.append(stamp)
        return bytes(100_000)

    for _ in range(60):
        spool.put(message(body))
    oldest = waiting(spool)[0].ticket
    spool.confirm([oldest])
    reporter = spool.put(message(body))

    spool.confirm([reporter])
    spool.put(message(body))

    assert {()} == {stamp.dropped for stamp in stamps[:-2]}
    assert (DroppedRange(epoch=spool.epoch, first=1, last=oldest.sequence - 1),) == stamps[-2].dropped
    assert () == stamps[-1].dropped


def test_a_report_that_is_dropped_itself_is_made_again(tmp_path: Path) -> None:
    """Ranges stay in the spool until a message that carries them is confirmed, also across a restart."""
    stamps: list[Stamp] = []

    def body(stamp: Stamp) -> bytes:
        stamps.append(stamp)
        return b"x"

    spool = Spool(tmp_path / "spool", "hv042")
    lost = spool.put(message())
    spool.discard(lost, "test")
    spool.confirm([spool.put(message())])
    reporter = spool.put(message(body))
    spool.discard(reporter, "test")
    spool.close()
    spool = Spool(tmp_path / "spool", "hv042")
    spool.put(message(body))

    assert [(1, 1)] == [(lost.first, lost.last) for lost in stamps[0].dropped]
    assert [(1, 1), (3, 3)] == [(lost.first, lost.last) for lost in stamps[1].dropped]


def test_neighbouring_dropped_ranges_become_one(tmp_path: Path) -> None:
    """The room for accounting does not grow with each dropped message."""
    stamps: list[Stamp] = []
    spool = Spool(tmp_path / "spool", "hv042")
    tickets = [spool.put(message()) for _ in range(7)]
    for index in (1, 3, 2, 5):
        spool.discard(tickets[index], "test")
    spool.confirm([tickets[0]])
    spool.put(message(lambda stamp: stamps.append(stamp) or b"x"))  # type: ignore[func-returns-value]  # append, then body

    assert [(2, 4), (6, 6)] == [(lost.first, lost.last) for lost in stamps[0].dropped]


def test_the_files_shrink_once_the_backlog_is_gone(tmp_path: Path) -> None:
    """The disk gets its room back, a part with each confirm."""
    spool = Spool(tmp_path / "spool", "hv042", Limits(free_floor_bytes=0))
    tickets = [spool.put(message(bytes(100_000))) for _ in range(100)]
    full_bytes = file_bytes(spool)
    spool.confirm(tickets)
    for _ in range(3):
        spool.confirm([spool.put(message())])

    assert full_bytes > 10_000_000
    assert file_bytes(spool) < 3_000_000


def test_bodies_of_all_sizes_keep_within_the_capacity(tmp_path: Path) -> None:
    """What a drop deletes to make room does not go through the log as well."""
    spool = Spool(tmp_path / "spool", "hv042", SMALL)
    worst_bytes = 0
    for size_bytes in [*[0] * 19, *[60_000] * 2, *[400_000] * 8] * 12:
        spool.put(message(bytes(size_bytes)))
        worst_bytes = max(worst_bytes, file_bytes(spool))

    assert worst_bytes <= SMALL.capacity_bytes


def test_threads_share_one_sequence_without_gaps(tmp_path: Path) -> None:
    """Putting from four threads while a fifth confirms neither loses nor doubles a sequence."""
    spool = Spool(tmp_path / "spool", "hv042")
    given: list[int] = []
    confirmed: list[int] = []
    done = threading.Event()

    def put() -> None:
        given.extend(spool.put(message(bytes(500))).sequence for _ in range(50))

    def confirm() -> None:
        while not done.is_set() or waiting(spool):
            items = spool.read("sample", count=7, size_bytes=EVERYTHING)
            spool.confirm([item.ticket for item in items])
            confirmed.extend(item.ticket.sequence for item in items)

    writers = [threading.Thread(target=put) for _ in range(4)]
    reader = threading.Thread(target=confirm)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    assert list(range(1, 201)) == sorted(given)
    assert list(range(1, 201)) == sorted(confirmed)


def test_listeners_hear_of_each_put_after_it_is_stored(tmp_path: Path) -> None:
    """Whoever is woken finds the message."""
    spool = Spool(tmp_path / "spool", "hv042")
    seen: list[list[int]] = []
    spool.subscribe(lambda: seen.append(sequences(spool)))
    spool.put(message())
    spool.put(message())

    assert [[1], [1, 2]] == seen


def test_a_disk_that_cannot_be_written_costs_only_what_comes_meanwhile(tmp_path: Path) -> None:
    """Puts are refused and counted, confirmed messages are not sent again; afterwards all is written down."""
    stamps: list[Stamp] = []

    def body(stamp: Stamp) -> bytes:
        stamps.append(stamp)
        return b"x"

    spool = Spool(tmp_path / "spool", "hv042")
    tickets = [spool.put(message(body)) for _ in range(3)]
    # SQLite answers as it does on a file system that was mounted read-only.
    spool._file._db.execute("PRAGMA query_only = ON")
    with pytest.raises(SpoolFullError):
        spool.put(message(body))
    spool.confirm(tickets[:1])

    assert [2, 3] == sequences(spool)
    spool._file._db.execute("PRAGMA query_only = OFF")
    spool.confirm(tickets[1:2])
    last = spool.put(message(body))

    assert [3, 5] == sequences(spool)
    assert 5 == last.sequence
    assert [(4, 4)] == [(lost.first, lost.last) for lost in stamps[-1].dropped]
    assert 1 == spool.status().dropped_message_count
