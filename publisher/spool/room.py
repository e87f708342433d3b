# SPDX-License-Identifier: Apache-2.0
"""How much room a message needs and how much there is: arithmetic in pages of the SQLite file.

The bound holds for database and write-ahead log together: the log grows to its checkpoint and by one
transaction.
"""

from publisher.spool import file
from publisher.spool.directory import SpoolDirectory
from publisher.spool.message import Limits

# Pages that a transaction writes beside the body: tables, and what it deletes to make room.
_FIXED_PAGES = 64


def pages_of(body_bytes: int) -> int:
    """Return the pages that storing a body of this size can write, at most."""
    return -(-body_bytes // file.BODY_BYTES_PER_PAGE) + file.OVERHEAD_PAGES


def body_room_bytes(limits: Limits) -> int:
    """Return the size of the largest body: it must fit into the database and once more into the log."""
    pages = limits.capacity_bytes // file.LOG_FRAME_BYTES - file.LOG_PAGES - 2 * _FIXED_PAGES
    return max(0, pages // 2 - file.OVERHEAD_PAGES) * file.BODY_BYTES_PER_PAGE


def pages_to_free(
    spool_file: file.SpoolFile, directory: SpoolDirectory, limits: Limits, *, body_bytes: int
) -> int:
    """Return how many pages must become free before a body of this size can be stored."""
    pages = pages_of(body_bytes)
    log_bytes = max((file.LOG_PAGES + _FIXED_PAGES + pages) * file.LOG_FRAME_BYTES, directory.log_bytes())
    size_bytes = spool_file.pages() * file.PAGE_BYTES
    growth_bytes = limits.capacity_bytes - log_bytes - size_bytes
    # What is in the log needs its place in the database too: committed growth must never meet a full disk.
    spare_bytes = directory.spare_bytes() - log_bytes
    if size_bytes > limits.small_bytes:
        spare_bytes -= limits.free_floor_bytes
    growth_bytes = min(growth_bytes, spare_bytes)
    return max(0, pages - spool_file.free_pages() - max(0, growth_bytes // file.PAGE_BYTES))
