# SPDX-License-Identifier: Apache-2.0
"""The search field in the bar of every page: a combobox whose list are hosts and VMs.

A component without a build step: its React half is ``window.kvmgrid_components.SearchField`` of
assets/search_field.js. The number alone is the Input: Dash keeps every value that an Input had.
"""

from dash.development.base_component import Component

SEARCH = "shell-search"

# What Dash looks for in the class of a component.
_PROPERTIES = ["id", "searched", "searched_number", "found"]
_NONE: list[str] = []


class SearchField(Component):
    """The field. The browser reports ``searched`` with its ``searched_number``; ``found`` answers it."""

    _namespace = "kvmgrid_components"
    _type = "SearchField"
    _children_props = _NONE
    _prop_names = _PROPERTIES
    _valid_wildcard_attributes = _NONE
    available_properties = _PROPERTIES
    available_wildcard_properties = _NONE

    def __init__(self) -> None:
        super().__init__(id=SEARCH)  # type: ignore[no-untyped-call]  # Dash's
