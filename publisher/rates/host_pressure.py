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

    def share(name: str) -> float | None:
        # Each is of a file of its own.
        before = None if previous is None or interval_seconds is None else (getattr(previous, name),)
        (step,) = watch.increases(
            name.removesuffix("_total"), ("total",), before, (getattr(current, name),), (bound,)
        )
        # The file is read a moment after the tick's time was taken; a stall lasts no longer than the time.
        value = ratio(step, seconds * _MICROSECONDS)
        return None if value is None else min(value, 1.0)

    return {
        "pressure_cpu_some_ratio": share("cpu_some_total"),
        "pressure_memory_some_ratio": share("memory_some_total"),
        "pressure_memory_full_ratio": share("memory_full_total"),
        "pressure_io_some_ratio": share("io_some_total"),
        "pressure_io_full_ratio": share("io_full_total"),
        "pressure_irq_full_ratio": share("irq_full_total"),
    }
