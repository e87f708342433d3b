# SPDX-License-Identifier: Apache-2.0
"""What is made of the levels when these are filled in: buckets of the fleet, and windows of VMs.

Which window is due is a matter of the database. A round gives them some seconds, so that the levels go on.
"""

import time
from collections.abc import Callable

from consumer.rollups.pace import suited
from consumer.rollups.report import Report
from consumer.rollups.steps import Steps

_BUCKET_COUNT_MAX = 288
_FIRST_DOMAIN_COUNT = 250
_DOMAIN_COUNT_MAX = 10_000
_ROUND_SECONDS = 15.0


class Summaries:
    """Rounds of one consumer. ``pause`` waits after a step that took so many seconds; not thread-safe."""

    def __init__(self, report: Report, pause: Callable[[float], None]) -> None:
        self._report = report
        self._pause = pause
        self._bucket_count = _BUCKET_COUNT_MAX
        self._domain_count = _FIRST_DOMAIN_COUNT

    def fill_fleet(self, steps: Steps) -> bool:
        """Make buckets of the fleet for a while; return whether more is due at once."""
        ends_at = time.monotonic() + _ROUND_SECONDS
        while time.monotonic() < ends_at:
            count = self._bucket_count
            # For a step that fails: it may have been too large.
            self._bucket_count = max(1, count // 2)
            begun_at = time.monotonic()
            filled = steps.fill_fleet(count)
            seconds = time.monotonic() - begun_at
            self._bucket_count = count
            if filled is None:
                return False
            self._bucket_count = min(_BUCKET_COUNT_MAX, suited(count, seconds))
            self._report.note(seconds)
            self._pause(seconds)
            if filled.done >= filled.target:
                return False
        return True

    def fill_windows(self, steps: Steps) -> bool:
        """Make what is due of the windows for a while; return whether more is due at once."""
        ends_at = time.monotonic() + _ROUND_SECONDS
        while time.monotonic() < ends_at:
            count = self._domain_count
            self._domain_count = max(1, count // 2)
            begun_at = time.monotonic()
            made = steps.fill_windows(count)
            seconds = time.monotonic() - begun_at
            if made is None or made.window_name is None:
                self._domain_count = count
                return False
            # The next window may be a longer one, of which each VM takes longer.
            self._domain_count = (
                _FIRST_DOMAIN_COUNT if made.is_whole else min(_DOMAIN_COUNT_MAX, suited(count, seconds))
            )
            self._report.note(seconds)
            self._pause(seconds)
        return True
