# SPDX-License-Identifier: Apache-2.0
"""What domains are (title, metadata, addresses, balloon period): when to read it and when to send it.

Read once per start of a VM, after each change that libvirt announces, and every few minutes, because
libvirt announces no change of autostart. Sent with a domain's first sample and after a change; and once an
hour, for a consumer that missed it.
"""

import time
import zlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from publisher.hypervisor.readings import Description, DomainReading
from publisher.wire.samples import DomainDescription

_REFRESH_SECONDS = 300.0
_RESEND_SECONDS = 3600.0
# An interface that the XML does not know may be new, but may also never appear there.
_STRANGER_SECONDS = 60.0


class _Entry:
    __slots__ = ("description", "libvirt_id", "read_at_seconds", "sent", "sent_at_seconds")

    def __init__(self, *, libvirt_id: int | None, description: Description, read_at_seconds: float) -> None:
        self.libvirt_id = libvirt_id
        self.description = description
        self.read_at_seconds = read_at_seconds
        self.sent: DomainDescription | None = None
        self.sent_at_seconds = 0.0


class Descriptions:
    """The descriptions of all domains; belongs to the sampling thread, except ``changed``."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._changed: deque[str | None] = deque()

    def changed(self, domain_uuid: str | None) -> None:
        """Have a domain (None: all) read again. Any thread may call this."""
        self._changed.append(domain_uuid)

    def wanted(self, domains: Iterable[DomainReading], now_seconds: float) -> tuple[str, ...]:
        """Return the domains whose description must be read, and forget those that are gone."""
        self._apply_changes()
        known, self._entries = self._entries, {}
        wanted = []
        for domain in domains:
            entry = known.get(domain.uuid)
            if entry is not None:
                self._entries[domain.uuid] = entry
            if entry is None or _is_outdated(entry, domain, now_seconds):
                wanted.append(domain.uuid)
        return tuple(wanted)

    def store(self, found: Mapping[str, Description], domains: Sequence[DomainReading]) -> None:
        """Keep what was read for domains of this tick."""
        now_seconds = time.monotonic()
        for domain in domains:
            description = found.get(domain.uuid)
            if description is None:
                continue
            entry = _Entry(libvirt_id=domain.libvirt_id, description=description, read_at_seconds=now_seconds)
            old = self._entries.get(domain.uuid)
            if old is None:
                # The first refresh comes early by a share that depends on the domain, which spreads the load.
                entry.read_at_seconds -= _REFRESH_SECONDS * zlib.crc32(domain.uuid.encode()) / 2**32
            else:
                entry.sent, entry.sent_at_seconds = old.sent, old.sent_at_seconds
            self._entries[domain.uuid] = entry

    def get(self, domain_uuid: str) -> Description | None:
        """Return the description of a domain, if it was read."""
        entry = self._entries.get(domain_uuid)
        return entry.description if entry else None

    def take_unsent(self, domain_uuid: str, now_seconds: float) -> DomainDescription | None:
        """Return the description to send with this sample, None if the last one sent still holds."""
        entry = self._entries.get(domain_uuid)
        if entry is None:
            return None
        current = _sendable(entry.description)
        if current == entry.sent and now_seconds - entry.sent_at_seconds < _RESEND_SECONDS:
            return None
        entry.sent, entry.sent_at_seconds = current, now_seconds
        return current

    def _apply_changes(self) -> None:
        while self._changed:
            domain_uuid = self._changed.popleft()
            for uuid in self._entries if domain_uuid is None else (domain_uuid,):
                entry = self._entries.get(uuid)
                if entry is not None:
                    entry.read_at_seconds = float("-inf")


def _is_outdated(entry: _Entry, domain: DomainReading, now_seconds: float) -> bool:
    age_seconds = now_seconds - entry.read_at_seconds
    if entry.libvirt_id != domain.libvirt_id or age_seconds > _REFRESH_SECONDS:
        return True
    if age_seconds < _STRANGER_SECONDS:
        return False
    addresses = entry.description.addresses
    return any(interface.name not in addresses for interface in domain.interfaces)


def _sendable(description: Description) -> DomainDescription:
    return DomainDescription(
        title=description.title,
        metadata=description.metadata,
        autostart=description.autostart,
        persistent=description.persistent,
    )
