# SPDX-License-Identifier: Apache-2.0
"""Network interfaces of the host from /proc/net/dev.

The loopback interface and taps (``vnet0``: a domain's cable, published with the domain) are left out.
*Physical* interfaces have a device behind them in sysfs; bonds, bridges and VLANs repeat their traffic.
"""

from typing import Final

from msgspec import Struct, structs

from publisher.collectors.collected import Collected
from publisher.procfs import SourceError, SourceUnavailableError, SystemTree, counters

PATH: Final = "/proc/net/dev"
FOLDER: Final = "/sys/class/net"

_USED_COLUMNS: Final = 12
_IFF_TAP: Final = 0x0002  # include/uapi/linux/if_tun.h


class InterfaceCounters(Struct, frozen=True):
    """One line of /proc/net/dev, in the host's direction; None for what is no number."""

    receive_bytes_total: int | None = None
    receive_packets_total: int | None = None
    receive_errors_total: int | None = None
    receive_drops_total: int | None = None
    transmit_bytes_total: int | None = None
    transmit_packets_total: int | None = None
    transmit_errors_total: int | None = None
    transmit_drops_total: int | None = None


class Interface(Struct, frozen=True):
    """One interface by its name in the kernel."""

    device: str
    physical: bool
    counters: InterfaceCounters


class InterfaceReading(Struct, frozen=True, kw_only=True):
    """All interfaces that are published, each once."""

    interfaces: tuple[Interface, ...]


class _Facts(Struct, frozen=True):
    published: bool
    physical: bool


class InterfaceCollector:
    """Reads /proc/net/dev once per tick.

    What sysfs says about an interface is kept, as each look there takes the kernel's network lock. It is read
    for a name that is new or was gone at the tick before.
    """

    name = "interfaces"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._facts: dict[str, _Facts] = {}

    def collect(self) -> Collected[InterfaceReading]:
        """Return the reading of this instant."""
        lines = parse(self._tree.read(PATH))
        if not lines:
            raise SourceUnavailableError(f"{PATH}: no interfaces")
        self._facts = {device: self._facts.get(device) or self._look(device) for device in lines}
        interfaces = tuple(
            Interface(device, facts.physical, line)
            for device, line in lines.items()
            if (facts := self._facts[device]).published
        )
        remarks = [] if any(interface.physical for interface in interfaces) else ["no physical interface"]
        remarks += [
            f"{PATH}: a number of {interface.device} is none"
            for interface in interfaces
            if None in structs.astuple(interface.counters)
        ]
        return Collected(InterfaceReading(interfaces=interfaces), "; ".join(remarks) or None)

    def _look(self, device: str) -> _Facts:
        place = f"{FOLDER}/{device}"
        try:
            flags = int(self._tree.read_once(f"{place}/tun_flags"), 0)
        except (SourceError, ValueError):
            flags = 0
        tap = bool(flags & _IFF_TAP) or device.startswith(("vnet", "macvtap"))
        # An alias such as eth0:1 has no folder of its own and thus counts nothing twice.
        return _Facts(published=device != "lo" and not tap, physical=self._tree.exists(f"{place}/device"))


def parse(text: str) -> dict[str, InterfaceCounters]:
    """Return the counters of each interface in the text of /proc/net/dev; of a line that is cut, none."""
    found: dict[str, InterfaceCounters] = {}
    for line in text.splitlines():
        # The name of an alias contains a colon; the numbers never do.
        device, colon, rest = line.rpartition(":")
        device = device.strip()
        if not colon or not device or device in found:
            continue
        numbers = counters(rest.split(None, _USED_COLUMNS)[:_USED_COLUMNS])
        is_cut = len(numbers) < _USED_COLUMNS
        found[device] = InterfaceCounters() if is_cut else InterfaceCounters(*numbers[:4], *numbers[8:12])
    return found
