# SPDX-License-Identifier: Apache-2.0
"""The time zone that a browser names."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def read_zone(name: str) -> tzinfo:
    """Return the time zone of a name in any case, UTC where this machine does not know it."""
    known = _zones().get(name.casefold())
    return UTC if known is None or name.casefold() == "utc" else ZoneInfo(known)


def zone_name(zone: tzinfo) -> str:
    """Return the name of a zone as browsers know it."""
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
