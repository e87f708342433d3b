# SPDX-License-Identifier: Apache-2.0
"""What the chart of a VM shows: its panels from top to bottom, and the columns of its table.

The panels of disks and interfaces show all of them together, or the one that is chosen. Of one more is known.
"""

from dashboard.charts.panel import (
    THICK_PIXELS,
    Panel,
    Series,
    TableColumn,
    before_columns,
    drawn_columns,
    line_columns,
)

CPU = Panel(
    key="cpu",
    title="CPU",
    unit="ratio",
    height_pixels=150,
    maximum=1.0,
    series=(
        Series("cpu_ratio", "in use", "blue", "area", explanation="of the VM's vCPUs"),
        Series(
            "steal_ratio",
            "steal",
            "vermilion",
            width_pixels=THICK_PIXELS,
            explanation="its vCPUs were ready to run and waited for a CPU of the host",
        ),
    ),
)
MEMORY = Panel(
    key="memory",
    title="Memory",
    unit="bytes",
    height_pixels=130,
    capacity_columns=("memory_maximum_bytes", "memory_assigned_bytes", "memory_resident_bytes"),
    series=(
        Series("memory_used_bytes", "used inside", "blue", "area", explanation="as the guest reports it"),
        Series(
            "memory_resident_bytes",
            "resident",
            "orange",
            width_pixels=THICK_PIXELS,
            explanation="memory of the host that the VM occupies",
        ),
        Series("memory_assigned_bytes", "assigned", "text", explanation="what it may use now (balloon)"),
    ),
)
MEMORY_AGE = Panel(
    key="memory_age",
    title="Age of “used inside”",
    unit="seconds",
    height_pixels=44,
    floor=10.0,
    is_optional=True,
    series=(
        Series(
            "memory_age_seconds",
            "since the guest's report",
            "purple",
            explanation="at the time of the sample",
        ),
    ),
)
DISK_TRAFFIC = Panel(
    key="disk_traffic",
    title="Disk traffic",
    unit="bytes_per_second",
    height_pixels=100,
    floor=65_536.0,
    series=(
        Series("disk_read_bytes_per_second", "read", "blue", explanation="by the guest"),
        Series("disk_write_bytes_per_second", "write", "orange", width_pixels=THICK_PIXELS),
    ),
)
DISK_REQUESTS = Panel(
    key="disk_requests",
    title="Disk requests",
    unit="per_second",
    height_pixels=72,
    floor=10.0,
    series=(
        Series("disk_read_requests_per_second", "read", "blue"),
        Series("disk_write_requests_per_second", "write", "orange", width_pixels=THICK_PIXELS),
        Series("disk_flush_requests_per_second", "flush", "green"),
    ),
)
DISK_LATENCY = Panel(
    key="disk_latency",
    title="Disk latency",
    unit="seconds",
    height_pixels=90,
    floor=0.001,
    series=(
        Series("disk_latency_seconds", "per request", "vermilion", explanation="mean of reads and writes"),
        Series("disk_read_latency_seconds", "read", "blue", explanation="mean time of a read"),
        Series("disk_write_latency_seconds", "write", "orange", width_pixels=THICK_PIXELS),
        Series("disk_flush_latency_seconds", "flush", "green"),
    ),
)
DISK_SIZE = Panel(
    key="disk_size",
    title="Disk size",
    unit="bytes",
    height_pixels=60,
    capacity_columns=("disk_capacity_bytes", "disk_physical_bytes"),
    is_optional=True,
    series=(
        Series("disk_physical_bytes", "taken on the host", "blue", "area"),
        Series("disk_capacity_bytes", "size in the guest", "text"),
    ),
)
NETWORK = Panel(
    key="network",
    title="Network",
    unit="bits_per_second",
    height_pixels=100,
    floor=1250.0,
    series=(
        Series("network_receive_bytes_per_second", "received", "blue", explanation="by the guest"),
        Series("network_transmit_bytes_per_second", "sent", "orange", width_pixels=THICK_PIXELS),
    ),
)
PACKETS = Panel(
    key="packets",
    title="Packets",
    unit="per_second",
    height_pixels=72,
    floor=10.0,
    is_optional=True,
    series=(
        Series("network_receive_packets_per_second", "received", "blue"),
        Series("network_transmit_packets_per_second", "sent", "orange", width_pixels=THICK_PIXELS),
        Series("network_drops_per_second", "dropped", "vermilion", explanation="in both directions"),
        Series("network_errors_per_second", "errors", "purple", explanation="in both directions"),
    ),
)

PANELS = (
    CPU,
    MEMORY,
    MEMORY_AGE,
    DISK_TRAFFIC,
    DISK_REQUESTS,
    DISK_LATENCY,
    DISK_SIZE,
    NETWORK,
    PACKETS,
)
DISK_PANELS = (DISK_TRAFFIC, DISK_REQUESTS, DISK_LATENCY, DISK_SIZE)
INTERFACE_PANELS = (NETWORK, PACKETS)
TABLE = (
    TableColumn("CPU", "cpu_ratio", "ratio"),
    TableColumn("Steal", "steal_ratio", "ratio"),
    TableColumn("Assigned", "memory_assigned_bytes", "bytes"),
    TableColumn("Used inside", "memory_used_bytes", "bytes"),
    TableColumn("Its age", "memory_age_seconds", "seconds"),
    TableColumn("Resident", "memory_resident_bytes", "bytes"),
    TableColumn("Disk read", "disk_read_bytes_per_second", "bytes_per_second"),
    TableColumn("Disk write", "disk_write_bytes_per_second", "bytes_per_second"),
    TableColumn("Reads", "disk_read_requests_per_second", "per_second"),
    TableColumn("Writes", "disk_write_requests_per_second", "per_second"),
    TableColumn("Latency", "disk_latency_seconds", "seconds"),
    TableColumn("Read latency", "disk_read_latency_seconds", "seconds"),
    TableColumn("Write latency", "disk_write_latency_seconds", "seconds"),
    TableColumn("Received", "network_receive_bytes_per_second", "bits_per_second"),
    TableColumn("Sent", "network_transmit_bytes_per_second", "bits_per_second"),
)
LINE_COLUMNS = line_columns(PANELS, TABLE)
DRAWN_COLUMNS = (*drawn_columns(PANELS, TABLE), *before_columns(LINE_COLUMNS))
