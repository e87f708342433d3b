# SPDX-License-Identifier: Apache-2.0
"""Shares of the time in which tasks of the host waited for CPU, memory, I/O or interrupts.

Pure but for the watch.
"""

from typing import Final, TypedDict

from publisher.collectors.pressure import PressureReading
from publisher.rates.bounds import GAP_SECONDS, time_bound
from publisher.rates.counter import ratio
from publisher.rates.counter_watch import CounterWatch, watched

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
    previous: PressureReading | None,
    current: PressureReading | None,
    interval_seconds: float | None,
    watch: CounterWatch | None = None,
) -> PressureRates:
    """Return the shares between two readings; none without an interval."""
    if current is None:
        return {}
    watch = watched(watch)
    seconds = interval_seconds or GAP_SECONDS
    bound = time_bound(seconds, _MICROSECONDS)

    def shares(file: str, *kinds: str) -> list[float | None]:
        fields = [f"{file}_{kind}_total" for kind in kinds]
        is_comparable = previous is not None and interval_seconds is not None
        # What goes wrong with a file goes wrong with all its lines.
        steps = watch.increases(
            file,
            [f"total of {kind}" for kind in kinds],
            [getattr(previous, field) for field in fields] if is_comparable else None,
            [getattr(current, field) for field in fields],
            [bound] * len(kinds),
        )
        # It is read a moment after the tick's time was taken; a stall lasts no longer than the time.
        values = [ratio(step, seconds * _MICROSECONDS) for step in steps]
        return [None if value is None else min(value, 1.0) for value in values]

    (cpu_some,) = shares("cpu", "some")
    memory_some, memory_full = shares("memory", "some", "full")
    io_some, io_full = shares("io", "some", "full")
    (irq_full,) = shares("irq", "full")
    return {
        "pressure_cpu_some_ratio": cpu_some,
        "pressure_memory_some_ratio": memory_some,
        "pressure_memory_full_ratio": memory_full,
        "pressure_io_some_ratio": io_some,
        "pressure_io_full_ratio": io_full,
        "pressure_irq_full_ratio": irq_full,
    }
