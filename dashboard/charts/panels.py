# SPDX-License-Identifier: Apache-2.0
"""What the host page draws, as data: panels from top to bottom and the series in each."""

from typing import Literal, NamedTuple

Unit = Literal["ratio", "bytes", "bytes_per_second", "bits_per_second", "seconds", "celsius"]
Drawing = Literal["stack", "area", "line"]

# Two lines of a panel differ in width as well as in colour. Dashes would look like gaps.
LINE_PIXELS = 1.3
THICK_PIXELS = 2.4


class Series(NamedTuple):
    """One curve. ``column`` names it in the rows and in the browser."""

    column: str
    words: str
    colour: str
    drawing: Drawing = "line"
    width_pixels: float = LINE_PIXELS
    dash: Literal["solid", "dot"] = "solid"
    is_hidden: bool = False
    explanation: str = ""


class Panel(NamedTuple):
    """One band of the chart with its own vertical axis. ``maximum`` fixes the axis where it is known."""

    key: str
    title: str
    unit: Unit
    height_pixels: int
    series: tuple[Series, ...]
    maximum: float | None = None
    floor: float = 0.0
    is_optional: bool = False


CPU = Panel(
    key="cpu",
    title="CPU",
    unit="ratio",
    height_pixels=150,
    maximum=1.0,
    series=(
        Series("cpu_guest_ratio", "VMs", "blue", "stack", explanation="KVM only; emulated VMs count as user"),
        Series("cpu_user_ratio", "user", "sky", "stack", explanation="user and nice, without the VMs"),
        Series("cpu_system_ratio", "system", "green", "stack", explanation="kernel on behalf of processes"),
        Series("cpu_interrupt_ratio", "interrupt", "purple", "stack", explanation="irq and softirq"),
        Series("cpu_steal_ratio", "steal", "vermilion", "stack", explanation="taken by a hypervisor below"),
        Series("cpu_iowait_ratio", "I/O wait", "yellow", "stack", explanation="idle with I/O outstanding"),
        Series("cpu_busy_ratio", "busy", "text", explanation="all of it without idle and I/O wait"),
    ),
)
MEMORY = Panel(
    key="memory",
    title="Memory",
    unit="bytes",
    height_pixels=130,
    series=(
        Series("memory_used_bytes", "used", "blue", "area", explanation="total minus MemAvailable"),
        Series(
            "memory_available_bytes",
            "available",
            "green",
            width_pixels=THICK_PIXELS,
            explanation="MemAvailable of /proc/meminfo",
        ),
        Series("swap_used_bytes", "swap used", "vermilion"),
        Series(
            "memory_legacy_bytes",
            "used, 2011 formula",
            "purple",
            dash="dot",
            is_hidden=True,
            explanation="counts reclaimable caches as used",
        ),
    ),
)
DISK_TRAFFIC = Panel(
    key="disk",
    title="Disk traffic",
    unit="bytes_per_second",
    height_pixels=100,
    floor=65_536.0,
    series=(
        Series(
            "disk_read_bytes_per_second", "read", "blue", explanation="all leaf devices of /proc/diskstats"
        ),
        Series("disk_write_bytes_per_second", "write", "orange", width_pixels=THICK_PIXELS),
    ),
)
DISK_BUSY = Panel(
    key="disk_busy",
    title="Disk busy",
    unit="ratio",
    height_pixels=72,
    maximum=1.0,
    series=(
        Series("disk_busy_ratio", "busiest disk", "purple", "area", explanation="time with I/O in flight"),
    ),
)
DISK_LATENCY = Panel(
    key="disk_latency",
    title="Disk latency",
    unit="seconds",
    height_pixels=72,
    floor=0.001,
    series=(
        Series("disk_latency_seconds", "per request", "vermilion", explanation="mean of finished requests"),
    ),
)
NETWORK = Panel(
    key="network",
    title="Network",
    unit="bits_per_second",
    height_pixels=100,
    floor=1250.0,
    series=(
        Series("network_receive_bytes_per_second", "received", "blue", explanation="all physical interfaces"),
        Series("network_transmit_bytes_per_second", "sent", "orange", width_pixels=THICK_PIXELS),
    ),
)
PRESSURE = Panel(
    key="pressure",
    title="Pressure",
    unit="ratio",
    height_pixels=100,
    floor=0.04,
    series=(
        Series("pressure_cpu_some_ratio", "CPU some", "blue", explanation="some tasks waited (kernel PSI)"),
        Series("pressure_memory_some_ratio", "memory some", "green"),
        Series("pressure_memory_full_ratio", "memory full", "green", width_pixels=THICK_PIXELS),
        Series("pressure_io_some_ratio", "I/O some", "orange"),
        Series("pressure_io_full_ratio", "I/O full", "orange", width_pixels=THICK_PIXELS),
    ),
)
TEMPERATURE = Panel(
    key="temperature",
    title="Temperature",
    unit="celsius",
    height_pixels=72,
    floor=40.0,
    is_optional=True,
    series=(
        Series("cpu_temperature_celsius", "CPU", "vermilion"),
        Series("board_temperature_celsius", "board", "sky", width_pixels=THICK_PIXELS),
    ),
)

PANELS = (CPU, MEMORY, DISK_TRAFFIC, DISK_BUSY, DISK_LATENCY, NETWORK, PRESSURE, TEMPERATURE)
SERIES = frozenset(series.column for panel in PANELS for series in panel.series)
HIDDEN_AT_FIRST = frozenset(series.column for panel in PANELS for series in panel.series if series.is_hidden)
