# SPDX-License-Identifier: Apache-2.0
"""What domains are (title, metadata, addresses, balloon period): when to read it and when to send it.

A description is read once per start of a VM and after each change that libvirt announces. It is also read
every few minutes, as libvirt announces no change of autostart. Sent with a domain's first sample and after a
change; and once an hour, for a consumer that missed it. Reading takes the domain's job, so it runs on a
worker of its own. What is late is taken at a later tick. A domain that somebody holds costs up to 30 s and
gives nothing. It is asked last, and not again for a minute: it keeps no other domain from its description.
"""

import time
import zlib
from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from publisher.domains.device_changes import DeviceChanges
from publisher.domains.worker import Call, Worker
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.readings import Description, DomainReading
from publisher.wire.samples import DomainDescription

_REFRESH_SECONDS = 300.0
_RESEND_SECONDS = 3600.0
# An interface that the XML does not know may be new, but may also never appear there.
_STRANGER_SECONDS = 60.0
_RETRY_SECONDS = 60.0
# libvirt itself gives up after 30 s; a call outstanding for longer is given up with its connection, once.
_GIVE_UP_SECONDS = 60.0


class _Entry:
    __slots__ = (
        "asked_at_seconds",
        "description",
        "libvirt_id",
        "read_at_seconds",
        "sent",
        "sent_at_seconds",
    )

    def __init__(
        self,
        *,
        libvirt_id: int | None,
        description: Description,
        asked_at_seconds: float,
        read_at_seconds: float,
    ) -> None:
        self.libvirt_id = libvirt_id
        self.asked_at_seconds = asked_at_seconds
        self.description = description
        self.read_at_seconds = read_at_seconds
        self.sent: DomainDescription | None = None
        self.sent_at_seconds = 0.0


