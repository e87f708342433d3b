# SPDX-License-Identifier: Apache-2.0
"""Component suites that only some pages need: fetched before such a page is drawn, and by no other page.

Dash puts the scripts of every imported suite into its index. Those of a Library are marked as lazy instead,
and assets/router.js loads them. A file that is not listed is not served.
"""

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from dash import Dash, _dash_renderer, dash_table
from dash.fingerprint import build_fingerprint


class Library(NamedTuple):
    """A component suite: the script of its components, and the files that this script fetches itself."""

    package: ModuleType
    script: str
    chunks: tuple[str, ...] = ()


def serve_lazily(library: Library) -> None:
    """Let Dash serve the files of a suite, and those alone, without loading them."""
    vars(library.package)["_js_dist"] = [
        {"relative_package_path": name, "namespace": library.package.__name__, "async": "lazy"}
        for name in (library.script, *library.chunks)
    ]


def leave_out_unused() -> None:
    """Let no page load Dash's own tables, which none has, and what only browsers without modules need.

    Compressed these are 45 kB. Dash has no setting for them; a test looks whether they are still gone.
    """
    vars(dash_table)["_js_dist"] = []
    for dependency in _dash_renderer._js_dist_dependencies:  # noqa: SLF001 - there is no setting for it
        paths = dependency["relative_package_path"]
        paths["prod"] = [path for path in paths["prod"] if "polyfill" not in path]


def script_address(dash: Dash, library: Library) -> str:
    """Return the address of a suite's script, with its version, so that a browser keeps it for a year."""
    package = library.package
    assert package.__file__ is not None  # noqa: S101 - a package with files has one
    modified = int((Path(package.__file__).parent / library.script).stat().st_mtime)
    name = build_fingerprint(library.script, package.__version__, modified)  # type: ignore[no-untyped-call]  # Dash's
    return f"{dash.config.requests_pathname_prefix}_dash-component-suites/{package.__name__}/{name}"
