# SPDX-License-Identifier: Apache-2.0
"""One read-only connection to libvirt and the questions asked on it.

Every method may block without limit and raises HypervisorError only. Use, close and drop a connection on one
thread (see the package). Flags: libvirt's API reference.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Any, Literal, Self
from xml.etree import ElementTree as ET

from publisher.hypervisor import bulk, library
from publisher.hypervisor.description import parse_description
from publisher.hypervisor.errors import (
    ConnectionLostError,
    DomainBusyError,
    DomainGoneError,
    HypervisorError,
)
from publisher.hypervisor.presence import SYSTEM_URI
from publisher.hypervisor.progress import Progress
from publisher.hypervisor.readings import Control, Description, DetailRound, DomainReading, Overview
from publisher.hypervisor.translation import translated
from publisher.wire.samples import NAME_CHARACTERS, DomainOutcome

# A peer that is silent for (count + 1) * interval = 20 s is given up. That detects a dead daemon, not a stuck
# VM.
KEEPALIVE_INTERVAL_SECONDS = 5
KEEPALIVE_COUNT = 3

# After how many domains it is asked again whether one of the next is held.
_GROUP_COUNT = 10
# A question holds the monitor of a domain for some milliseconds.
_MOMENT_SECONDS = 0.05

_CONTROL_STATES: dict[int, Literal["free", "job", "occupied", "error"]] = {
    0: "free",
    1: "job",
    2: "occupied",
    3: "error",
}


def connect(uri: str | None, libvirt: Any = None) -> Any:
    """Open a read-only connection with keepalive and return libvirt's own object; may block for ever."""
    libvirt = libvirt or library.load()
    try:
        raw = libvirt.openReadOnly(uri or SYSTEM_URI)
    except libvirt.libvirtError as error:
        raise ConnectionLostError(str(error)) from error
    # Drivers without a daemon (test:///) have no keepalive and say so.
    with contextlib.suppress(libvirt.libvirtError):
        raw.setKeepAlive(KEEPALIVE_INTERVAL_SECONDS, KEEPALIVE_COUNT)
    return raw


