# SPDX-License-Identifier: Apache-2.0
"""The time zone that a browser names."""

from datetime import UTC

import pytest

from dashboard.web.time_zone import read_zone


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Nowhere/Land", "\x00", "/etc/localtime", "Europe"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    """A zone that this machine does not know is UTC, never an error."""
    assert UTC is read_zone(name)
