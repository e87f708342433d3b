# SPDX-License-Identifier: Apache-2.0
"""When the devices of domains changed last: what was read before belongs to other devices of the same names.

A disk that was plugged out and one that took its name ``vdb`` have counters that have nothing in common; the
later ones may be the higher ones. libvirt announces both, by names that its statistics do not have. So all
devices of the domain are taken for others.
"""

import threading
import time
from collections.abc import Container


class DeviceChanges:
    """The instants (monotonic) of the changes; any thread may note one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest_at_seconds: dict[str, float] = {}
        self._all_at_seconds = float("-inf")

    def note(self, domain_uuid: str | None) -> None:
        """Take note that devices of a domain (None: perhaps of all) have just changed."""
        with self._lock:
            if domain_uuid is None:
                self._latest_at_seconds.clear()
                self._all_at_seconds = time.monotonic()
            else:
                self._latest_at_seconds[domain_uuid] = time.monotonic()

    def happened_after(self, domain_uuid: str, at_seconds: float) -> bool:
        """Return whether devices of a domain changed at an instant or later."""
        return self._latest_at_seconds.get(domain_uuid, self._all_at_seconds) >= at_seconds

    def keep(self, domain_uuids: Container[str]) -> None:
        """Forget the domains that are not there any more."""
        with self._lock:
            for gone in [uuid for uuid in self._latest_at_seconds if uuid not in domain_uuids]:
                del self._latest_at_seconds[gone]
