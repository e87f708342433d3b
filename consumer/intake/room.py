# SPDX-License-Identifier: Apache-2.0
"""How many bytes of late messages may still be parked. Used by two threads."""

import threading


class Room:
    """Counts bytes against the limit: what all consumers have parked, and what this one is about to."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._parked_bytes = self._pending_bytes = 0

    def take(self, size: int) -> bool:
        """Reserve so many bytes; return whether there was room."""
        with self._lock:
            if self._parked_bytes + self._pending_bytes + size > self._limit_bytes:
                return False
            self._pending_bytes += size
            return True

    def note_parked(self, size: int) -> None:
        """Note that reserved bytes are committed."""
        with self._lock:
            self._pending_bytes -= size
            self._parked_bytes += size

    def measure(self, parked_bytes: int) -> None:
        """Note what all consumers have parked, as the table says."""
        with self._lock:
            self._parked_bytes = parked_bytes
