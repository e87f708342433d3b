# SPDX-License-Identifier: Apache-2.0
"""What the chart of an alert shows, of a host or of a VM: the figures that most rules are about."""

from dashboard.charts.panel import THICK_PIXELS, Panel, Series, TableColumn, drawn_columns

PANELS = (
    Panel(
        key="cpu",
        title="CPU",
        unit="ratio",
        height_pixels=120,
        maximum=1.0,
        series=(
            Series("cpu_ratio", "busy", "blue", "area", explanation="of all CPUs of a host, of a VM's vCPUs"),
            Series(
                "steal_ratio",
                "steal",
                "vermilion",
                width_pixels=THICK_PIXELS,
                explanation="waited for a CPU that another one had",
            ),
        ),
    ),
    Panel(
        key="memory",
        title="Memory",
        unit="ratio",
        height_pixels=90,
        maximum=1.0,
        series=(Series("memory_ratio", "used", "green", "area", explanation="of what there is"),),
    ),
    Panel(
        key="latency",
        title="Disk latency",
        unit="seconds",
        height_pixels=90,
        floor=0.001,
        series=(Series("latency_seconds", "a request", "purple"),),
    ),
    Panel(
        key="pressure",
        title="Pressure",
        unit="ratio",
        height_pixels=90,
        floor=0.01,
        is_optional=True,
        series=(
            Series("cpu_pressure_ratio", "CPU, some", "blue"),
            Series("memory_pressure_ratio", "memory, full", "green", width_pixels=THICK_PIXELS),
            Series("io_pressure_ratio", "I/O, full", "vermilion"),
        ),
    ),
)
TABLE = (
    TableColumn("CPU busy", "cpu_ratio", "ratio"),
    TableColumn("steal", "steal_ratio", "ratio"),
    TableColumn("memory used", "memory_ratio", "ratio"),
    TableColumn("disk latency", "latency_seconds", "seconds"),
)
DRAWN_COLUMNS = drawn_columns(PANELS, TABLE)
