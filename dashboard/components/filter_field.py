# SPDX-License-Identifier: Apache-2.0
"""The field of a filter: it completes what is typed, marks what is wrong, and writes ``q`` into the address.

A component without a build step: its React half is ``window.kvmgrid_components.FilterField`` of
assets/filter_field.js. It asks for each text that is typed, and no question goes to the database for it.
The number alone is the Input: Dash keeps every value that an Input had for as long as the page is open.
"""

from typing import Any

import msgspec
from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.filters.contract import FilterTyped, checked
from dashboard.filters.fields import Fields

# What Dash looks for in the class of a component.
_PROPERTIES = ["id", "label", "example", "typed", "typed_number", "checked"]
_NONE: list[str] = []


class FilterField(Component):
    """A field for filters. ``label`` says of what; ``example`` stands in it while it is empty.

    ``typed`` is reported by the browser (filters.contract.FilterTyped) with its ``typed_number``,
    ``checked`` answers it (FilterChecked).
    """

    _namespace = "kvmgrid_components"
    _type = "FilterField"
    _children_props = _NONE
    _prop_names = _PROPERTIES
    _valid_wildcard_attributes = _NONE
    available_properties = _PROPERTIES
    available_wildcard_properties = _NONE

    def __init__(self, *, id: str, label: str, example: str) -> None:  # noqa: A002 - the name that Dash gives it
        super().__init__(id=id, label=label, example=example)  # type: ignore[no-untyped-call]  # Dash's


def bind_filter(app: Dash, identifier: str, fields: Fields) -> None:
    """Bind the component of this id to the fields of a subject."""

    async def check(_number: Any, data: Any) -> Any:
        return msgspec.to_builtins(checked(msgspec.convert(data, FilterTyped), fields))

    app.callback(
        Output(identifier, "checked"),
        Input(identifier, "typed_number"),
        State(identifier, "typed"),
        prevent_initial_call=True,
    )(check)
