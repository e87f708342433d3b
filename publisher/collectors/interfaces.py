# SPDX-License-Identifier: Apache-2.0
"""Network interfaces of the host from /proc/net/dev.

Which of them count is judged by how they are built (``interface_roles``). The loopback interface and taps
(a domain's cable, published with the domain) are left out.
"""

from typing import Final, NamedTuple

from msgspec import Struct, structs

from publisher.collectors.collected import Collected
from publisher.collectors.interface_roles import InterfaceRole, InterfaceStructure, interface_roles
from publisher.collectors.interface_structure import FOLDER, read_master, read_structure
from publisher.procfs import SourceError, SourceUnavailableError, SystemTree, counters, lines

PATH: Final = "/proc/net/dev"

_USED_COLUMNS: Final = 12
# No entry of sysfs has this number; an alias, which has no entry, has None.
_GONE: Final = -1


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
    """One interface by its name in the kernel. With another ``index`` it is another one under that name."""

    device: str
    physical: bool
    counters: InterfaceCounters
    index: str = ""


class InterfaceReading(Struct, frozen=True, kw_only=True):
    """All interfaces that are published, each once."""

    interfaces: tuple[Interface, ...]


class _Known(NamedTuple):
    number: int | None
    structure: InterfaceStructure


class InterfaceCollector:
    """Reads /proc/net/dev and lists /sys/class/net once per tick.

    How an interface is built is kept, as each look takes the kernel's network lock. It is read of a name that
    is new, or whose entry in sysfs was made anew. Those with a device (few) are read again when their master
    changed, or when another one with a device appears: a card that changes its mode shows more of them.
    """

    name = "interfaces"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._known: dict[str, _Known] = {}
        self._roles: dict[str, InterfaceRole] = {}

    def collect(self) -> Collected[InterfaceReading]:
        """Return the reading of this instant."""
        numbers = self._numbers()
        lines = parse(self._tree.read(PATH))
        if not lines:
            raise SourceUnavailableError(f"{PATH}: no interfaces")
        self._look({device: numbers.get(device) for device in lines})
        interfaces = tuple(
            Interface(device, role == "physical", line, self._known[device].structure.index)
            for device, line in lines.items()
            if (role := self._roles[device]) != "left_out"
        )
        remarks = [] if any(interface.physical for interface in interfaces) else ["no physical interface"]
        remarks += [
            f"{PATH}: a number of {interface.device} is none"
            for interface in interfaces
            if None in structs.astuple(interface.counters)
        ]
        return Collected(InterfaceReading(interfaces=interfaces), "; ".join(remarks) or None)

    def _numbers(self) -> dict[str, int]:
        try:
            return self._tree.numbers(FOLDER)
        except SourceError:
            return {}

    def _look(self, numbers: dict[str, int | None]) -> None:
        kept = {
            device: known
            for device, known in self._known.items()
            if numbers.get(device, _GONE) == known.number and not self._has_another_master(device, known)
        }
        fresh = {device: read_structure(self._tree, device) for device in numbers if device not in kept}
        if any(structure.has_device for structure in fresh.values()):
            others = [device for device, known in kept.items() if known.structure.has_device]
            fresh |= {device: read_structure(self._tree, device) for device in others}
        if not fresh and len(kept) == len(self._known):
            return
        structures = {device: known.structure for device, known in kept.items()} | fresh
        self._known = {device: _Known(number, structures[device]) for device, number in numbers.items()}
        self._roles = interface_roles(structures)

    def _has_another_master(self, device: str, known: _Known) -> bool:
        structure = known.structure
        return structure.has_device and read_master(self._tree, device) != structure.master


def parse(text: str) -> dict[str, InterfaceCounters]:
    """Return the counters of each interface in the text of /proc/net/dev; of a line that is cut, none."""
    found: dict[str, InterfaceCounters] = {}
    for line in lines(text):
        # The name of an alias contains a colon; the numbers never do.
        device, colon, rest = line.rpartition(":")
        device = device.strip(" ")
        if not colon or not device or device in found:
            continue
        numbers = counters(rest.split(None, _USED_COLUMNS)[:_USED_COLUMNS])
        is_cut = len(numbers) < _USED_COLUMNS
        found[device] = InterfaceCounters() if is_cut else InterfaceCounters(*numbers[:4], *numbers[8:12])
    return found
