# SPDX-License-Identifier: Apache-2.0
"""The component Chart: panels over one time axis, built in the browser from columns.

An ordinary Dash component without a build step: its React half is ``window.kvmgrid_components.Chart`` of
assets/chart.js. A page's callback has ``Output(id, "update")`` and ``State(id, "view")`` (charts/contract).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from dash.development.base_component import Component

from dashboard.charts.panel import Panel, TableColumn

# The version of the file below assets/plotly/; a test ties it to the installed plotly.
PLOTLY_VERSION = "4.1.1"
PLOTLY_ADDRESS = f"/assets/plotly/plotly-cartesian.min.js?m={PLOTLY_VERSION}"

# What Dash looks for in the class of a component.
_PROPERTIES = ["children", "id", "panels", "table", "label", "library", "view", "update"]
_NONE: list[str] = []


class Chart(Component):
    """A chart of ``panels`` that can be read as ``table``; ``label`` says what it shows to a screen reader.

    Its children stand beside the button that shows the table.
    """

    _namespace = "kvmgrid_components"
    _type = "Chart"
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
        panels: Sequence[Panel],
        table: Sequence[TableColumn],
        label: str,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]  # Dash's
            children=children,
            id=id,
            panels=msgspec.to_builtins(panels),
            table=msgspec.to_builtins(table),
            label=label,
            library=PLOTLY_ADDRESS,
        )