class Connection:
    """A connection for statistics."""

    def __init__(self, raw: Any, libvirt: Any) -> None:
        self._raw = raw
        self._libvirt = libvirt
        # libvirt's objects by UUID. A look-up takes the lock of the list of all domains and waits with it for
        # the domain's own. While somebody holds that one, nobody could define a domain.
        self._domains: dict[str, Any] = {}
        self._versions: tuple[str | None, str | None] | None = None
        # Nothing was left out of these at the last question for details.
        self._complete: frozenset[str] = frozenset()

    @classmethod
    def open(cls, uri: str | None) -> Self:
        """Connect; may block for ever. Raise LibvirtMissingError or ConnectionLostError."""
        libvirt = library.load()
        return cls(connect(uri, libvirt), libvirt)

    def close(self) -> None:
        """Close; may block for ever."""
        self._domains.clear()
        with contextlib.suppress(self._libvirt.libvirtError):
            self._raw.close()

    def is_alive(self) -> bool:
        """Whether the connection is not known to be closed: a local flag, no call to the daemon."""
        with translated(self._libvirt):
            return bool(self._raw.isAlive())

    def overview(self, progress: Progress | None = None) -> Overview:
        """All domains, running or not, by calls that never wait for a QEMU.

        Groups STATE and INTERFACE and virDomainGetInfo take no job on the domain. They do take its lock, as
        every question about a domain does: while somebody holds one, this call hangs (``overview_of``).
        """
        progress = progress or Progress()
        progress.ask(None)
        at_seconds = time.monotonic()
        with translated(self._libvirt):
            # Zero flags: also domains that are shut off, for which INTERFACE gives nothing.
            records = self._raw.getAllDomainStats(self._overview_groups, 0)
        bulk_seconds = time.monotonic() - at_seconds
        progress.has_answer = True
        self._domains = {domain.UUIDString(): domain for domain, _record in records}
        for number, (domain, record) in enumerate(records):
            if number % _GROUP_COUNT == 0 and len(records) > _GROUP_COUNT:
                self._meet_held(records[number : number + _GROUP_COUNT], progress)
            if progress.is_given_up:
                break
            progress.ask(domain.UUIDString())
            progress.readings.append(self._reading(domain, record, at_seconds, bulk_seconds))
        return Overview(at_seconds=at_seconds, bulk_seconds=bulk_seconds, domains=progress.readings)

    def _meet_held(self, records: list[tuple[Any, bulk.Record]], progress: Progress) -> None:
        """Ask about some domains at once, to wait here if one has been held since the last question.

        virDomainGetInfo would keep the lock of the list of all domains meanwhile, as a look-up does.
        """
        progress.ask(None)
        with translated(self._libvirt):
            domains = [domain for domain, _record in records]
            self._raw.domainListGetStats(domains, self._libvirt.VIR_DOMAIN_STATS_STATE, 0)

    def overview_of(self, uuids: Iterable[str], progress: Progress) -> Overview:
        """Some domains, one after the other: whom a call that hangs asks about is then known.

        A domain that libvirt has no answer for is in neither ``progress.readings`` nor ``progress.gone``.
        """
        libvirt, raw = self._libvirt, self._raw
        began_at_seconds = time.monotonic()
        progress.ask(None)
        with translated(libvirt):
            # Waits for no domain: tells a daemon that does not answer from a domain that is held.
            raw.getLibVersion()
        progress.has_answer = True
        for uuid in uuids:
            if progress.is_given_up:
                break
            progress.ask(uuid)
            try:
                with translated(libvirt):
                    domain = self._domain(uuid)
                    at_seconds = time.monotonic()
                    # A domain that has gone is left out.
                    records = raw.domainListGetStats([domain], self._overview_groups, 0)
            except ConnectionLostError:
                raise
            except DomainGoneError:
                records = []
            except HypervisorError:
                continue
            if not records:
                progress.gone.add(uuid)
                self._domains.pop(uuid, None)
            for found, record in records:
                seconds = time.monotonic() - at_seconds
                progress.readings.append(self._reading(found, record, at_seconds, seconds))
        return Overview(at_seconds=began_at_seconds, domains=progress.readings)

    def prepare(self, uuids: Iterable[str]) -> None:
        """Have libvirt's objects of these domains, so that ``overview_of`` need not look them up."""
        if any(uuid not in self._domains for uuid in uuids):
            with translated(self._libvirt):
                self._domains = {domain.UUIDString(): domain for domain in self._raw.listAllDomains(0)}

    def _domain(self, uuid: str) -> Any:
        domain = self._domains.get(uuid)
        if domain is None:
            domain = self._domains[uuid] = self._raw.lookupByUUIDString(uuid)
        return domain

    @property
    def _overview_groups(self) -> int:
        return int(self._libvirt.VIR_DOMAIN_STATS_STATE | self._libvirt.VIR_DOMAIN_STATS_INTERFACE)

    def details(self, chosen: Iterable[str] | None = None) -> DetailRound:
        """The running domains, all or those chosen: figures that need QEMU's monitor.

        The chosen ones are looked up one by one: to list domains waits for each of them, wanted or not.
        NOWAIT makes libvirt leave out groups of a domain that somebody holds. It does not protect the first
        caller who finds it stuck. A domain is asked again if nothing was left out at the question before.
        Without ACTIVE libvirt would open the images of domains that are off.
        """
        if self._versions is None:
            # The first caller of a daemon waits for it to probe every emulator, here and in CPU_TOTAL alike.
            # CPU_TOTAL does so with a domain locked, which blocks the first tier too (seen: 3 s).
            self._versions = self._read_versions()
        records, at_seconds = self._detail_records(chosen)
        self._domains = {domain.UUIDString(): domain for domain, _record in records}
        found = bulk.details(records, at_seconds, time.monotonic() - at_seconds)
        # Another question of ours, given up but on its way still, may have held them for a moment.
        again = [uuid for uuid, reading in found.items() if reading.missing and uuid in self._complete]
        if again:
            time.sleep(_MOMENT_SECONDS)
            records, at_seconds = self._detail_records(again)
            found |= bulk.details(records, at_seconds, time.monotonic() - at_seconds)
        self._complete = frozenset(uuid for uuid, reading in found.items() if not reading.missing)
        return DetailRound(
            domains=found, libvirt_version=self._versions[0], hypervisor_version=self._versions[1]
        )

    def _detail_records(self, chosen: Iterable[str] | None) -> tuple[list[tuple[Any, bulk.Record]], float]:
        libvirt, raw = self._libvirt, self._raw
        groups = (
            libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
            | libvirt.VIR_DOMAIN_STATS_BALLOON
            | libvirt.VIR_DOMAIN_STATS_VCPU
            | libvirt.VIR_DOMAIN_STATS_BLOCK
        )
        active = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
        no_wait = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        domains = [domain for uuid in chosen or () if (domain := self._find(uuid))]
        at_seconds = time.monotonic()
        with translated(libvirt):
            if chosen is None:
                return raw.getAllDomainStats(groups, active | no_wait), at_seconds
            # An empty list would mean all domains to libvirt.
            return (raw.domainListGetStats(domains, groups, no_wait) if domains else []), at_seconds

    def _find(self, uuid: str) -> Any | None:
        """Return libvirt's object of a domain, None if libvirt does not give it."""
        try:
            with translated(self._libvirt):
                return self._domain(uuid)
        except ConnectionLostError:
            raise
        except HypervisorError:
            return None

    def controls(self, uuids: Iterable[str], progress: Progress) -> dict[str, Control]:
        """Who holds the monitor of each domain; domains that are gone are left out. Waits for no QEMU."""
        found = {}
        for uuid in uuids:
            if progress.is_given_up:
                break
            progress.ask(uuid)
            try:
                with translated(self._libvirt):
                    domain = self._domain(uuid)
                    # Whoever is held is met by this question, which keeps no lock of the list meanwhile.
                    self._raw.domainListGetStats([domain], self._libvirt.VIR_DOMAIN_STATS_STATE, 0)
                    state, _details, milliseconds = domain.controlInfo()
            except ConnectionLostError:
                raise
            except DomainGoneError:
                continue
            except HypervisorError:
                found[uuid] = Control("error", 0.0)
                continue
            found[uuid] = Control(_CONTROL_STATES.get(state, "error"), milliseconds / 1000)
        return found

    def describe(
        self, uuids: tuple[str, ...], *, until_seconds: float, asked: list[str] | None = None
    ) -> dict[str, Description | None]:
        """Descriptions of domains, as many as fit until a monotonic instant; gone ones are left out.

        virDomainGetXMLDesc waits for the domain's job (libvirt 11.3, seen). On a stuck domain it blocks for
        up to 30 s, then libvirt gives up with error 68. None: asked, and no answer. ``asked`` grows by each
        domain before its question, for an owner that gives the call up.
        """
        found: dict[str, Description | None] = {}
        for uuid in uuids:
            if time.monotonic() >= until_seconds:
                break
            if asked is not None:
                asked.append(uuid)
            try:
                with translated(self._libvirt):
                    found[uuid] = self._describe(self._raw.lookupByUUIDString(uuid))
            except ConnectionLostError:
                raise
            except DomainGoneError:
                continue
            except (HypervisorError, ET.ParseError):
                found[uuid] = None
        return found

    def _describe(self, domain: Any) -> Description:
        return parse_description(
            domain.XMLDesc(0),
            autostart=self._claim(domain.autostart),
            persistent=self._claim(domain.isPersistent),
        )

    def _claim(self, ask: Callable[[], int]) -> bool | None:
        try:
            with translated(self._libvirt):
                return bool(ask())
        except ConnectionLostError:
            raise
        except HypervisorError:
            return None  # transient domains have no autostart

    def _reading(
        self, domain: Any, record: bulk.Record, record_at_seconds: float, record_seconds: float
    ) -> DomainReading:
        libvirt_id = domain.ID()
        running = libvirt_id >= 0
        outcome: DomainOutcome = "ok"
        trouble = maximum_kib = memory_kib = vcpu_count = cpu_time_ns = None
        at_seconds = time.monotonic()
        try:
            with translated(self._libvirt):
                _state, maximum_kib, memory_kib, vcpu_count, cpu_time_ns = domain.info()
        except ConnectionLostError:
            raise
        except DomainGoneError as error:
            outcome, trouble = "gone", str(error)
        except DomainBusyError as error:
            outcome, trouble = "busy", str(error)
        except HypervisorError as error:
            outcome, trouble = "partial", str(error)
        return DomainReading(
            uuid=domain.UUIDString(),
            name=domain.name()[:NAME_CHARACTERS],
            libvirt_id=libvirt_id if running else None,
            state=record.get("state.state", 0),
            state_reason=record.get("state.reason"),
            at_seconds=at_seconds,
            duration_seconds=time.monotonic() - at_seconds,
            interfaces_at_seconds=record_at_seconds,
            interfaces_duration_seconds=record_seconds,
            cpu_time_ns=cpu_time_ns if running else None,
            memory_kib=memory_kib,
            maximum_memory_kib=maximum_kib,
            vcpu_count=vcpu_count,
            interfaces=bulk.interfaces(record),
            outcome=outcome,
            trouble=trouble[:NAME_CHARACTERS] if trouble else None,
        )

    def _read_versions(self) -> tuple[str | None, str | None]:
        """Return versions of libvirt and of its hypervisor, such as "11.3.0" and "QEMU 10.0.2"."""
        try:
            with translated(self._libvirt):
                own = _version(self._raw.getLibVersion())
                return own, f"{self._raw.getType()} {_version(self._raw.getVersion())}"
        except ConnectionLostError:
            raise
        except HypervisorError:
            return None, None


def _version(number: int) -> str:
    """Return "11.3.0" for 11003000 (major * 1,000,000 + minor * 1,000 + release)."""
    return f"{number // 1_000_000}.{number // 1_000 % 1_000}.{number % 1_000}"
