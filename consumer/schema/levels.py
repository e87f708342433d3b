# SPDX-License-Identifier: Apache-2.0
"""The levels of rollups, and from which lag on one is behind. Pure."""

# The others are made of it.
FINEST_LEVEL = "5m"
# How long a bucket of each level is, as rollup_levels has it.
LEVEL_SECONDS = {FINEST_LEVEL: 300.0, "1h": 3_600.0, "1d": 86_400.0}
# A quarter of an hour without a bucket that could have been made is none of load.
_GRACE_SECONDS = 900.0


def is_behind(level: str, lag_seconds: float) -> bool:
    """Tell whether a level's oldest bucket that could be made waits for too long."""
    return lag_seconds > LEVEL_SECONDS[level] + _GRACE_SECONDS
