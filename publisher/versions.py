# SPDX-License-Identifier: Apache-2.0
"""The versions of libvirt and its hypervisor, asked aside.

The first such question to a daemon makes it probe every emulator (seen: 1.5 s), so it runs on a lane and
connection of its own that live only for it.
"""

import time
from collections.abc import Callable

from publisher.hypervisor.connection import Connection
from publisher.lane import Call, Lane

# A daemon that is upgraded between two ticks gives no other sign.
_REFRESH_SECONDS = 3600.0

Pair = tuple[str | None, str | None]


class Versions:
    """The last known versions; belongs to the sampling thread."""

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open_connection = open_connection
        self._call: Call[Pair] | None = None
        self._known: Pair = (None, None)
        self._due_at_seconds = 0.0

    def expire(self) -> None:
        """Ask again at the next chance: the connection is new."""
        self._due_at_seconds = 0.0

    def current(self) -> Pair:
        """Return "11.3.0" and "QEMU 10.0.2", or what of them is known; never blocks."""
        if self._call is not None and self._call.is_done:
            self._known = self._call.value or self._known
            self._call = None
        now_seconds = time.monotonic()
        if self._call is None and now_seconds >= self._due_at_seconds:
            self._due_at_seconds = now_seconds + _REFRESH_SECONDS
            lane = Lane("libvirt-versions", self._open_connection)
            self._call = lane.submit(lambda connection: connection.versions())
            lane.leave()
        return self._known
