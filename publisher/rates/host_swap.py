# SPDX-License-Identifier: Apache-2.0
"""Bytes swapped each second: pure but for the watch."""

from typing import Final, TypedDict

from publisher.collectors.swap import SwapReading
from publisher.rates.bounds import BYTES_PER_SECOND, GAP_SECONDS
from publisher.rates.counter import ratio
from publisher.rates.counter_watch import CounterWatch, watched

_NAMES: Final = ("pswpin", "pswpout")


class SwapRates(TypedDict, total=False):
    """Fields of HostSample."""

    swap_in_bytes_per_second: float | None
    swap_out_bytes_per_second: float | None


def swap_rates(
    previous: SwapReading | None,
    current: SwapReading | None,
    interval_seconds: float | None,
    watch: CounterWatch | None = None,
) -> SwapRates:
    """Return the rates between two readings."""
    if current is None:
        return {}
    bound = BYTES_PER_SECOND * (interval_seconds or GAP_SECONDS)
    read, written = watched(watch).increases(
        "vmstat",
        _NAMES,
        None if previous is None or interval_seconds is None else _bytes(previous),
        _bytes(current),
        (bound, bound),
    )
    return {
        "swap_in_bytes_per_second": ratio(read, interval_seconds),
        "swap_out_bytes_per_second": ratio(written, interval_seconds),
    }


def _bytes(reading: SwapReading) -> tuple[int | None, int | None]:
    return reading.in_bytes_total, reading.out_bytes_total
