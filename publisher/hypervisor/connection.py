# SPDX-License-Identifier: Apache-2.0
"""One read-only connection to libvirt and the questions asked on it.

Every method may block without limit and raises HypervisorError only. Use, close and drop a connection on one
thread (see the package). Flags and error numbers: libvirt's API reference.
"""

import contextlib
import time
from collections.abc import Callable
from types import TracebackType
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
from publisher.hypervisor.readings import Control, Description, DetailRound, DomainReading, Overview
from publisher.wire.samples import NAME_CHARACTERS

# A peer that is silent for (count + 1) * interval = 20 s is given up. That detects a dead daemon, not a stuck
# VM.
KEEPALIVE_INTERVAL_SECONDS = 5
KEEPALIVE_COUNT = 3

_CONTROL_STATES: dict[int, Literal["free", "job", "occupied", "error"]] = {
    0: "free",
    1: "job",
    2: "occupied",
    3: "error",
}


class translated:  # noqa: N801 - reads as a clause: `with translated(libvirt):`
    """Errors of libvirt inside become HypervisorError. A class, because a tick passes it once per domain."""

    __slots__ = ("_libvirt",)

    def __init__(self, libvirt: Any) -> None:
        self._libvirt = libvirt

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Raise libvirt's error as one of ours."""
        if kind is not None and issubclass(kind, self._libvirt.libvirtError):
            raise _translation(self._libvirt, error) from error


def _translation(libvirt: Any, error: Any) -> HypervisorError:
    """Return our error for libvirt's; those that mean "reconnect" are vdsm's list (libvirtconnection.py)."""
    code, origin, text = error.get_error_code(), error.get_error_domain(), str(error)
    lost = (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_SYSTEM_ERROR)
    if origin == libvirt.VIR_FROM_REMOTE or (origin == libvirt.VIR_FROM_RPC and code in lost):
        return ConnectionLostError(text)
    if code in (libvirt.VIR_ERR_NO_CONNECT, libvirt.VIR_ERR_INVALID_CONN):
        return ConnectionLostError(text)
    if code in (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_OPERATION_INVALID):
        return DomainGoneError(text)
    if code == libvirt.VIR_ERR_OPERATION_TIMEOUT:
        return DomainBusyError(text)
    return HypervisorError(text)


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
        self._versions: tuple[str | None, str | None] | None = None

    @classmethod
    def open(cls, uri: str | None) -> Self:
        """Connect; may block for ever. Raise LibvirtMissingError or ConnectionLostError."""
        libvirt = library.load()
        return cls(connect(uri, libvirt), libvirt)

    def close(self) -> None:
        """Close; may block for ever."""
        with contextlib.suppress(self._libvirt.libvirtError):
            self._raw.close()

    def is_alive(self) -> bool:
        """Whether the connection is not known to be closed: a local flag, no call to the daemon."""
        with translated(self._libvirt):
            return bool(self._raw.isAlive())

    def overview(self) -> Overview:
        """All domains, running or not, by calls that never wait for a QEMU.

        Groups STATE and INTERFACE and virDomainGetInfo take no job on the domain.
        """
        libvirt, raw = self._libvirt, self._raw
        at_seconds = time.monotonic()
        with translated(libvirt):
            # Zero flags: also domains that are shut off, for which INTERFACE gives nothing.
            records = raw.getAllDomainStats(
                libvirt.VIR_DOMAIN_STATS_STATE | libvirt.VIR_DOMAIN_STATS_INTERFACE, 0
            )
        return Overview(
            at_seconds=at_seconds, domains=[self._reading(domain, record) for domain, record in records]
        )

    def details(self, excluded: frozenset[str]) -> DetailRound:
        """The running domains, except some: figures that need QEMU's monitor.

        NOWAIT makes libvirt leave out groups of a domain that somebody holds. It does not protect the first
        caller who finds it stuck. Without ACTIVE libvirt would open the images of domains that are off.
        """
        if self._versions is None:
            # The first caller of a daemon waits for it to probe every emulator, here and in CPU_TOTAL alike.
            # CPU_TOTAL does so with a domain locked, which blocks the first tier too (seen: 3 s).
            self._versions = self._read_versions()
        records, at_seconds = self._detail_records(excluded)
        duration_seconds = time.monotonic() - at_seconds
        found = {}
        for domain, record in records:
            uuid, libvirt_id = domain.UUIDString(), domain.ID()
            if libvirt_id >= 0:
                found[uuid] = bulk.detail(
                    record,
                    uuid=uuid,
                    libvirt_id=libvirt_id,
                    at_seconds=at_seconds,
                    duration_seconds=duration_seconds,
                )
        return DetailRound(
            domains=found, libvirt_version=self._versions[0], hypervisor_version=self._versions[1]
        )

    def _detail_records(self, excluded: frozenset[str]) -> tuple[list[tuple[Any, bulk.Record]], float]:
        libvirt, raw = self._libvirt, self._raw
        groups = (
            libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
            | libvirt.VIR_DOMAIN_STATS_BALLOON
            | libvirt.VIR_DOMAIN_STATS_VCPU
            | libvirt.VIR_DOMAIN_STATS_BLOCK
        )
        active = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
        no_wait = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        at_seconds = time.monotonic()
        with translated(libvirt):
            if not excluded:
                return raw.getAllDomainStats(groups, active | no_wait), at_seconds
            running = raw.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
            chosen = [domain for domain in running if domain.UUIDString() not in excluded]
            at_seconds = time.monotonic()
            # An empty list would mean all domains to libvirt.
            return (raw.domainListGetStats(chosen, groups, no_wait) if chosen else []), at_seconds

    def controls(self, uuids: tuple[str, ...]) -> dict[str, Control]:
        """Who holds the monitor of each domain; domains that are gone are left out. Waits for no QEMU."""
        found = {}
        for uuid in uuids:
            try:
                with translated(self._libvirt):
                    state, _details, milliseconds = self._raw.lookupByUUIDString(uuid).controlInfo()
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

    def _reading(self, domain: Any, record: bulk.Record) -> DomainReading:
        libvirt_id = domain.ID()
        running = libvirt_id >= 0
        outcome: Literal["ok", "partial", "busy", "gone"] = "ok"
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
