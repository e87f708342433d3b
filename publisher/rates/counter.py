# SPDX-License-Identifier: Apache-2.0
"""Two readings of a counter become an increase, a rate or a ratio.

Absent in, absent out: None wherever a reading is missing or the counter went backwards (a reset).
"""

from collections.abc import Sequence

WRAP_32_BIT = 2**32

# The largest step across the wrap of a 32-bit millisecond counter: three days of waiting within one interval.
# A counter that restarted near 0 would need a larger step.
LARGEST_WRAPPED_STEP = 2**28


def increase(previous: int | None, current: int | None) -> int | None:
    """Return how far a counter advanced; None if a reading is missing or it went backwards."""
    if previous is None or current is None or current < previous:
        return None
    return current - previous


def increase_of_32_bits(previous: int | None, current: int | None) -> int | None:
    """Return how far a counter advanced that wraps at 2**32, as the ms fields of /proc/diskstats do.

    The kernel prints them as unsigned int (Documentation/admin-guide/iostats.rst). Going backwards
    counts as a wrap only from close below 2**32; otherwise it is a reset and the answer None.
    """
    if previous is None or current is None:
        return None
    if current >= previous:
        return current - previous
    wrapped = current + WRAP_32_BIT - previous
    return wrapped if 0 <= wrapped <= LARGEST_WRAPPED_STEP else None


def per_second(previous: int | None, current: int | None, interval_seconds: float | None) -> float | None:
    """Return the rate of a counter over a measured interval; None after a reset or without interval."""
    return ratio(increase(previous, current), interval_seconds)


def ratio(part: float | None, whole: float | None) -> float | None:
    """Return part / whole, rounded; None if either is missing or the whole is not positive."""
    if part is None or whole is None or whole <= 0:
        return None
    return significant(part / whole)


def total(rates: Sequence[float | None]) -> float | None:
    """Return the sum of the rates; None if one is not known, or there is none: a part is not the whole."""
    if not rates or None in rates:
        return None
    # Most VMs have one device, whose rate is rounded already.
    return rates[0] if len(rates) == 1 else significant(sum(filter(None, rates)))


def significant(value: float) -> float:
    """Return a number rounded to seven significant digits.

    The columns are ``real``, which holds no more. The other ten digits of a float would double the size of a
    message.
    """
    # Most rates of a host's VMs are 0.
    return float(f"{value:.7g}") if value else 0.0
