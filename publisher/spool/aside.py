# SPDX-License-Identifier: Apache-2.0
"""Spool files that could not be used: set aside, and told with the numbers that are known of them."""

from pathlib import Path
from typing import NamedTuple

from publisher.logs import Log
from publisher.spool.directory import SpoolDirectory
from publisher.spool.tally import Tally

# How many files that were set aside are kept: enough to see what happened, and a bound on the room.
KEPT_ASIDE_COUNT = 2
_UNKNOWN = "unknown"


class SetAside(NamedTuple):
    """A file that was set aside, and what was known of its messages; None where nothing tells."""

    path: Path
    tally: Tally | None

    def numbers(self) -> dict[str, str]:
        """Return what is known, by the names of the event's attributes."""
        tally = self.tally
        return {
            "epoch": tally.epoch if tally else _UNKNOWN,
            "last_sequence": str(tally.last_sequence) if tally else _UNKNOWN,
            "waiting_message_count": str(tally.waiting_count) if tally else _UNKNOWN,
            "unanswered_message_count": str(tally.unanswered_count) if tally else _UNKNOWN,
        }


def set_file_aside(directory: SpoolDirectory, log: Log, why: str, detail: str) -> SetAside:
    """Give the spool's file another name, keep the newest of those, and log both."""
    tally = directory.tally.read()
    aside = SetAside(directory.set_aside(why), tally)
    log.error("spool_set_aside", path=str(aside.path), reason=detail, **aside.numbers())
    for gone in directory.delete_aside(keep=KEPT_ASIDE_COUNT):
        log.warning("spool_deleted", path=str(gone), reason="newer ones were set aside since")
    return aside
