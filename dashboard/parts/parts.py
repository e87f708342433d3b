# SPDX-License-Identifier: Apache-2.0
"""The component Parts: a structure whose parts and lists are patched in place by the browser.

An ordinary Dash component without a build step: its React half is ``window.kvmgrid_components.Parts`` of
assets/parts.js. A page binds one callback:
``Output(id, "update") <- Input(id, "request_number"), State(id, "request")``. The number alone is the Input:
Dash keeps every value that an Input had for as long as the page is open.
"""

import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from dash.development.base_component import Component

from dashboard.parts.markup import Element
from dashboard.web.clientside import attributes

# What Dash looks for in the class of a component.
_PROPERTIES = ["children", "id", "className", "fixed", "request", "request_number", "update"]
_NONE: list[str] = []
# In the order in which they are run.
CELL_SCRIPTS = ("cell_layout", "cell_drawing", "cell_map")


class Parts(Component):
    """Holds the structure of a page; what ``place`` and ``list_place`` mark in it is filled by updates.

    ``fixed`` are parts that never change: they are drawn when the page opens. ``request`` is reported by the
    browser (contract.Request) with its ``request_number``, ``update`` answers it (contract.Update).
    """

    _namespace = "kvmgrid_components"
    _type = "Parts"
    _children_props = _NONE
    _prop_names = _PROPERTIES
    _valid_wildcard_attributes = _NONE
    available_properties = _PROPERTIES
    available_wildcard_properties = _NONE

    def __init__(
        self,
        children: Any,
        *,
        id: str,  # noqa: A002 - the name that Dash gives it
        className: str = "",  # noqa: N803 - likewise
        fixed: Mapping[str, Element] | None = None,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]  # Dash's
            children=children, id=id, className=className, fixed=dict(fixed or {})
        )


def place(name: str) -> dict[str, Any]:
    """Return the attributes that mark an element as the place of a part."""
    return attributes(data_part=name)


def list_place(name: str) -> dict[str, Any]:
    """Return the attributes that mark an element as the place of a keyed list."""
    return attributes(data_list=name)


def cells_place() -> dict[str, Any]:
    """Return the attributes that mark an element as the place of the page's map of cells.

    They name its scripts, which are fetched with the first cells: most pages have no map.
    """
    return attributes(data_cells=" ".join(_script_address(name) for name in CELL_SCRIPTS))


def _script_address(name: str) -> str:
    """Return an address that a browser keeps for a year, and that changes with the script."""
    content = resources.files("dashboard").joinpath(f"assets/map/{name}.js").read_bytes()
    return f"/assets/map/{name}.js?m={hashlib.blake2s(content, digest_size=8).hexdigest()}"


def body() -> dict[str, Any]:
    """Return the attributes of what a notice stands instead of."""
    return attributes(data_body="yes")
