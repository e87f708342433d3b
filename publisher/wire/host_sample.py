# SPDX-License-Identifier: Apache-2.0
"""All figures of a host, declared once (docs/decisions/0036)."""

from typing import Annotated

from publisher.wire.field_types import Name, Real, Uptime
from publisher.wire.figures import Figure
from publisher.wire.host_processor import HostProcessorFigures


class HostSample(HostProcessorFigures, frozen=True, kw_only=True, omit_defaults=True):
    """One host at one tick: memory, CPUs, and the rest here.

    Sums of disks and network interfaces, temperatures, times.
    """

    uptime_seconds: Annotated[
        Uptime | None,
        Figure("seconds", "gauge", "since boot", source="`/proc/uptime`", formula="first number"),
    ] = None
    interval_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "what the rates of this sample cover",
            source="CLOCK_MONOTONIC",
            formula="time since the sample before; null where rates are",
        ),
    ] = None
    disk_read_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all leaf disks",
            source="`/proc/diskstats`",
            formula="sum over leaf devices; null where that of one is not known",
        ),
    ] = None
    disk_write_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all leaf disks",
            source="`/proc/diskstats`",
            formula="sum over leaf devices; null where that of one is not known",
        ),
    ] = None
    disk_read_requests_per_second: Annotated[
        Real | None,
        Figure(
            "requests per second",
            "rate",
            "all leaf disks",
            source="`/proc/diskstats`",
            formula="sum over leaf devices; null where that of one is not known",
        ),
    ] = None
    disk_write_requests_per_second: Annotated[
        Real | None,
        Figure(
            "requests per second",
            "rate",
            "all leaf disks",
            source="`/proc/diskstats`",
            formula="sum over leaf devices; null where that of one is not known",
        ),
    ] = None
    disk_busy_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "the busiest leaf disk",
            source="`/proc/diskstats`",
            formula="of the busiest leaf device; null where that of one is not known",
        ),
    ] = None
    disk_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a request on leaf disks",
            source="`/proc/diskstats`",
            formula="time of all requests of leaf devices / their number; null without requests, "
            "and where those of one are not known",
            histogram=True,
        ),
    ] = None
    network_receive_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all physical interfaces",
            source="`/proc/net/dev`",
            formula="sum over physical interfaces; null where that of one is not known",
            histogram=True,
        ),
    ] = None
    network_transmit_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all physical interfaces",
            source="`/proc/net/dev`",
            formula="sum over physical interfaces; null where that of one is not known",
            histogram=True,
        ),
    ] = None
    cpu_temperature_celsius: Annotated[
        Real | None,
        Figure(
            "°C",
            "gauge",
            "hottest CPU sensor",
            source="hwmon, else the thermal zone of the CPU",
            formula='the hottest of coretemp "Package id N", k10temp and zenpower Tdie or else Tctl, '
            "cpu_thermal; values outside 1 to 120 are not believed",
        ),
    ] = None
    cpu_temperature_limit_celsius: Annotated[
        Real | None,
        Figure(
            "°C",
            "gauge",
            "that sensor's own limit",
            source="the same sensor's `tempN_crit`, else `tempN_max`",
        ),
    ] = None
    cpu_temperature_sensor: Annotated[
        Name | None,
        Figure(
            "text",
            "fact",
            "that sensor by chip and label",
            source="the same sensor's `name` and `tempN_label`, else the type of the thermal zone",
            rolled_up=False,
        ),
    ] = None
    board_temperature_celsius: Annotated[
        Real | None,
        Figure(
            "°C",
            "gauge",
            "mainboard sensor",
            source="the sensor that the settings name by chip and label",
            formula="null where none is configured",
        ),
    ] = None
    clock_synchronised: Annotated[
        bool | None,
        Figure(
            "true or false",
            "gauge",
            "a daemon keeps its clock in time",
            source="adjtimex(2) maxerror",
            formula="less than 16 s, where the kernel gives up. The status STA_UNSYNC is not used: "
            "chrony without `rtcsync` leaves it set",
            rolled_up=False,
        ),
    ] = None
    clock_error_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "the most that its clock can be off, as the daemon has it",
            source="adjtimex(2) maxerror (µs)",
            formula="null while not synchronised; grows by 0.5 ms a second while the daemon hears nothing",
        ),
    ] = None
    clock_ntp_offset_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "how far its clock is ahead of its time servers, negative if behind",
            source="adjtimex(2) offset (ns or µs: STA_NANO)",
            formula="−offset: what the kernel has yet to correct. Null while not synchronised, "
            "and with daemons that leave the kernel's loop off (STA_PLL), as chrony does",
        ),
    ] = None
