# SPDX-License-Identifier: Apache-2.0
"""Merged memory pages from /sys/kernel/mm/ksm (Documentation/admin-guide/mm/ksm.rst)."""

import os
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_GAUGE, SourceMalformedError, SystemTree, whole

FOLDER: Final = "/sys/kernel/mm/ksm"


class KsmReading(Struct, frozen=True, kw_only=True):
    """Bytes that several owners share, and bytes spared by that (the cost of merging not deducted)."""

    shared_bytes: int
    saved_bytes: int


class KsmCollector:
    """Reads pages_shared and pages_sharing once per tick."""

    name = "ksm"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def collect(self) -> Collected[KsmReading]:
        """Return the reading of this instant."""
        shared = self._tree.read(f"{FOLDER}/pages_shared")
        return Collected(parse(shared, self._tree.read(f"{FOLDER}/pages_sharing"), self._page_bytes))


def parse(shared: str, sharing: str, page_bytes: int) -> KsmReading:
    """Return the reading in the texts of pages_shared and pages_sharing."""
    largest = LARGEST_GAUGE // page_bytes
    shared_pages, sharing_pages = whole(shared, largest), whole(sharing, largest)
    if shared_pages is None or sharing_pages is None:
        raise SourceMalformedError(f"{FOLDER}: pages_shared or pages_sharing is not a number")
    return KsmReading(shared_bytes=shared_pages * page_bytes, saved_bytes=sharing_pages * page_bytes)
