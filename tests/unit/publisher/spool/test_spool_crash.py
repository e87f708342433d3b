# SPDX-License-Identifier: Apache-2.0
"""Crashes: what was accepted before SIGKILL is there after it; a torn log costs its tail and no more."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.spool import Spool
from tests.unit.publisher.spool.spooled import message, sequences, waiting


@pytest.mark.parametrize("accepted_count", [1, 17, 60, 150])
def test_what_was_accepted_survives_sigkill(tmp_path: Path, accepted_count: int) -> None:
    """The process is killed in the middle of its work; every sequence that it told is in the spool."""
    command = [sys.executable, "-m", "tests.unit.publisher.spool.putting_program", str(tmp_path / "spool")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(accepted_count)]
        process.kill()
        told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    spool = Spool(tmp_path / "spool", "hv042")
    found = sequences(spool)

    # At most one more: stored, and killed before it was told.
    assert told == found[: len(told)]
    assert len(found) - len(told) in {0, 1}
    assert [] == spool.set_aside()
    assert all(item.body == b"%d " % item.ticket.sequence * 2_000 for item in waiting(spool))
    assert found[-1] + 1 == spool.put(message()).sequence


def test_a_torn_log_loses_only_its_tail(tmp_path: Path) -> None:
    """At whatever byte the write-ahead log ends, the spool opens and holds a prefix of what was put."""
    before = tmp_path / "before"
    spool = Spool(before, "hv042")
    for number in range(30):
        spool.put(message(b"%d" % number * 1_500))
    log_bytes = (before / "spool.sqlite3-wal").read_bytes()
    lengths = sorted(random.Random(7).sample(range(len(log_bytes)), 40))  # noqa: S311 - repeatable places
    counts = []
    for length in lengths:
        after = tmp_path / str(length)
        shutil.copytree(before, after)
        (after / "lock").unlink()
        (after / "spool.sqlite3-wal").write_bytes(log_bytes[:length])
        torn = Spool(after, "hv042")
        counts.append(len(sequences(torn)))

        assert list(range(1, counts[-1] + 1)) == sequences(torn)
        # No number is given twice: those that are gone are counted.
        assert 30 == counts[-1] + torn.status().dropped_message_count
        assert 31 == torn.put(message()).sequence or torn.epoch != spool.epoch
        torn.close()

    assert sorted(counts) == counts
    assert counts[-1] > counts[0]


def test_random_damage_never_stops_the_spool(tmp_path: Path) -> None:
    """Flipped bits anywhere in database or log: it opens, takes messages, and gives no wrong body."""
    before = tmp_path / "before"
    spool = Spool(before, "hv042")
    for number in range(400):
        spool.put(message(b"%03d" % number * 1_500))
    dice = random.Random(11)  # noqa: S311 - repeatable damage
    for attempt in range(40):
        after = tmp_path / str(attempt)
        shutil.copytree(before, after)
        (after / "lock").unlink()
        name = dice.choice(["spool.sqlite3", "spool.sqlite3-wal"])
        content = bytearray((after / name).read_bytes())
        for _ in range(dice.choice([1, 30, 3_000])):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        (after / name).write_bytes(content)
        damaged = Spool(after, "hv042")
        ticket = damaged.put(message(b"new"))
        found = {item.ticket: item.body for item in waiting(damaged)}

        assert b"new" == found.pop(ticket)
        assert [] == [at for at, body in found.items() if body != b"%03d" % (at.sequence - 1) * 1_500]
        damaged.close()
        shutil.rmtree(after)
