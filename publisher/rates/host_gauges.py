# SPDX-License-Identifier: Apache-2.0
"""Gauges of the host that go into its sample as they were read, under another name."""

from typing import TypedDict

from publisher.collectors.cpu import CpuReading
from publisher.collectors.ksm import KsmReading
from publisher.collectors.temperatures import TemperatureReading


class CpuGauges(TypedDict, total=False):
    """Fields of HostSample."""

    cpu_online_count: int | None


class KsmGauges(TypedDict, total=False):
    """Fields of HostSample."""

    ksm_shared_bytes: int
    ksm_saved_bytes: int
    ksm_profit_bytes: int | None
    ksm_run: int | None


class TemperatureGauges(TypedDict, total=False):
    """Fields of HostSample."""

    cpu_temperature_sensor: str | None
    cpu_temperature_celsius: float | None
    cpu_temperature_limit_celsius: float | None
    board_temperature_celsius: float | None


def cpu_gauges(cpu: CpuReading | None) -> CpuGauges:
    """Return the CPUs online."""
    return {} if cpu is None else {"cpu_online_count": cpu.online_count}


def ksm_gauges(ksm: KsmReading | None) -> KsmGauges:
    """Return the bytes of merged pages, and whether pages are merged."""
    if ksm is None:
        return {}
    return {
        "ksm_shared_bytes": ksm.shared_bytes,
        "ksm_saved_bytes": ksm.saved_bytes,
        "ksm_profit_bytes": ksm.profit_bytes,
        "ksm_run": ksm.run,
    }


def temperature_gauges(temperatures: TemperatureReading | None) -> TemperatureGauges:
    """Return the newest temperatures, and which sensor is the hottest."""
    if temperatures is None:
        return {}
    return {
        "cpu_temperature_sensor": temperatures.cpu_sensor,
        "cpu_temperature_celsius": temperatures.cpu_celsius,
        "cpu_temperature_limit_celsius": temperatures.cpu_limit_celsius,
        "board_temperature_celsius": temperatures.board_celsius,
    }
