# SPDX-License-Identifier: Apache-2.0
"""How much the page of a host sends: bytes of what travels, compressed as the dashboard compresses."""

import random
from datetime import timedelta
from typing import Any

import pytest

from dashboard.charts.contract import ChartView
from dashboard.pages.host.devices.queries import HostDisk, HostFilesystem, HostInterface
from dashboard.pages.host.feed import HostFeed
from dashboard.pages.host.queries import HostDomain, HostPoint
from dashboard.pages.host.stack import ResidentCount, StackCurve
from dashboard.pages.host.stack_figures import ALL_PLACE, TOP_COUNT
from dashboard.queries import HostEvent
from tests.unit.dashboard.answer_bytes import sent_bytes
from tests.unit.dashboard.pages.host.test_devices import disk, interface
from tests.unit.dashboard.row_database import VIEW, ask, holding, host_database, showing
from tests.unit.dashboard.rows import GIB, NOW, host_domain, host_now

DAY = "?from=now-24h&to=now"
BUCKET_SECONDS = 300
BUCKET_COUNT = 24 * 12
# In buckets before now: what a spool held back lies between them.
LATE_FROM, LATE_TO = 12, 6
DOMAIN_COUNT = 20
DISK_COUNT = 12
INTERFACE_COUNT = 4
TICK_CEILING_BYTES = 10_000
WHOLE_CEILING_BYTES = 300_000


def lively_point(chance: random.Random, time_seconds: float) -> HostPoint:
    """Return averages of a bucket in which every figure is known, and no two are alike."""
    fields: dict[str, float] = {name: chance.random() for name in HostPoint._fields}
    fields |= {name: 1e7 * chance.random() for name in HostPoint._fields if name.endswith("_per_second")}
    known = {"time_seconds": time_seconds, "interval_seconds": 10.0, "interval_seconds_max": 10.0}
    memory = {"memory_total_bytes": 64.0 * GIB, "memory_available_bytes": GIB * chance.uniform(20, 40)}
    return HostPoint(**(fields | known | memory))


def lively_domain(chance: random.Random, number: int) -> HostDomain:
    """Return a VM whose figures are new."""
    return host_domain(
        f"machine-{number:02}",
        uuid=f"00000000-0000-4000-8000-{number:012x}",
        cpu_ratio=chance.random(),
        cpu_cores=2 * chance.random(),
        vcpu_count=2,
        steal_ratio=chance.random() / 10,
        memory_assigned_bytes=4 * GIB,
        memory_used_bytes=chance.randrange(GIB, 3 * GIB),
        memory_resident_bytes=chance.randrange(GIB, 4 * GIB),
        memory_age_seconds=2.0,
        block_read_bytes_per_second=1e7 * chance.random(),
        block_write_bytes_per_second=1e7 * chance.random(),
        network_receive_bytes_per_second=1e7 * chance.random(),
        network_transmit_bytes_per_second=1e7 * chance.random(),
    )


def lively_devices(chance: random.Random) -> dict[str, list[Any]]:
    """Return the rows of devices whose figures are new, by their questions."""
    disks: dict[str, dict[str, Any]] = {
        f"sd{number}": {name: 100 * chance.random() for name in HostDisk._fields if "_per_second" in name}
        for number in range(DISK_COUNT)
    }
    interfaces: dict[str, dict[str, Any]] = {
        f"eth{number}": {name: 1e7 * chance.random() for name in HostInterface._fields if "bytes" in name}
        for number in range(INTERFACE_COUNT)
    }
    filesystem = HostFilesystem(NOW, "/", 100 * GIB, chance.randrange(GIB, 90 * GIB))
    return {
        "host_disks": [
            disk(device, NOW, busy_ratio=chance.random(), **rates) for device, rates in disks.items()
        ],
        "host_interfaces": [interface(device, **rates) for device, rates in interfaces.items()],
        "host_filesystems": [filesystem],
    }


def lively_stack(
    chance: random.Random, points: list[HostPoint], before: list[StackCurve]
) -> list[StackCurve]:
    """Return the curves of ten VMs, the others and all; the last two buckets are new, and all means."""
    times = [point.time_seconds for point in points]
    old = {curve.place: dict(zip(curve.times_seconds, curve.amounts, strict=True)) for curve in before}
    return [
        StackCurve(
            place=place,
            domain_id=place if place <= TOP_COUNT else None,
            uuid=f"00000000-0000-4000-8000-{place:012x}" if place <= TOP_COUNT else None,
            name=f"machine-{place:02}" if place <= TOP_COUNT else None,
            domain_count=1 if place <= TOP_COUNT else DOMAIN_COUNT,
            mean=chance.random(),
            greatest=chance.random(),
            steal_ratio=chance.random(),
            sufferer_uuid=f"00000000-0000-4000-8000-{1:012x}",
            sufferer_name="machine-01",
            sufferer_steal_ratio=chance.random(),
            times_seconds=times,
            amounts=[
                *(old.get(place, {}).get(each, chance.random()) for each in times[:-2]),
                chance.random(),
                chance.random(),
            ],
        )
        for place in range(1, ALL_PLACE + 1)
    ]


