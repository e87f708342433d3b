# SPDX-License-Identifier: Apache-2.0
"""Shares of the time in which tasks of the host waited for CPU, memory, I/O or interrupts: pure."""

from typing import Final, TypedDict

from publisher.collectors.pressure import PressureReading
from publisher.rates.counter import increase, ratio

_MICROSECONDS: Final = 1_000_000


class PressureRates(TypedDict, total=False):
    """Fields of HostSample."""

    pressure_cpu_some_ratio: float | None
    pressure_memory_some_ratio: float | None
    pressure_memory_full_ratio: float | None
    pressure_io_some_ratio: float | None
    pressure_io_full_ratio: float | None
    pressure_irq_full_ratio: float | None


def pressure_rates(
    previous: PressureReading | None, current: PressureReading | None, interval_seconds: float | None
) -> PressureRates:
    """Return the shares between two readings; none without an interval."""
    if previous is None or current is None or interval_seconds is None:
        return {}
    whole = interval_seconds * _MICROSECONDS

    def share(before: int | None, now: int | None) -> float | None:
        # The file is read a moment after the tick's time was taken; a stall lasts no longer than the time.
        value = ratio(increase(before, now), whole)
        return None if value is None else min(value, 1.0)

    return {
        "pressure_cpu_some_ratio": share(previous.cpu_some_total, current.cpu_some_total),
        "pressure_memory_some_ratio": share(previous.memory_some_total, current.memory_some_total),
        "pressure_memory_full_ratio": share(previous.memory_full_total, current.memory_full_total),
        "pressure_io_some_ratio": share(previous.io_some_total, current.io_some_total),
        "pressure_io_full_ratio": share(previous.io_full_total, current.io_full_total),
        "pressure_irq_full_ratio": share(previous.irq_full_total, current.irq_full_total),
    }
