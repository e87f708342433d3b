# SPDX-License-Identifier: Apache-2.0
"""Which refused messages are meant: by number, host, reason and time of arrival. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Selection(Struct, frozen=True, kw_only=True):
    """All that is given must hold; nothing given means every message."""

    ids: Sequence[str] = ()
    host: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing was given."""
        return self == Selection()


def parse_time(text: str, now: datetime) -> datetime:
    """Return the time that "2026-01-31", "2026-01-31T12:00+01:00" or "2h" (ago) means; raise ValueError.

    Without an offset it is in UTC.
    """
    if match := re.fullmatch(r"(\d{1,6})([smhd])", text):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2026-01-31T12:00 and no age such as 2h") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
