# SPDX-License-Identifier: Apache-2.0
"""The file systems, disks and interfaces of a host as tables: of now, or of the end of a past range."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dashboard import units
from dashboard.components.device_table import (
    NAME_LETTERS,
    DeviceRow,
    Heading,
    device_table,
    number_cell,
)
from dashboard.pages.host.devices.queries import HostDisk, HostFilesystem, HostInterface
from dashboard.pages.host.devices.reading import LISTED_DEVICE_COUNT, Devices
from dashboard.parts.markup import Element, clean, h

# Rates cover the time since the sample before.
NO_RATE = "no rate: the first sample of this device, or its counters are not believed"
_FILESYSTEM_HEADINGS = (
    Heading("Used", "share that is not available to users without privileges"),
    Heading("Available", "left for users without privileges"),
    Heading("Size"),
)
_DISK_HEADINGS = (
    Heading("Name", "such as that of a logical volume", is_number=False),
    Heading("Counted", "whether it is in the totals of the host", is_number=False),
    Heading("Read"),
    Heading("Write"),
    Heading("Reads"),
    Heading("Writes"),
    Heading("Read latency", "mean time of a read"),
    Heading("Write latency", "mean time of a write"),
    Heading("Busy", "share of the time in which a request was under way"),
    Heading("Queue", "mean number of requests under way"),
    Heading("In flight", "requests under way at the sample"),
)
_INTERFACE_HEADINGS = (
    Heading("Counted", "whether it is in the totals of the host", is_number=False),
    Heading("Received"),
    Heading("Sent"),
    Heading("Packets in"),
    Heading("Packets out"),
    Heading("Errors in"),
    Heading("Errors out"),
    Heading("Dropped in"),
    Heading("Dropped out"),
)
Figure = tuple[Callable[[float | None], str], float | None]


def device_parts(devices: Devices) -> dict[str, Element]:
    """Return the parts of a page, by the names of their cards."""
    return {
        "filesystems": _part(
            devices,
            "filesystems",
            "file system",
            _FILESYSTEM_HEADINGS,
            [(each.time, each.path, _filesystem_cells(each, devices)) for each in devices.filesystems],
        ),
        "disks": _part(
            devices,
            "disks",
            "disk",
            _DISK_HEADINGS,
            [(each.time, each.device, _disk_cells(each, devices)) for each in devices.disks],
        ),
        "interfaces": _part(
            devices,
            "interfaces",
            "interface",
            _INTERFACE_HEADINGS,
            [(each.time, each.device, _interface_cells(each, devices)) for each in devices.interfaces],
        ),
    }


def _part(
    devices: Devices,
    collector: str,
    noun: str,
    headings: Sequence[Heading],
    rows: Sequence[tuple[datetime, str, list[Element]]],
) -> Element:
    reason = devices.reasons.get(collector)
    if not rows:
        words = f"No {noun} was sampled in the last hour of this range."
        return h("p", f"{words} {clean(reason)}" if reason else words, class_="quiet")
    newest = max(time for time, _, _ in rows)
    shown = rows[-LISTED_DEVICE_COUNT:]
    return h(
        "div",
        h(
            "p",
            "Now, at the newest sample: " if devices.is_now else "At the last sample of this range: ",
            h("time", "", class_="clock", datetime=newest.isoformat()),
            class_="quiet",
        ),
        device_table(
            noun,
            headings,
            [DeviceRow(_name(name, time, newest), cells) for time, name, cells in shown],
            caption=f"Each {noun} of this host at the end of this range",
        ),
        h("p", "More are not listed.", class_="quiet") if len(rows) > len(shown) else None,
        h("p", f"What its collector says: {clean(reason, 400)}", class_="quiet") if reason else None,
    )


def _name(name: str, time: datetime, newest: datetime) -> Element:
    """Return the name of a device, and since when it is gone where others were sampled later."""
    gone = h("time", "", class_="clock", datetime=time.isoformat())
    return h(
        "span",
        clean(name, NAME_LETTERS),
        h("span", "gone, last seen ", gone, class_="cell-note") if time < newest else None,
        title=clean(name),
    )


def _filesystem_cells(filesystem: HostFilesystem, devices: Devices) -> list[Element]:
    total, available = filesystem.total_bytes, filesystem.available_bytes
    used = None if not total or available is None else 1 - available / total
    why = clean(devices.reasons.get("filesystems", "it did not answer"))
    return [
        _figure(units.percent(used), why),
        _figure(units.data_size(available), why),
        _figure(units.data_size(total), why),
    ]


def _disk_cells(disk: HostDisk, devices: Devices) -> list[Element]:
    why = clean(devices.reasons.get("disks", NO_RATE))
    figures: Sequence[Figure] = (
        (units.data_rate, disk.read_bytes_per_second),
        (units.data_rate, disk.write_bytes_per_second),
        (units.frequency, disk.read_requests_per_second),
        (units.frequency, disk.write_requests_per_second),
    )
    return [
        h("td", clean(disk.name, NAME_LETTERS) if disk.name else "", title=clean(disk.name or "") or None),
        _counted("yes" if disk.leaf else "no: it passes requests on"),
        *(_figure(write(value), why) for write, value in figures),
        _latency(disk.read_latency_seconds, disk.read_requests_per_second, "no reads", why),
        _latency(disk.write_latency_seconds, disk.write_requests_per_second, "no writes", why),
        _figure(units.percent(disk.busy_ratio), why),
        _figure(units.UNKNOWN if disk.queue_count is None else units.significant(disk.queue_count), why),
        _figure(units.UNKNOWN if disk.in_flight_count is None else str(disk.in_flight_count), why),
    ]


def _latency(seconds: float | None, requests_per_second: float | None, idle: str, why: str) -> Element:
    """Return the mean time of a request; without requests there is none, and nothing is missing."""
    if seconds is None and requests_per_second == 0:
        return h("td", idle, class_="number")
    return _figure(units.latency(seconds), why)


def _interface_cells(interface: HostInterface, devices: Devices) -> list[Element]:
    why = clean(devices.reasons.get("interfaces", NO_RATE))
    figures: Sequence[Figure] = (
        (units.network_rate, interface.receive_bytes_per_second),
        (units.network_rate, interface.transmit_bytes_per_second),
        (units.frequency, interface.receive_packets_per_second),
        (units.frequency, interface.transmit_packets_per_second),
        (units.frequency, interface.receive_errors_per_second),
        (units.frequency, interface.transmit_errors_per_second),
        (units.frequency, interface.receive_drops_per_second),
        (units.frequency, interface.transmit_drops_per_second),
    )
    words = "yes" if interface.physical else "no: another one counts its packets"
    return [
        _counted(words),
        *(_figure(write(value), why) for write, value in figures),
    ]


def _counted(words: str) -> Element:
    return h("td", words.partition(":")[0], title=words)


def _figure(text: str, why: str) -> Element:
    return number_cell(text, why if text == units.UNKNOWN else None)
