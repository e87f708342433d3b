# SPDX-License-Identifier: Apache-2.0
"""How much the page of a VM sends: bytes of what travels, compressed as the dashboard compresses."""

import random
from datetime import datetime, timedelta

from dashboard.charts.contract import ChartView
from dashboard.pages.vm.feed import VmFeed
from dashboard.pages.vm.queries import DiskPoint, InterfacePoint, VmNeighbour, VmPoint
from tests.unit.dashboard.answer_bytes import sent_bytes
from tests.unit.dashboard.row_database import holding, showing
from tests.unit.dashboard.rows import NOW
from tests.unit.dashboard.vm_rows import UUID, ask_vm, disk, vm_database, vm_now

BUCKET_SECONDS = 300
BUCKET_COUNT = 24 * 12
NEIGHBOUR_COUNT = 50
TICK_CEILING_BYTES = 10_000
WHOLE_CEILING_BYTES = 300_000


def lively(chance: random.Random, row_type: type[VmPoint | DiskPoint | InterfacePoint], at: float) -> object:
    """Return averages of a bucket in which every figure is known, and no two are alike."""
    fields = {name: 1e7 * chance.random() for name in row_type._fields}
    return row_type(**(fields | {"time_seconds": at}))


def lively_neighbours(chance: random.Random) -> list[VmNeighbour]:
    """Return the other VMs of a host, with new figures."""
    return [
        VmNeighbour(
            f"00000000-0000-4000-8000-{number:012x}",
            f"machine-{number:02}",
            2 * chance.random(),
            chance.random(),
            chance.random() / 10,
            NEIGHBOUR_COUNT,
        )
        for number in range(NEIGHBOUR_COUNT)
    ]


def test_a_live_tick_of_a_day_is_small() -> None:
    """A bucket later the last one has changed and one is new. So are the figures of all around."""
    chance = random.Random(22)  # noqa: S311 - no secret
    now = NOW
    start = NOW.timestamp() - BUCKET_SECONDS * BUCKET_COUNT
    kinds = {"vm_samples": VmPoint, "vm_disk": DiskPoint, "vm_interface": InterfacePoint}
    rows = {
        f"{name}_rollup": [
            lively(chance, kind, start + BUCKET_SECONDS * index) for index in range(BUCKET_COUNT)
        ]
        for name, kind in kinds.items()
    }
    database = vm_database(**rows, vm_disks=[disk("vda", 1)], vm_neighbours=lively_neighbours(chance))

    def clock() -> datetime:
        return now

    feed = VmFeed(database, keep_seconds=0.0, now=clock)
    view = ChartView(width_pixels=1400)
    first = feed.answer(ask_vm(search="?from=now-24h&to=now"), view)
    assert sent_bytes("vm", first) < WHOLE_CEILING_BYTES
    now += timedelta(seconds=BUCKET_SECONDS)
    for name, kind in kinds.items():
        points = rows[f"{name}_rollup"]
        points[-1] = lively(chance, kind, now.timestamp() - 2 * BUCKET_SECONDS)
        points.append(lively(chance, kind, now.timestamp() - BUCKET_SECONDS))
        database.rows[f"{name}_rollup"] = points[-BUCKET_COUNT:]
    database.rows["vm_neighbours"] = lively_neighbours(chance)
    database.rows["vm_now"] = [vm_now(sampled_at=now, cpu_ratio=chance.random(), uuid=UUID)]
    feed._surroundings._entries.clear()
    request = ask_vm(2, search="?from=now-24h&to=now", seen=holding(first.update))
    answer = feed.answer(request, showing(first.chart, view))
    assert answer.chart is not None
    assert answer.chart.rows is not None
    assert BUCKET_COUNT - 2 == answer.chart.rows.kept_count
    assert "neighbours" in answer.update.parts
    assert sent_bytes("vm", answer) <= TICK_CEILING_BYTES
