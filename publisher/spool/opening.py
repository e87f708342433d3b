# SPDX-License-Identifier: Apache-2.0
"""Opening the spool's file, whatever state it is in, and comparing it with what was told beside it.

A file that cannot be used is set aside. A new one begins a new epoch (rules R2 and R7). One that lacks
messages which had been numbered counts them as dropped, so that no number is given twice.
"""

import sqlite3
from typing import NamedTuple

from publisher.logs import Log
from publisher.spool.aside import SetAside, set_file_aside
from publisher.spool.directory import SpoolDirectory
from publisher.spool.file import SpoolFile, UnusableFileError
from publisher.spool.tally import Tally

CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Opening(NamedTuple):
    """An open file; what was set aside for it, what the broker may have of it, how many messages it lacks."""

    file: SpoolFile
    aside: SetAside | None
    unanswered: list[int]
    missing_count: int
    last_sequence: int


def open_file(directory: SpoolDirectory, host: str, log: Log) -> Opening:
    """Open the file of this host; raises sqlite3.Error or OSError where the disk does not let it."""
    opened, aside = _open(directory, host, log)
    last_sequence = opened.next_sequence() - 1
    tally = directory.tally.read()
    if tally is None or tally.epoch != opened.epoch:
        return Opening(opened, aside, [], 0, last_sequence)
    unanswered = [here for first, last in tally.unanswered for here in opened.among(first, last)]
    missing_count = 0
    if tally.last_sequence > last_sequence:
        missing_count = _give_up(opened, tally, last_sequence)
        log.error(
            "spool_shortened", first=last_sequence + 1, last=tally.last_sequence, dropped_count=missing_count
        )
    return Opening(opened, aside, unanswered, missing_count, max(last_sequence, tally.last_sequence))


def _open(directory: SpoolDirectory, host: str, log: Log) -> tuple[SpoolFile, SetAside | None]:
    directory.create_database_file()
    try:
        opened = SpoolFile(directory.database, host)
    except UnusableFileError as error:
        aside = set_file_aside(directory, log, error.why, str(error))
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in CORRUPT:
            raise
        aside = set_file_aside(directory, log, "corrupt", str(error))
    else:
        directory.hold_reserve()
        return opened, None
    directory.create_database_file()
    return SpoolFile(directory.database, host), aside


def _give_up(opened: SpoolFile, tally: Tally, last_sequence: int) -> int:
    """Count as dropped what was numbered later than the file tells, but for what the broker may have."""
    unsent = tally.unsent_after(last_sequence)
    with opened.transaction():
        for first, last in unsent:
            opened.record_dropped(first, last)
        opened.number_from(tally.last_sequence + 1)
    return sum(last - first + 1 for first, last in unsent)
