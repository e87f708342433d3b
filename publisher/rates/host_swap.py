# SPDX-License-Identifier: Apache-2.0
"""Bytes swapped each second, and processes killed for lack of memory: pure."""

from typing import TypedDict

from publisher.collectors.swap import SwapReading
from publisher.procfs import LARGEST_COUNT
from publisher.rates.counter import increase, per_second


class SwapRates(TypedDict, total=False):
    """Fields of HostSample."""

    swap_in_bytes_per_second: float | None
    swap_out_bytes_per_second: float | None
    oom_kill_count: int | None


def swap_rates(
    previous: SwapReading | None, current: SwapReading | None, interval_seconds: float | None
) -> SwapRates:
    """Return the rates between two readings; the count of kills needs no interval."""
    if previous is None or current is None:
        return {}
    kills = increase(previous.oom_kill_total, current.oom_kill_total)
    return {
        "swap_in_bytes_per_second": per_second(
            previous.in_bytes_total, current.in_bytes_total, interval_seconds
        ),
        "swap_out_bytes_per_second": per_second(
            previous.out_bytes_total, current.out_bytes_total, interval_seconds
        ),
        "oom_kill_count": None if kills is None else min(kills, LARGEST_COUNT),
    }
