# SPDX-License-Identifier: Apache-2.0
"""Merged memory pages from /sys/kernel/mm/ksm (Documentation/admin-guide/mm/ksm.rst)."""

import os
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import (
    LARGEST_GAUGE,
    SourceMalformedError,
    SourceUnavailableError,
    SystemTree,
    whole,
)

FOLDER: Final = "/sys/kernel/mm/ksm"
# The kernel knows 0 to 2; smallint.
LARGEST_RUN: Final = 2**15 - 1


class KsmReading(Struct, frozen=True, kw_only=True):
    """Bytes that several owners share, and bytes spared by that (the cost of merging not deducted).

    ``profit_bytes`` is what is saved less its cost, below 0 where merging costs more; None before Linux 6.4.
    ``run`` is 0 while nothing is merged, though what was merged stays so. It is 1 while pages are merged, and
    2 while all are parted again.
    """

    shared_bytes: int
    saved_bytes: int
    profit_bytes: int | None = None
    run: int | None = None


class KsmCollector:
    """Reads four files once per tick."""

    name = "ksm"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def collect(self) -> Collected[KsmReading]:
        """Return the reading of this instant."""
        reading = parse(
            self._tree.read(f"{FOLDER}/pages_shared"),
            self._tree.read(f"{FOLDER}/pages_sharing"),
            self._page_bytes,
            profit=self._read_if_there("general_profit"),
            run=self._read_if_there("run"),
        )
        found = {"general_profit": reading.profit_bytes, "run": reading.run}
        missing = [name for name, value in found.items() if value is None]
        return Collected(reading, f"{FOLDER}: no {', '.join(missing)}" if missing else None)

    def _read_if_there(self, name: str) -> str:
        try:
            return self._tree.read(f"{FOLDER}/{name}")
        except SourceUnavailableError:
            return ""


def parse(shared: str, sharing: str, page_bytes: int, *, profit: str = "", run: str = "") -> KsmReading:
    """Return the reading in the texts of pages_shared, pages_sharing, general_profit and run."""
    largest = LARGEST_GAUGE // page_bytes
    shared_pages, sharing_pages = whole(shared, largest), whole(sharing, largest)
    if shared_pages is None or sharing_pages is None:
        raise SourceMalformedError(f"{FOLDER}: pages_shared or pages_sharing is not a number")
    return KsmReading(
        shared_bytes=shared_pages * page_bytes,
        saved_bytes=sharing_pages * page_bytes,
        profit_bytes=_signed(profit),
        run=whole(run, LARGEST_RUN),
    )


def _signed(text: str) -> int | None:
    text = text.strip()
    size = whole(text.removeprefix("-"), LARGEST_GAUGE)
    return size if size is None or not text.startswith("-") else -size
