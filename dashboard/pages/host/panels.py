# SPDX-License-Identifier: Apache-2.0
"""What the chart of a host shows: its panels from top to bottom, and the columns of its table."""

from dashboard.charts.columns import Columns, Numbers
from dashboard.charts.panel import (
    THICK_PIXELS,
    Panel,
    Series,
    TableColumn,
    before_columns,
    drawn_columns,
    line_columns,
)
from dashboard.pages.host.stack_figures import STACK_PANELS, STACK_TABLE

CPU = Panel(
    key="cpu",
    title="CPU",
    unit="ratio",
    height_pixels=150,
    maximum=1.0,
    ground_column="cpu_busy_ratio",
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
    capacity_columns=("memory_total_bytes", "swap_used_bytes"),
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

# Of the stacks of VMs the address names one: the others have no rows.
PANELS = (
    CPU,
    *STACK_PANELS.values(),
    MEMORY,
    DISK_TRAFFIC,
    DISK_BUSY,
    DISK_LATENCY,
    NETWORK,
    PRESSURE,
    TEMPERATURE,
)
TABLE = (
    TableColumn("CPU busy", "cpu_busy_ratio", "ratio"),
    TableColumn("VMs", "cpu_guest_ratio", "ratio"),
    TableColumn("I/O wait", "cpu_iowait_ratio", "ratio"),
    TableColumn("Memory used", "memory_used_ratio", "ratio"),
    TableColumn("Available", "memory_available_bytes", "bytes"),
    TableColumn("Swap", "swap_used_bytes", "bytes"),
    TableColumn("Disk read", "disk_read_bytes_per_second", "bytes_per_second"),
    TableColumn("Disk write", "disk_write_bytes_per_second", "bytes_per_second"),
    TableColumn("Disk busy", "disk_busy_ratio", "ratio"),
    TableColumn("Latency", "disk_latency_seconds", "seconds"),
    TableColumn("Received", "network_receive_bytes_per_second", "bits_per_second"),
    TableColumn("Sent", "network_transmit_bytes_per_second", "bits_per_second"),
    TableColumn("CPU pressure", "pressure_cpu_some_ratio", "ratio"),
    TableColumn("I/O pressure", "pressure_io_some_ratio", "ratio"),
    TableColumn("CPU temp.", "cpu_temperature_celsius", "celsius"),
    *STACK_TABLE,
)
LINE_COLUMNS = line_columns(PANELS, TABLE)
DRAWN_COLUMNS = (*drawn_columns(PANELS, TABLE), *before_columns(LINE_COLUMNS))


def with_derived(columns: Columns) -> dict[str, Numbers]:
    """Return the columns with the ones that panels need and rows do not carry."""
    total = columns["memory_total_bytes"]
    of_memory = {
        name.replace("_ratio", "_bytes"): column * total
        for name, column in columns.items()
        if name.startswith("memory_used_ratio")
    }
    return {**columns, **of_memory, "memory_legacy_bytes": columns["memory_used_legacy_ratio"] * total}
