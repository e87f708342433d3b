# SPDX-License-Identifier: Apache-2.0
"""What the spool does on a disk that fills up, in a mount namespace. It prints one JSON object.

Usage: python -m tests.unit.publisher.spool.full_disk_program DIRECTORY, behind PRIVATE_MOUNTS of the lab.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from publisher.errors import SpoolError
from publisher.spool import Limits, Spool, Stamp, Ticket
from tests.unit.publisher.spool.spooled import message, sequences

DISK_MEBIBYTES = 8
# Far beyond the disk, and no floor: nothing but the disk itself says stop.
LIMITS = Limits(capacity_bytes=2**40, free_floor_bytes=0, reserve_bytes=1024 * 1024)


def fill(path: Path) -> None:
    """Take all that is free on the disk, as another program may."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def put_many(spool: Spool, count: int) -> int:
    """Put messages and return how many were refused."""
    refused = 0
    for _ in range(count):
        try:
            spool.put(message(bytes(60_000)))
        except SpoolError:
            refused += 1
    return refused


def main() -> None:
    """Fill the disk by the spool, then by a stranger, then free it."""
    mount = Path(sys.argv[1])
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m,mode=0755", "tmpfs", mount], check=True
    )
    spool = Spool(mount / "spool", "hv042", LIMITS)
    facts: dict[str, object] = {}

    facts["refused_alone"] = put_many(spool, 300)
    facts["kept_alone"] = sequences(spool)
    stranger = mount / "stranger"
    fill(stranger)
    facts["free_bytes"] = os.statvfs(mount).f_bavail
    with_broker = [item.ticket.sequence for item in spool.take("sample", count=3, size_bytes=2**40)]
    # The process ends, and the next one has the same full disk.
    dropped_before = spool.status().dropped_message_count
    spool.close()
    spool = Spool(mount / "spool", "hv042", LIMITS)
    facts["refused_full"] = put_many(spool, 100)
    facts["with_broker"] = with_broker
    facts["kept_full"] = sequences(spool)
    facts["dropped_full"] = dropped_before + spool.status().dropped_message_count
    stranger.unlink()
    facts["refused_freed"] = put_many(spool, 10)
    facts["kept_freed"] = sequences(spool)
    spool.confirm([Ticket(spool.epoch, sequence) for sequence in with_broker])
    stamps: list[Stamp] = []
    spool.put(message(lambda stamp: stamps.append(stamp) or b"x"))  # type: ignore[func-returns-value]  # append, then body
    facts["reported"] = [[lost.first, lost.last] for lost in stamps[-1].dropped]
    facts["dropped"] = dropped_before + spool.status().dropped_message_count
    facts["set_aside"] = len(spool.set_aside())
    print(json.dumps(facts))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
