# SPDX-License-Identifier: Apache-2.0
"""What a browser may request."""

from datetime import UTC
from typing import Any

import pytest
from msgspec import Struct

from dashboard.charts.contract import ChartView
from dashboard.errors import (
    RequestError,
)
from dashboard.parts.contract import Request
from dashboard.web.requests import read_request, read_zone


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Request, None),
        (Request, []),
        (Request, "x"),
        (Request, {}),
        (Request, {"number": -1}),
        (Request, {"number": 2**60}),
        (Request, {"number": 1, "path": "x" * 2049}),
        (Request, {"number": 1, "search": {"deep": []}}),
        (Request, {"number": 1, "zone": "x" * 65}),
        (Request, {"number": 1, "more": 1}),
        (Request, {"number": 1, "seen": {"feed": 1}}),
        (Request, {"number": 1, "seen": {"more": ""}}),
        (Request, {"number": 1, "seen": {"parts": {f"part{index}": "" for index in range(17)}}}),
        (ChartView, None),
        (ChartView, {"theme": "dark"}),
        (ChartView, {"width_pixels": 10**9}),
        (ChartView, {"series": "y" * 129}),
    ],
)
def test_what_pages_never_send_is_refused(kind: type[Struct], data: Any) -> None:
    """Every field of a request is checked and bounded."""
    with pytest.raises(RequestError):
        read_request(kind, data)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Nowhere/Land", "\x00", "/etc/localtime", "Europe"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    """A zone that this machine does not know is UTC, never an error."""
    assert UTC is read_zone(name)
