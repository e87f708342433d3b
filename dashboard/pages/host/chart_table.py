# SPDX-License-Identifier: Apache-2.0
"""The chart as a table, for those who read with a screen reader or want the numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dashboard import units
from dashboard.pages.host.queries import HostPoint
from dashboard.parts.markup import Element, h
from dashboard.timerange import Level

ROW_COUNT = 120


def chart_table(points: Sequence[HostPoint], level: Level) -> Element:
    """Return the newest rows of the range, newest first, and how many there are in all."""
    shown = points[: -ROW_COUNT - 1 : -1]
    heads = (
        "Time", "CPU busy", "VMs", "I/O wait", "Memory used", "Available", "Swap", "Disk read", "Disk write",
        "Disk busy", "Latency", "Received", "Sent", "CPU pressure", "I/O pressure", "CPU temp.",
    )  # fmt: skip
    return h(
        "table",
        h("caption", f"The newest {len(shown)} of {len(points)} rows: {level.words}"),
        h(
            "thead",
            h(
                "tr",
                *(h("th", head, scope="col", class_="number" if head != "Time" else None) for head in heads),
            ),
        ),
        h("tbody", *(_row(point) for point in shown)),
        class_="table",
    )


def _row(point: HostPoint) -> Element:
    instant = datetime.fromtimestamp(point.time_seconds, UTC).isoformat()
    cells = (
        units.percent(point.cpu_busy_ratio),
        units.percent(point.cpu_guest_ratio),
        units.percent(point.cpu_iowait_ratio),
        units.percent(point.memory_used_ratio),
        units.data_size(point.memory_available_bytes),
        units.data_size(point.swap_used_bytes),
        units.data_rate(point.disk_read_bytes_per_second),
        units.data_rate(point.disk_write_bytes_per_second),
        units.percent(point.disk_busy_ratio),
        units.latency(point.disk_latency_seconds),
        units.network_rate(point.network_receive_bytes_per_second),
        units.network_rate(point.network_transmit_bytes_per_second),
        units.percent(point.pressure_cpu_some_ratio),
        units.percent(point.pressure_io_some_ratio),
        units.celsius(point.cpu_temperature_celsius),
    )
    return h(
        "tr",
        h("th", h("time", "", class_="clock", datetime=instant), scope="row"),
        *(h("td", cell, class_="number missing" if cell == units.UNKNOWN else "number") for cell in cells),
    )
