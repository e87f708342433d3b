# SPDX-License-Identifier: Apache-2.0
"""The bar where a range is chosen: what it says of the range that a page without one in its URL shows."""

from pathlib import Path

from dashboard.components.range_bar import PRESETS, range_bar
from dashboard.timerange import DEFAULT_FROM, DEFAULT_TO

ASSETS = Path(__file__).resolve().parents[4] / "dashboard" / "assets"


def test_the_bar_says_which_range_is_shown_without_one() -> None:
    """Its script marks that preset; the range itself stands once, in Python."""
    attributes = range_bar()[1]
    assert isinstance(attributes, dict)

    assert (DEFAULT_FROM, DEFAULT_TO) == (attributes["data-default-from"], attributes["data-default-to"])
    assert DEFAULT_FROM in {preset.from_text for preset in PRESETS}
    assert [] == [path.name for path in ASSETS.glob("*.js") if DEFAULT_FROM in path.read_text()]
