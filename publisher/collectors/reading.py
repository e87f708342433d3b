# SPDX-License-Identifier: Apache-2.0
"""All readings of one host at one instant. A subject that was not available is None."""

from msgspec import Struct

from publisher.collectors.cpu import CpuReading
from publisher.collectors.disks import DiskReading
from publisher.collectors.hugepages import HugepageReading
from publisher.collectors.identity import IdentityReading
from publisher.collectors.interfaces import InterfaceReading
from publisher.collectors.ksm import KsmReading
from publisher.collectors.load import LoadReading
from publisher.collectors.memory import MemoryReading
from publisher.collectors.pressure import PressureReading
from publisher.collectors.swap import SwapReading
from publisher.collectors.temperatures import TemperatureReading
from publisher.collectors.zfs import ZfsReading


class HostReading(Struct, frozen=True, kw_only=True):
    """One field per collector of COLLECTORS, named like it, and the newest temperatures."""

    identity: IdentityReading | None = None
    cpu: CpuReading | None = None
    load: LoadReading | None = None
    pressure: PressureReading | None = None
    memory: MemoryReading | None = None
    hugepages: HugepageReading | None = None
    ksm: KsmReading | None = None
    swap: SwapReading | None = None
    zfs: ZfsReading | None = None
    disks: DiskReading | None = None
    interfaces: InterfaceReading | None = None
    temperatures: TemperatureReading | None = None
