# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D102, N802 - most methods are libvirt's, documented there and under its names
"""A daemon with domains that hang, die and answer in part on demand, behind libvirt-python's methods.

It exists only because a real libvirt cannot be made to do these things at a chosen moment. What it does when
a QEMU is stuck was seen with libvirt 9.0 and 11.3: who blocks, who gets partial keys, what controlInfo says.
tests/integration/test_hypervisor.py shows the same against the real one.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import libvirt

from publisher.hypervisor.connection import Connection

GUARD_SECONDS = 30.0


def libvirt_error(code: int, origin: int = libvirt.VIR_FROM_QEMU, text: str = "fake") -> Exception:
    """Return an error as libvirt-python raises it."""
    error: Exception = libvirt.libvirtError(text)
    vars(error)["err"] = (code, origin, text, 2, "", None, None, 0, 0)
    return error


class FakeDomain:
    """One domain; ``libvirt_id`` -1 while it is off."""

    # Called before each answer of the second tier, for instance to take time.
    before_second: Callable[[], object]
    # Called before the CPU time is read.
    before_info: Callable[[], object]
    # Called after the XML was read, before the rest of a description.
    before_autostart: Callable[[], object]

    def __init__(self, name: str, number: int, *, running: bool = True) -> None:
        self.fake_name = name
        self.uuid = f"00000000-0000-4000-8000-{number:012d}"
        self.libvirt_id = number if running else -1
        self.info_answer = [1 if running else 5, 2048, 1024, 2, 0]
        self.info_error: Exception | None = None
        self.first: dict[str, Any] = {"state.state": 1 if running else 5, "state.reason": 1}
        self.second: dict[str, Any] = detail_record()
        self.xml = f"<domain><name>{name}</name><title>{name}</title><devices/></domain>"
        self.fake_autostart = 0
        self.control = [0, 0, 0]
        self.control_error: Exception | None = None
        self.xml_error: Exception | None = None
        self.description_count = 0
        self._free = threading.Event()
        self._free.set()
        self._unlocked = threading.Event()
        self._unlocked.set()
        self._occupied_at_seconds: float | None = None
        self.before_second = lambda: None
        self.before_info = lambda: None
        self.before_autostart = lambda: None

    def freeze(self) -> None:
        """Stop the QEMU: the next call that needs its monitor blocks."""
        self._free.clear()

    def thaw(self) -> None:
        """Let the QEMU go on."""
        self._free.set()

    def hold(self) -> None:
        """Take the domain's lock in libvirt, as a destroy that waits does: every question about it hangs."""
        self._unlocked.clear()

    def let_go(self) -> None:
        """Free the lock."""
        self._unlocked.set()

    def wait_for_lock(self) -> None:
        """What every question about a domain does first, one about all domains for each of them."""
        assert self._unlocked.wait(GUARD_SECONDS), "nobody let go of the domain"

    def monitor(self, *, wait: bool) -> bool:
        """Use the monitor; False when another holds it and the caller does not want to wait."""
        if self._occupied_at_seconds is not None and not wait:
            return False
        self._occupied_at_seconds = time.monotonic()
        assert self._free.wait(GUARD_SECONDS), "nobody thawed the domain"
        self._occupied_at_seconds = None
        self.before_second()
        return True

    def name(self) -> str:
        return self.fake_name

    def UUIDString(self) -> str:
        return self.uuid

    def ID(self) -> int:
        return self.libvirt_id

    def info(self) -> list[int]:
        self.wait_for_lock()
        self.before_info()
        if self.info_error is not None:
            raise self.info_error
        return self.info_answer

    def controlInfo(self) -> list[int]:
        self.wait_for_lock()
        if self.control_error is not None:
            raise self.control_error
        occupied_at = self._occupied_at_seconds
        if occupied_at is not None:
            return [2, 0, int((time.monotonic() - occupied_at) * 1000)]
        return self.control

    def XMLDesc(self, _flags: int) -> str:
        self.wait_for_lock()
        if self._occupied_at_seconds is not None:
            assert self._free.wait(GUARD_SECONDS), "nobody thawed the domain"
        self.description_count += 1
        if self.xml_error is not None:
            raise self.xml_error
        return self.xml

    def autostart(self) -> int:
        self.before_autostart()
        return self.fake_autostart

    def isPersistent(self) -> int:
        return 1


class FakeDaemon:
    """The daemon behind any number of connections."""

    def __init__(self, *domains: FakeDomain) -> None:
        self.domains = list(domains)
        self.error: Exception | None = None
        self.open_error: Exception | None = None
        self.opened_count = 0
        self.generation = 0
        self.detail_calls: list[list[str]] = []
        # Called before the answer to a question about all domains of the first tier.
        self.before_first_answer: Callable[[], object] = lambda: None
        self.answering = threading.Event()
        self.answering.set()

    def connect(self) -> Connection:
        """Open a connection as the publisher does."""
        self._wait()
        if self.open_error is not None:
            raise self.open_error
        self.opened_count += 1
        return Connection(FakeConnection(self), libvirt)

    def restart(self) -> None:
        """End all connections, as a daemon does that is restarted; its domains go on."""
        self.generation += 1

    def serve(self, generation: int) -> None:
        """What every call does first: hang while the daemon is frozen, fail while it is broken."""
        self._wait()
        if generation != self.generation:
            raise libvirt_error(
                libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_RPC, "client socket is closed"
            )
        if self.error is not None:
            raise self.error

    def _wait(self) -> None:
        assert self.answering.wait(GUARD_SECONDS), "nobody thawed the daemon"


