# SPDX-License-Identifier: Apache-2.0
"""What a browser may request: read into a struct whose fields are bounded, since anyone can send anything."""

from datetime import UTC, tzinfo
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Struct

from dashboard.errors import RequestError

Asked = TypeVar("Asked", bound=Struct)


def read_request(kind: type[Asked], data: Any) -> Asked:
    """Return what a browser asks; raise RequestError on anything our pages never send."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise RequestError(str(error)) from error


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
