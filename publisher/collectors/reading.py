# SPDX-License-Identifier: Apache-2.0
"""All collectors, and all readings of one host at one instant. A subject that was not available is None.

COLLECTORS lists those that every tick calls, in order. Temperatures and file systems can block and are
read in the background.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from publisher.collectors.clock import ClockCollector, ClockReading
from publisher.collectors.collected import Collector
from publisher.collectors.cpu import CpuCollector, CpuReading
from publisher.collectors.disks import DiskCollector, DiskReading
from publisher.collectors.hugepages import HugepageCollector, HugepageReading
from publisher.collectors.identity import IdentityCollector, IdentityReading
from publisher.collectors.interfaces import InterfaceCollector, InterfaceReading
from publisher.collectors.ksm import KsmCollector, KsmReading
from publisher.collectors.load import LoadCollector, LoadReading
from publisher.collectors.memory import MemoryCollector, MemoryReading
from publisher.collectors.memory_errors import MemoryErrorCollector, MemoryErrorReading
from publisher.collectors.pressure import PressureCollector, PressureReading
from publisher.collectors.swap import SwapCollector, SwapReading
from publisher.collectors.temperatures import TemperatureReading
from publisher.collectors.zfs import ZfsCollector, ZfsReading
from publisher.procfs import SystemTree

# CPU first: its figures are then closest to the instant of the tick.
COLLECTORS: Final[tuple[Callable[[SystemTree], Collector[Struct]], ...]] = (
    CpuCollector,
    InterfaceCollector,
    DiskCollector,
    PressureCollector,
    SwapCollector,
    MemoryCollector,
    HugepageCollector,
    KsmCollector,
    ZfsCollector,
    LoadCollector,
    ClockCollector,
    MemoryErrorCollector,
    IdentityCollector,
)


class HostReading(Struct, frozen=True, kw_only=True):
    """One field per collector of COLLECTORS, named like it, and the newest temperatures."""

    identity: IdentityReading | None = None
    cpu: CpuReading | None = None
    load: LoadReading | None = None
    clock: ClockReading | None = None
    pressure: PressureReading | None = None
    memory: MemoryReading | None = None
    memory_errors: MemoryErrorReading | None = None
    hugepages: HugepageReading | None = None
    ksm: KsmReading | None = None
    swap: SwapReading | None = None
    zfs: ZfsReading | None = None
    disks: DiskReading | None = None
    interfaces: InterfaceReading | None = None
    temperatures: TemperatureReading | None = None
