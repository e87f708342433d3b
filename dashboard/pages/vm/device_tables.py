# SPDX-License-Identifier: Apache-2.0
"""The disks and interfaces of a VM as tables: the means of the range, and which one the chart shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from dashboard import units
from dashboard.components.device_table import (
    NAME_LETTERS,
    DeviceRow,
    Heading,
    device_table,
    number_cell,
    unlisted,
)
from dashboard.pages.vm.queries import VmDisk, VmInterface
from dashboard.parts.markup import Element, clean, h

_DISK_HEADINGS = (
    "Size",
    "Taken",
    "Read",
    "Write",
    "Reads",
    "Writes",
    "Read latency",
    "Write latency",
)
_INTERFACE_HEADINGS = ("Received", "Sent", "Packets in", "Packets out", "Dropped", "Errors")


class Choice(NamedTuple):
    """Which device the chart shows, None for all of them, and how another one is named in the address."""

    chosen: str | None
    path: str
    # The address's query without the device.
    kept: Mapping[str, str]
    name: str

    def link(self, device: str | None, words: str) -> Element:
        """Return the link that shows a device, or all of them."""
        query = urlencode({**self.kept, self.name: device} if device is not None else {**self.kept})
        is_chosen = device == self.chosen
        return h(
            "a",
            words,
            href=f"{self.path}?{query}" if query else self.path,
            class_="choice",
            aria_current="true" if is_chosen else None,
        )


def chosen_device(wanted: str | None, devices: Sequence[str]) -> str | None:
    """Return the device that the chart shows: the one that is wanted and there, or the only one."""
    if wanted in devices:
        return wanted
    return devices[0] if len(devices) == 1 else None


def disk_table(disks: Sequence[VmDisk], choice: Choice) -> Element:
    """Return the block devices with their means."""
    return _table(
        "disk",
        _DISK_HEADINGS,
        {disk.device: _disk_cells(disk) for disk in disks},
        disks[0].total_count if disks else 0,
        choice,
    )


def _disk_cells(disk: VmDisk) -> list[str]:
    return [
        units.data_size(disk.capacity_bytes),
        units.data_size(disk.physical_bytes),
        units.data_rate(disk.read_bytes_per_second),
        units.data_rate(disk.write_bytes_per_second),
        units.frequency(disk.read_requests_per_second),
        units.frequency(disk.write_requests_per_second),
        units.latency(disk.read_latency_seconds),
        units.latency(disk.write_latency_seconds),
    ]


def interface_table(interfaces: Sequence[VmInterface], choice: Choice) -> Element:
    """Return the network interfaces with their means."""
    return _table(
        "interface",
        _INTERFACE_HEADINGS,
        {each.device: _interface_cells(each) for each in interfaces},
        interfaces[0].total_count if interfaces else 0,
        choice,
    )


def _interface_cells(interface: VmInterface) -> list[str]:
    rates: tuple[tuple[Callable[[float | None], str], float | None], ...] = (
        (units.network_rate, interface.receive_bytes_per_second),
        (units.network_rate, interface.transmit_bytes_per_second),
        (units.frequency, interface.receive_packets_per_second),
        (units.frequency, interface.transmit_packets_per_second),
        (units.frequency, interface.drops_per_second),
        (units.frequency, interface.errors_per_second),
    )
    return [write(value) for write, value in rates]


def _table(
    noun: str,
    headings: Sequence[str],
    cells: Mapping[str, list[str]],
    total_count: int,
    choice: Choice,
) -> Element:
    if not cells:
        return h("p", f"No {noun} was seen in this range.", class_="quiet")
    rows = [
        DeviceRow(choice.link(device, clean(device, NAME_LETTERS)), [number_cell(cell) for cell in row])
        for device, row in cells.items()
    ]
    return h(
        "div",
        h(
            "p",
            "Means of this range. The charts above show ",
            *(
                (choice.link(None, f"all {total_count} together"), ", or the one that is chosen here.")
                if total_count > 1
                else (h("strong", "it"), ".")
            ),
            class_="quiet",
        ),
        device_table(noun, [Heading(words) for words in headings], rows),
        unlisted(total_count - len(cells)),
    )
