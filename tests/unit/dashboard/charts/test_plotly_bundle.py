# SPDX-License-Identifier: Apache-2.0
"""The vendored part of Plotly, and what it is bound to."""

import re
from importlib.util import find_spec
from pathlib import Path

import dashboard
from dashboard.app import ASSETS_IGNORED
from dashboard.charts.component import PLOTLY_ADDRESS, PLOTLY_VERSION

FOLDER = Path(dashboard.__file__).parent / "assets" / "plotly"


def version_of(script: Path) -> str:
    """Return the version that the first lines of a build of Plotly name."""
    with script.open(encoding="utf-8") as file:
        head = file.read(400)
    found = re.search(r"^\* plotly\.js .*?v([\d.]+)$", head, re.MULTILINE)
    assert found is not None, head
    return found[1]


def test_the_bundle_is_of_the_version_inside_plotly() -> None:
    """Dash's Python side and the browser have one Plotly; a new one of the first brings a new one here."""
    spec = find_spec("plotly")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    assert PLOTLY_VERSION == version_of(installed) == version_of(FOLDER / "plotly-cartesian.min.js")


def test_the_bundle_has_its_licence_beside_it() -> None:
    """Plotly is under the MIT licence, whose text goes with every copy."""
    assert (FOLDER / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_the_bundle_is_loaded_by_charts_alone() -> None:
    """Dash puts no script of this folder into its index; a chart asks for a versioned address."""
    assert any(re.search(pattern, "plotly") for pattern in ASSETS_IGNORED)
    assert PLOTLY_ADDRESS.endswith(f"/plotly/plotly-cartesian.min.js?m={PLOTLY_VERSION}")