class FakeConnection:
    """libvirt-python's virConnect as far as the publisher uses it."""

    def __init__(self, daemon: FakeDaemon) -> None:
        self._daemon = daemon
        self._generation = daemon.generation

    def isAlive(self) -> int:
        return 1

    def close(self) -> int:
        return 0

    def getType(self) -> str:
        return "QEMU"

    def getLibVersion(self) -> int:
        self._daemon.serve(self._generation)
        return 11_003_000

    def getVersion(self) -> int:
        return 10_000_013

    def getAllDomainStats(self, groups: int, flags: int) -> list[tuple[FakeDomain, dict[str, Any]]]:
        self._daemon.serve(self._generation)
        if groups & libvirt.VIR_DOMAIN_STATS_CPU_TOTAL:
            assert flags & libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE, (
                "would open images of domains off"
            )
            assert flags & libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
            return self._walk([domain for domain in self._daemon.domains if domain.libvirt_id >= 0])
        return self._first(self._daemon.domains)

    def domainListGetStats(
        self, domains: list[FakeDomain], groups: int, flags: int
    ) -> list[tuple[FakeDomain, dict[str, Any]]]:
        self._daemon.serve(self._generation)
        assert domains, "libvirt takes an empty list for all domains"
        domains = [domain for domain in domains if domain in self._daemon.domains]
        if not groups & libvirt.VIR_DOMAIN_STATS_CPU_TOTAL:
            return self._first(domains)
        assert flags & libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        return self._walk(domains)

    def listAllDomains(self, _flags: int) -> list[FakeDomain]:
        self._daemon.serve(self._generation)
        for domain in list(self._daemon.domains):
            domain.wait_for_lock()
        return list(self._daemon.domains)

    def lookupByUUIDString(self, uuid: str) -> FakeDomain:
        self._daemon.serve(self._generation)
        for domain in self._daemon.domains:
            if domain.uuid == uuid:
                domain.wait_for_lock()
                return domain
        raise libvirt_error(libvirt.VIR_ERR_NO_DOMAIN)

    def _first(self, domains: list[FakeDomain]) -> list[tuple[FakeDomain, dict[str, Any]]]:
        for domain in list(domains):
            domain.wait_for_lock()
        self._daemon.before_first_answer()
        return [(domain, domain.first) for domain in domains]

    def _walk(self, domains: list[FakeDomain]) -> list[tuple[FakeDomain, dict[str, Any]]]:
        for domain in domains:
            domain.wait_for_lock()
        self._daemon.detail_calls.append([domain.fake_name for domain in domains])
        answers = []
        for domain in domains:
            complete = domain.monitor(wait=False)
            answers.append((domain, domain.second if complete else {"balloon.current": 1024}))
        return answers


def detail_record(**changes: Any) -> dict[str, Any]:
    """Return a complete record of the second tier: 2 vCPUs, a balloon that reported, one disk.

    Dots in keys are written as double underscores; None removes a key.
    """
    record: dict[str, Any] = {
        "cpu.time": 10_000_000_000,
        "cpu.user": 8_000_000_000,
        "cpu.system": 1_000_000_000,
        "vcpu.current": 2,
        "vcpu.maximum": 2,
        "vcpu.0.time": 4_000_000_000,
        "vcpu.0.delay": 100_000_000,
        "vcpu.1.time": 4_000_000_000,
        "vcpu.1.delay": 100_000_000,
        "balloon.current": 1024,
        "balloon.rss": 900,
        "balloon.available": 1000,
        "balloon.usable": 600,
        "balloon.unused": 500,
        "balloon.last-update": 1_000_000,
        "balloon.swap_in": 0,
        "balloon.swap_out": 0,
        "balloon.major_fault": 5,
        "block.count": 1,
        "block.0.name": "vda",
        "block.0.rd.reqs": 100,
        "block.0.rd.bytes": 4096,
        "block.0.rd.times": 1_000_000,
        "block.0.wr.reqs": 50,
        "block.0.wr.bytes": 2048,
        "block.0.wr.times": 1_000_000,
        "block.0.fl.reqs": 0,
        "block.0.fl.times": 0,
        "block.0.capacity": 1 << 30,
        "block.0.physical": 1 << 20,
        "block.0.allocation": 1 << 22,
    }
    for key, value in changes.items():
        record[key.replace("__", ".")] = value
    return {key: value for key, value in record.items() if value is not None}
