# SPDX-License-Identifier: Apache-2.0
"""A bound on events that a guest can cause at will: a failing disk reports every request.

Without it one guest could push the samples of its host out of the spool. Pure but for its memory.
"""

from typing import NamedTuple

BURST_COUNT = 20
REFILL_PER_SECOND = 1.0

# Above this many subjects those that are full again are forgotten.
_SUBJECT_CAP = 1_000


class _Bucket(NamedTuple):
    tokens: float
    at_seconds: float
    suppressed_count: int


class Throttle:
    """Lets through 20 at once and then one a second, per subject (a domain and a kind)."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str | None, str], _Bucket] = {}

    def admit(self, subject: tuple[str | None, str], now_seconds: float) -> int | None:
        """Return None to suppress, else how many of this subject were suppressed since the last one."""
        bucket = self._buckets.get(subject) or _Bucket(BURST_COUNT, now_seconds, 0)
        elapsed = max(0.0, now_seconds - bucket.at_seconds)
        tokens = min(BURST_COUNT, bucket.tokens + elapsed * REFILL_PER_SECOND)
        if tokens < 1:
            self._buckets[subject] = _Bucket(tokens, now_seconds, bucket.suppressed_count + 1)
            return None
        self._buckets[subject] = _Bucket(tokens - 1, now_seconds, 0)
        if len(self._buckets) > _SUBJECT_CAP:
            self._forget_idle(now_seconds)
        return bucket.suppressed_count

    def _forget_idle(self, now_seconds: float) -> None:
        full_after_seconds = BURST_COUNT / REFILL_PER_SECOND
        self._buckets = {
            subject: bucket
            for subject, bucket in self._buckets.items()
            if bucket.suppressed_count or now_seconds - bucket.at_seconds < full_after_seconds
        }
