# SPDX-License-Identifier: Apache-2.0
"""Collectors: one module per subject of the host, each parsing kernel text into a frozen reading.

COLLECTORS lists those that every tick calls, in order. Temperatures and file systems can block and are
read in the background.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collector
from publisher.collectors.cpu import CpuCollector
from publisher.collectors.disks import DiskCollector
from publisher.collectors.hugepages import HugepageCollector
from publisher.collectors.identity import IdentityCollector
from publisher.collectors.interfaces import InterfaceCollector
from publisher.collectors.ksm import KsmCollector
from publisher.collectors.load import LoadCollector
from publisher.collectors.memory import MemoryCollector
from publisher.collectors.pressure import PressureCollector
from publisher.collectors.swap import SwapCollector
from publisher.collectors.zfs import ZfsCollector
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
    IdentityCollector,
)
