# SPDX-License-Identifier: Apache-2.0
"""The domains of this host, sampled once a tick through libvirt without ever waiting for a stuck one.

Once a tick the owner calls ``begin()``, which returns at once, lets the host collectors run, and calls
``finish()``, which returns by the given deadline (at the latest half an interval after ``begin``)
whatever libvirt does. ``sample()`` does both. All three belong to one thread. ``changed()`` may be
called from any thread; give it to EventWatcher as `changed`. All libvirt calls run on daemon threads (see lane.py);
after ``close()`` one may still hang inside libvirt, so the process must not wait for threads.
"""

from msgspec import Struct

from publisher.wire.samples import CollectorHealth, DomainReport, HypervisorHealth


class HypervisorTick(Struct, frozen=True, kw_only=True):
    """What libvirt said at one tick. ``domains`` is None when libvirt could not be asked, [] on a host without libvirt."""

    health: HypervisorHealth
    domains: list[DomainReport] | None
    collectors: list[CollectorHealth]


class DomainSampler:
    """Samples all domains once a tick; see the module for its rules."""

    def __init__(self, *, uri: str | None, interval_seconds: float) -> None:
        """`uri` None means this host's own system daemon (qemu:///system), if there is one."""

    def start(self) -> None:
        """Start the worker threads; never blocks and never fails."""

    def begin(self) -> None:
        """Start this tick's calls, except those whose predecessor is still outstanding."""

    def finish(self, deadline_monotonic_seconds: float | None = None) -> HypervisorTick:
        """Return what arrived by the deadline (default and latest: half an interval after ``begin``)."""
        raise NotImplementedError

    def sample(self) -> HypervisorTick:
        """``begin`` and ``finish`` in one."""
        self.begin()
        return self.finish()

    def changed(self, domain_uuid: str | None) -> None:
        """Read the description of a domain (None: of all) again at the next tick. Any thread may call this."""

    def close(self) -> None:
        """Give up; returns at once, also when a call hangs."""
