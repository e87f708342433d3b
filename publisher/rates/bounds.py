# SPDX-License-Identifier: Apache-2.0
"""How far a counter can advance in a time: what no machine of today does is a wrong reading.

The bounds are wide on purpose. One that a machine reaches would hide right figures just when it works most.
"""

from typing import Final

# Steps of the kernel's clock, and two reads that lie a little apart, are allowed for.
_TIME_FACTOR: Final = 1.1
_TIME_SLACK_SECONDS: Final = 0.5

# More than the memory of a host moves, and than 1,000 drives or 20 links of 400 Gbit/s.
BYTES_PER_SECOND: Final = 1e12
# Requests, packets, errors, page faults.
EVENTS_PER_SECOND: Final = 1e9
# The most CPUs that Linux is built for (CONFIG_NR_CPUS on x86).
CPUS: Final = 8192
# What stands for the interval after a gap, which has no rates: a counter is bounded all the same.
GAP_SECONDS: Final = 600.0
# Requests under way at one device.
QUEUE: Final = 65_536


def time_bound(seconds: float, units_per_second: float) -> float:
    """Return how far a counter of time can advance in an interval, in its own units."""
    return (seconds * _TIME_FACTOR + _TIME_SLACK_SECONDS) * units_per_second
