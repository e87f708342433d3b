# SPDX-License-Identifier: Apache-2.0
"""How much suits a step: about a second of work, after which ingest comes first."""

from typing import Final

STEP_SECONDS: Final = 1.0


def suited(count: int, seconds: float) -> int:
    """Return how many at a time suit, where so many took so long."""
    if seconds > 2 * STEP_SECONDS:
        return max(1, count // 2)
    return count * 2 if seconds < STEP_SECONDS / 2 else count
