# SPDX-License-Identifier: Apache-2.0
"""What the spool holds, told beside its database: a page that outlives damage to that and needs no room.

It is one page, written in place: on a full disk too, and whole or not at all if the process ends meanwhile.
A tally that cannot be read or written is none: what it would have told is unknown then.
"""

import contextlib
import json
import os
import zlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

PAGE_BYTES = 4096
# So many pairs of numbers of 19 digits fit into the page.
_RANGES_MAX = 80

Range = tuple[int, int]


class Tally(NamedTuple):
    """How far an epoch has numbered, how many messages wait, and which of them the broker may have."""

    epoch: str
    last_sequence: int
    waiting_count: int
    unanswered_count: int
    # First and last of them. Short gaps between them are covered too where there are very many.
    unanswered: tuple[Range, ...]

    @property
    def unsent_count(self) -> int:
        """How many of the messages that wait no connection was ever given."""
        return max(0, self.waiting_count - self.unanswered_count)

    def unsent_after(self, sequence: int) -> list[Range]:
        """Return what was numbered after this one and is not among the unanswered."""
        found = []
        first = sequence + 1
        for begin, end in (*self.unanswered, (self.last_sequence + 1, self.last_sequence + 1)):
            if first < begin:
                found.append((first, min(begin - 1, self.last_sequence)))
            first = max(first, end + 1)
        return found


class TallyFile:
    """The page in a spool's directory, rewritten whenever its content changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: Tally | None = None

    def read(self) -> Tally | None:
        """Return what the page tells; None if it is not there or not whole."""
        try:
            checksum, _, text = self._path.read_bytes().rstrip().partition(b" ")
            if int(checksum, 16) != zlib.crc32(text):
                return None
            epoch, last, waiting, unanswered_count, unanswered = json.loads(text)
        except (OSError, ValueError):
            return None
        pairs = tuple((int(first), int(until)) for first, until in unanswered)
        return Tally(str(epoch), int(last), int(waiting), int(unanswered_count), pairs)

    def write(self, tally: Tally, *, synced: bool = False) -> None:
        """Tell this from now on, through the end of the process; through a power cut where it is synced."""
        if tally == self._written and not synced:
            return
        text = json.dumps(tally, separators=(",", ":")).encode()
        page = b"%08x %s" % (zlib.crc32(text), text)
        # The disk may be full before the page is there; it is tried again with the next change.
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, page.ljust(PAGE_BYTES), 0)
                if synced:
                    os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
            self._written = tally


def ranges(sequences: Iterable[int]) -> tuple[Range, ...]:
    """Return sequences as ranges, as many as a page takes: the shortest gaps are closed beyond that."""
    ordered = sorted(sequences)
    if not ordered:
        return ()
    gaps = sorted((right - left, left, right) for left, right in pairwise(ordered) if right > left + 1)
    kept = sorted((left, right) for _, left, right in gaps[-(_RANGES_MAX - 1) :])
    firsts = [ordered[0], *(right for _, right in kept)]
    lasts = [*(left for left, _ in kept), ordered[-1]]
    return tuple(zip(firsts, lasts, strict=True))
