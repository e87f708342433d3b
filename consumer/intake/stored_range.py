# SPDX-License-Identifier: Apache-2.0
"""From when to when the time of a message may lie, and what is said of one outside. Pure.

Nothing outside is lost: it is set aside whole. A sample older than the period of its level would be dropped
at once, from a chunk made for it. One far ahead would be dropped last of all, and hide what is new.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from consumer.intake.refusal import Refusal

# Before it no publisher existed; a host whose clock has lost its battery starts at 1970.
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class StoredRange(NamedTuple):
    """How far a message may be ahead of its arrival, and how old it may be; None is for ever."""

    ahead: timedelta
    sample_age: timedelta | None = None
    event_age: timedelta | None = None

    def require(self, at: datetime, arrived_at: datetime, age: timedelta | None) -> None:
        """Raise Refusal for a time that is not stored."""
        if at > arrived_at + self.ahead:
            raise Refusal("clock", f"{at.isoformat()} is ahead of the arrival, {arrived_at.isoformat()}")
        if at < OLDEST:
            raise Refusal("clock", f"{at.isoformat()} is before {OLDEST.year}")
        if age is not None and arrived_at - at > age:
            raise Refusal("outdated", f"{at.isoformat()} is older than what is kept, {age}")
