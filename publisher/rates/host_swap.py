# SPDX-License-Identifier: Apache-2.0
"""Bytes swapped each second: pure."""

from typing import TypedDict

from publisher.collectors.swap import SwapReading
from publisher.rates.counter import per_second


class SwapRates(TypedDict, total=False):
    """Fields of HostSample."""

    swap_in_bytes_per_second: float | None
    swap_out_bytes_per_second: float | None


def swap_rates(
    previous: SwapReading | None, current: SwapReading | None, interval_seconds: float | None
) -> SwapRates:
    """Return the rates between two readings."""
    if previous is None or current is None:
        return {}
    return {
        "swap_in_bytes_per_second": per_second(
            previous.in_bytes_total, current.in_bytes_total, interval_seconds
        ),
        "swap_out_bytes_per_second": per_second(
            previous.out_bytes_total, current.out_bytes_total, interval_seconds
        ),
    }
