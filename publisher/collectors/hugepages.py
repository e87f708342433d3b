# SPDX-License-Identifier: Apache-2.0
"""Huge page pools of every size from /sys/kernel/mm/hugepages (/proc/meminfo knows the default size only).

A pool is taken from free memory when it is set up, used or not (admin-guide/mm/hugetlbpage.rst).
"""

import re
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

FOLDER: Final = "/sys/kernel/mm/hugepages"

_SIZE: Final = re.compile(r"\Ahugepages-(\d{1,12})kB\Z", re.ASCII)


class HugepagePool(Struct, frozen=True, kw_only=True):
    """The pages of one size. ``free`` contains ``reserved``: promised to a process, not yet touched.

    The count contains ``surplus``: made on demand beyond the pool that was set up, and given back when free.
    """

    page_bytes: int
    page_count: int
    free_page_count: int
    reserved_page_count: int
    surplus_page_count: int


class HugepageReading(Struct, frozen=True, kw_only=True):
    """The pools of all sizes."""

    pools: tuple[HugepagePool, ...]


class HugepageCollector:
    """Reads four files per page size; the sizes are fixed at boot and listed once."""

    name = "hugepages"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._folders: list[tuple[str, int]] = []

    def collect(self) -> Collected[HugepageReading]:
        """Return the reading of this instant."""
        if not self._folders:
            self._folders = self._sizes()
        pools: list[HugepagePool] = []
        for folder, page_bytes in self._folders:
            pool = parse(
                page_bytes,
                count=self._tree.read(f"{folder}/nr_hugepages"),
                free=self._tree.read(f"{folder}/free_hugepages"),
                reserved=self._tree.read(f"{folder}/resv_hugepages"),
                surplus=self._tree.read(f"{folder}/surplus_hugepages"),
            )
            pools.append(pool)
        if not pools:
            raise SourceUnavailableError(f"{FOLDER}: no page size")
        return Collected(HugepageReading(pools=tuple(pools)))

    def _sizes(self) -> list[tuple[str, int]]:
        matches = [_SIZE.match(name) for name in self._tree.names(FOLDER)]
        return [(f"{FOLDER}/{match[0]}", int(match[1]) * 1024) for match in matches if match]


def parse(page_bytes: int, *, count: str, free: str, reserved: str, surplus: str) -> HugepagePool:
    """Return the pool of one size; raise SourceMalformedError where its numbers are missing or cannot be.

    A sum without one of the sizes would be wrong.
    """
    largest = LARGEST_GAUGE // max(page_bytes, 1)
    pages, free_pages = whole(count, largest), whole(free, largest)
    reserved_pages, surplus_pages = whole(reserved, largest), whole(surplus, largest)
    if pages is None or free_pages is None or reserved_pages is None or surplus_pages is None:
        raise SourceMalformedError(f"{FOLDER}: a pool of {page_bytes} bytes a page has no number of pages")
    if max(free_pages, surplus_pages) > pages:
        raise SourceMalformedError(f"{FOLDER}: a pool of {page_bytes} bytes a page is smaller than its parts")
    return HugepagePool(
        page_bytes=page_bytes,
        page_count=pages,
        free_page_count=free_pages,
        reserved_page_count=reserved_pages,
        surplus_page_count=surplus_pages,
    )