class Descriptions:
    """The descriptions of all domains; belongs to the sampling thread, except ``changed``."""

    def __init__(self, open_connection: Callable[[], Connection], device_changes: DeviceChanges) -> None:
        self._device_changes = device_changes
        self._entries: dict[str, _Entry] = {}
        self._changed: deque[str | None] = deque()
        self._open_connection = open_connection
        self._worker = self._new_worker()
        self._abandoned: list[Worker[Connection]] = []
        self._call: Call[dict[str, Description | None]] | None = None
        # The call under way: since when, the start of each VM, those asked so far, those changed meanwhile.
        self._asked_at_seconds = 0.0
        self._starts: dict[str, int | None] = {}
        self._asked: list[str] = []
        self._changed_since: set[str] = set()
        # Domains that gave no answer, and when (monotonic).
        self._unanswered: dict[str, float] = {}

    @property
    def abandoned_count(self) -> int:
        """Return how many calls hang in libvirt without anybody waiting for them (0 or 1)."""
        return len(self._abandoned)

    def changed(self, domain_uuid: str | None) -> None:
        """Have a domain (None: all) read again. Any thread may call this."""
        self._changed.append(domain_uuid)

    def refresh(
        self, domains: Sequence[DomainReading], *, deadline_seconds: float, avoided: Container[str]
    ) -> None:
        """Read what is outdated, except of domains known to be held; wait until the deadline at most."""
        self._take()
        now_seconds = time.monotonic()
        self._give_up_if_hanging(now_seconds, avoided)
        wanted = tuple(uuid for uuid in self._wanted(domains, now_seconds) if uuid not in avoided)
        if self._call is None and wanted:
            self._submit(wanted, deadline_seconds)
            self._starts = {domain.uuid: domain.libvirt_id for domain in domains}
        if self._call is not None and any(self.addresses(uuid) is None for uuid in wanted):
            # Worth waiting for only where interfaces have no addresses otherwise.
            self._call.wait_until(deadline_seconds)
            self._take()

    def leave(self) -> None:
        """Give up; returns at once."""
        self._worker.leave()

    def _new_worker(self) -> Worker[Connection]:
        return Worker("libvirt-descriptions", self._open_connection)

    def _submit(self, wanted: tuple[str, ...], deadline_seconds: float) -> None:
        asked = self._asked = list[str]()
        self._changed_since.clear()
        self._asked_at_seconds = time.monotonic()
        self._call = self._worker.submit(
            lambda connection: connection.describe(wanted, until_seconds=deadline_seconds, asked=asked)
        )

    def _give_up_if_hanging(self, now_seconds: float, avoided: Container[str]) -> None:
        """Go on without a call that hangs, once; at once if the domain it asks about is known to be held."""
        self._abandoned = [worker for worker in self._abandoned if worker.is_busy]
        if self._call is None or self._abandoned:
            return
        is_held = any(uuid in avoided for uuid in self._asked[-1:])
        if not is_held and now_seconds - self._call.at_seconds <= _GIVE_UP_SECONDS:
            return
        for uuid in self._asked[-1:]:
            self._unanswered[uuid] = now_seconds
        self._worker.leave()
        self._abandoned.append(self._worker)
        self._worker = self._new_worker()
        self._call = None

    def _take(self) -> None:
        """Keep the descriptions that have arrived."""
        if self._call is None or not self._call.is_done:
            return
        self._store(self._call.value or {})
        self._call = None

    def _wanted(self, domains: Iterable[DomainReading], now_seconds: float) -> list[str]:
        """Return the domains whose description must be read now, and forget those that are gone."""
        self._apply_changes()
        known, self._entries = self._entries, {}
        silent, self._unanswered = self._unanswered, {}
        wanted, last = [], []
        for domain in domains:
            entry, silent_since_seconds = known.get(domain.uuid), silent.get(domain.uuid)
            if entry is not None:
                self._entries[domain.uuid] = entry
            if silent_since_seconds is not None:
                self._unanswered[domain.uuid] = silent_since_seconds
            if entry is not None and not _is_outdated(entry, domain, now_seconds):
                continue
            if silent_since_seconds is None:
                wanted.append(domain.uuid)
            elif now_seconds - silent_since_seconds >= _RETRY_SECONDS:
                last.append(domain.uuid)
        return wanted + last

    def _store(self, found: Mapping[str, Description | None]) -> None:
        now_seconds = time.monotonic()
        for uuid, description in found.items():
            if description is None:
                self._unanswered[uuid] = now_seconds
                continue
            self._unanswered.pop(uuid, None)
            entry = _Entry(
                # The start of the VM that was current before the question; a later one is read again.
                libvirt_id=self._starts.get(uuid),
                description=description,
                asked_at_seconds=self._asked_at_seconds,
                read_at_seconds=now_seconds,
            )
            old = self._entries.get(uuid)
            if old is None:
                # The first refresh comes early by a share that depends on the domain: that spreads the load.
                entry.read_at_seconds -= _REFRESH_SECONDS * zlib.crc32(uuid.encode()) / 2**32
            else:
                entry.sent, entry.sent_at_seconds = old.sent, old.sent_at_seconds
            if uuid in self._changed_since:
                entry.read_at_seconds = float("-inf")
            self._entries[uuid] = entry

    def get(self, domain_uuid: str) -> Description | None:
        """Return the description of a domain, if it was read."""
        entry = self._entries.get(domain_uuid)
        return entry.description if entry else None

    def addresses(self, domain_uuid: str) -> Mapping[str, str] | None:
        """Return the MAC addresses of its interfaces by name; None if not read since devices changed."""
        entry = self._entries.get(domain_uuid)
        if entry is None or self._device_changes.happened_after(domain_uuid, entry.asked_at_seconds):
            return None
        return entry.description.addresses

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
            for uuid in self._entries.keys() | self._starts if domain_uuid is None else (domain_uuid,):
                # An answer that is on its way may have been given before the change.
                self._changed_since.add(uuid)
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
