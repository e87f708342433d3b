# SPDX-License-Identifier: Apache-2.0
"""The devices of a host one by one."""

from datetime import datetime, timedelta
from typing import Any

from dashboard.history.wanted_range import WantedRange
from dashboard.pages.host.devices.queries import CollectorsThen, HostDisk, HostFilesystem, HostInterface
from dashboard.pages.host.devices.reading import DevicesKey, read_devices
from dashboard.pages.host.devices.tables import NO_RATE, device_parts
from dashboard.parts.markup import Element, texts
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.row_database import host_database
from tests.unit.dashboard.rows import GIB, NOW

LIVE = WantedRange("now-1h", "now", "UTC")
PAST = WantedRange("now-2h", "now-1h", "UTC")
HOSTILE = "<b>sda\u202e" + "x" * 100


def disk(device: str = "sda", time: datetime = NOW, **changes: Any) -> HostDisk:
    """Return a disk that is read and not written."""
    values: dict[str, Any] = dict.fromkeys(HostDisk._fields)
    values |= {"time": time, "device": device, "leaf": True, "in_flight_count": 2, "queue_count": 0.25}
    values |= {"read_bytes_per_second": 1024.0**2, "write_bytes_per_second": 0.0, "busy_ratio": 0.5}
    values |= {"read_requests_per_second": 40.0, "write_requests_per_second": 0.0}
    return HostDisk(**(values | {"read_latency_seconds": 0.002} | changes))


def interface(device: str = "eth0", **changes: Any) -> HostInterface:
    """Return an interface with figures."""
    values: dict[str, Any] = dict.fromkeys(HostInterface._fields, 125_000.0)
    return HostInterface(**(values | {"time": NOW, "device": device, "physical": True} | changes))


def parts(wanted: WantedRange = LIVE, **rows: list[Any]) -> dict[str, Element]:
    """Return the tables of rows."""
    return device_parts(read_devices(host_database(**rows), DevicesKey(7, wanted, None), NOW))


def test_a_file_system_shows_how_full_it_is() -> None:
    """What is not available to users is used; one that does not answer is n/a, with the reason."""
    rows = [HostFilesystem(NOW, "/", 100 * GIB, 5 * GIB), HostFilesystem(NOW, "/nfs", None, None)]
    table = parts(host_filesystems=rows)["filesystems"]
    assert "/ 95\u00a0% 5\u00a0GiB 100\u00a0GiB" in texts(table)
    assert "/nfs n/a n/a n/a" in texts(table)
    assert "it did not answer" == find(table, "td", "missing")[0][1]["title"]


def test_a_disk_without_writes_has_no_latency_of_them() -> None:
    """That is no missing figure."""
    table = parts(host_disks=[disk(name="vg-root")])["disks"]
    words = (
        "sda vg-root yes 1\u00a0MiB/s 0\u00a0B/s 40\u00a0/s 0\u00a0/s 2\u00a0ms no writes 50\u00a0% 0.25 2"
    )
    assert words in texts(table)
    assert [] == find(table, "td", "missing")


def test_a_figure_that_is_missing_has_a_reason() -> None:
    """That of its collector at that time, or what usually is one."""
    rows = [disk(busy_ratio=None)]
    (cell,) = find(parts(host_disks=rows)["disks"], "td", "missing")
    assert NO_RATE == cell[1]["title"]
    said = [CollectorsThen(NOW, [{"name": "disks", "outcome": "ok", "reason": "sda: a counter fell <i>"}])]
    table = parts(host_disks=rows, host_collectors=said)["disks"]
    (cell,) = find(table, "td", "missing")
    assert "sda: a counter fell <i>" == cell[1]["title"]
    assert "What its collector says: sda: a counter fell <i>" in texts(table)


def test_hostile_names_are_text() -> None:
    """No control characters, no more letters than a column bears, the whole in its title."""
    for part, rows in (
        ("disks", {"host_disks": [disk(HOSTILE, name=HOSTILE)]}),
        ("interfaces", {"host_interfaces": [interface(HOSTILE)]}),
        ("filesystems", {"host_filesystems": [HostFilesystem(NOW, HOSTILE, 1, 1)]}),
    ):
        table = parts(**rows)[part]
        assert "<b>sda\ufffdxxx" in texts(table)
        assert "\u202e" not in str(table)
        assert "x" * 64 not in texts(table)


def test_an_interface_has_errors_and_drops_in_each_direction() -> None:
    """And says where another one counts its packets."""
    table = parts(
        host_interfaces=[interface("bond0", physical=False, transmit_drops_per_second=7.0)],
    )["interfaces"]
    assert "bond0 no 1\u00a0Mbit/s 1\u00a0Mbit/s" in texts(table)
    assert texts(table).endswith("7\u00a0/s")


def test_a_device_that_went_says_when() -> None:
    """It was there within the hour, and later samples do not have it."""
    rows = [disk("sda"), disk("sdb", NOW - timedelta(minutes=10))]
    (note,) = find(parts(host_disks=rows)["disks"], "span", "cell-note")
    assert "gone, last seen" in texts(note)


def test_a_past_range_says_of_when_it_is() -> None:
    """It shows its end, and not the present."""
    assert "Now, at the newest sample" in texts(parts(host_disks=[disk()])["disks"])
    past = read_devices(host_database(host_disks=[disk()]), DevicesKey(7, PAST, None), NOW)
    assert NOW - timedelta(hours=1) == past.end
    assert "At the last sample of this range" in texts(device_parts(past)["disks"])
    silent = NOW - timedelta(minutes=40)
    assert silent < read_devices(host_database(), DevicesKey(7, LIVE, silent), NOW).end < NOW


def test_no_devices_are_words() -> None:
    """An empty table is a sentence, with what the collector says."""
    assert "No disk was sampled in the last hour of this range." == texts(parts()["disks"])


def test_a_long_list_ends() -> None:
    """And says so."""
    rows = [disk(f"sd{number:03}") for number in range(65)]
    table = parts(host_disks=rows)["disks"]
    assert "More are not listed." in texts(table)
    assert 64 == len(find(table, "td", "number")) / 9
