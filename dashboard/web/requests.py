# SPDX-License-Identifier: Apache-2.0
"""What a browser may request: every field checked and bounded, since anyone can send anything."""

from datetime import UTC, tzinfo
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta, Struct

from dashboard.errors import RequestError
from dashboard.theme import ThemeName

Asked = TypeVar("Asked", bound=Struct)
Number = Annotated[int, Meta(ge=0, le=2**53)]
ShortText = Annotated[str, Meta(max_length=64)]
HostId = Annotated[str, Meta(max_length=63)]


class GridRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """News for the grid: what changed after ``cursor`` of the feed that the browser already follows."""

    number: Number
    cursor: Number = 0
    feed: ShortText = ""


class HostRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """News for the page of a host. ``parts`` and ``figure`` name what the browser already shows."""

    number: Number
    host: HostId
    start: ShortText = ""
    end: ShortText = ""
    zone: ShortText = "UTC"
    theme: ThemeName = "light"
    is_touch: bool = False
    width_pixels: Annotated[int, Meta(ge=200, le=8000)] = 1200
    hidden: Annotated[list[ShortText], Meta(max_length=64)] = []
    is_table: bool = False
    figure: ShortText = ""
    parts: Annotated[dict[ShortText, ShortText], Meta(max_length=16)] = {}


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