@pytest.mark.parametrize("before", ["", "&vs=-1d"])
def test_a_live_tick_of_a_day_with_twenty_vms_is_small(before: str) -> None:
    """A bucket later the last bucket has changed, one is new, and so are the figures of VMs and devices.

    Beside the day before it is the same: the values of that time are in the new bucket.
    """
    chance = random.Random(20)  # noqa: S311 - no secret
    now = NOW
    count = 2 * BUCKET_COUNT + 4 if before else BUCKET_COUNT
    start = NOW.timestamp() - BUCKET_SECONDS * count
    points = [lively_point(chance, start + BUCKET_SECONDS * index) for index in range(count)]
    events = [
        HostEvent(
            NOW - timedelta(hours=hour), "domain_started", f"machine-{hour:02}", "booted", 20, "hv1", None
        )
        for hour in range(1, DOMAIN_COUNT + 1)
    ]
    database = host_database(host_samples_rollup=points, host_events=events)
    database.rows["host_domains"] = [lively_domain(chance, number) for number in range(DOMAIN_COUNT)]
    database.rows.update(lively_devices(chance))
    database.rows["host_resident_count"] = [ResidentCount(DOMAIN_COUNT)]
    database.rows["host_stack_rollup"] = lively_stack(chance, points, [])
    feed = HostFeed(database, keep_seconds=0.0, now=lambda: now)
    view = ChartView(width_pixels=1400)
    first = feed.answer(ask(search=DAY + before), view)
    assert sent_bytes("host", first) < WHOLE_CEILING_BYTES
    seen, view = holding(first.update), showing(first.chart, view)
    sizes = []
    for number in range(2, 7):
        now += timedelta(seconds=BUCKET_SECONDS)
        points[-1] = lively_point(chance, points[-1].time_seconds)
        points.append(lively_point(chance, points[-1].time_seconds + BUCKET_SECONDS))
        database.rows["host_samples_rollup"] = points[-count:]
        curves = database.rows["host_stack_rollup"]
        database.rows["host_stack_rollup"] = lively_stack(chance, points[-count:], curves)
        database.rows["host_domains"] = [lively_domain(chance, each) for each in range(DOMAIN_COUNT)]
        database.rows.update(lively_devices(chance))
        feed._devices._entries.clear()
        database.rows["host_now"] = [host_now(sampled_at=now, cpu_count=16, load_1m=chance.random())]
        answer = feed.answer(ask(number, search=DAY + before, seen=seen), view)
        assert answer.chart is not None
        assert answer.chart.rows is not None
        # With the day before, the buckets at the edge of the range are rows too.
        assert answer.chart.rows.kept_count == BUCKET_COUNT - (0 if before else 2)
        assert bool(before) == ("cpu_busy_ratio_before" in answer.chart.rows.columns)
        sizes.append(sent_bytes("host", answer))
        seen, view = holding(answer.update, seen), showing(answer.chart, view)
    assert max(sizes) <= TICK_CEILING_BYTES, sizes


def test_late_samples_send_what_lies_behind_them() -> None:
    """What a spool held back for an hour costs that hour, and not the day."""
    chance = random.Random(21)  # noqa: S311 - no secret
    start = NOW.timestamp() - BUCKET_SECONDS * BUCKET_COUNT
    points = [lively_point(chance, start + BUCKET_SECONDS * index) for index in range(BUCKET_COUNT)]
    database = host_database(host_samples_rollup=[*points[:-LATE_FROM], *points[-LATE_TO:]])
    feed = HostFeed(database, keep_seconds=0.0, now=lambda: NOW)
    first = feed.answer(ask(search=DAY), VIEW)
    database.rows["host_samples_rollup"] = points
    feed._charts._entries.clear()
    second = feed.answer(ask(2, search=DAY), showing(first.chart))
    assert second.chart is not None
    assert second.chart.rows is not None
    assert BUCKET_COUNT - LATE_FROM == second.chart.rows.kept_count
    assert sent_bytes("host", second) < sent_bytes("host", first) / 8
