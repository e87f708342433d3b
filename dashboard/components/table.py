# SPDX-License-Identifier: Apache-2.0
"""A table of live rows by AG Grid: columns as structs, and what every table of ours has in common.

The cells and the values are named functions of assets/table_cells.js and table_values.js; nothing is a
script in Python. Numbers travel raw, and the browser writes them with their units.
"""

from collections.abc import Iterable
from typing import Any, Literal

import dash_ag_grid
import msgspec
from dash.development.base_component import Component

from dashboard.parts.markup import Element, h
from dashboard.web.libraries import Library

# The Enterprise edition, which its package holds as well, is neither listed nor served.
TABLE_LIBRARY = Library(dash_ag_grid, "dash_ag_grid.min.js", ("async-community.js",))

Unit = Literal["ratio", "bytes", "bytes_per_second", "bits_per_second", "celsius", "count", "seconds", "text"]
# The unit of the raw numbers, for the head of the CSV file: bits are bytes until the browser writes them.
UNIT_WORDS = {
    "ratio": "ratio",
    "bytes": "B",
    "bytes_per_second": "B/s",
    "bits_per_second": "B/s",
    "celsius": "°C",
    "count": "",
    "seconds": "s",
    "text": "",
}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: a field of the rows, or a function of assets/table_values.js that takes a row.

    ``cell`` names a component of assets/table_cells.js; without one the value is written with its unit.
    """

    field: str
    title: str
    unit: Unit = "text"
    value: str | None = None
    cell: str | None = None
    about: str | None = None
    width_pixels: int = 110
    is_pinned: bool = False
    # Only in the CSV file.
    is_hidden: bool = False
    sort: Literal["asc", "desc"] | None = None


def definition(column: Column) -> dict[str, Any]:
    """Return a column as AG Grid declares it."""
    is_number = column.unit != "text"
    found: dict[str, Any] = {
        "field": column.field,
        "headerName": column.title,
        "headerValueGetter": {"function": "tableHead(params)"},
        "headerTooltip": column.about,
        "context": {"unit": column.unit, "words": UNIT_WORDS[column.unit]},
        "type": "rightAligned" if is_number else None,
        "valueGetter": None if column.value is None else {"function": f"{column.value}(params)"},
        "valueFormatter": {"function": "tableText(params)"} if is_number else None,
        # A cell shows more of the row than its value, and AG Grid looks at the value only.
        "equals": None if column.cell is None else {"function": "tableIsDrawn(params)"},
        "cellRenderer": column.cell,
        "width": column.width_pixels if column.is_pinned else None,
        "minWidth": None if column.is_pinned else column.width_pixels,
        # What is left of the width is shared.
        "flex": None if column.is_pinned else 1,
        "pinned": "left" if column.is_pinned else None,
        "hide": column.is_hidden or None,
        "sort": column.sort,
    }
    return {name: setting for name, setting in found.items() if setting is not None}


def table(identifier: str, columns: Iterable[Column], *, key: str) -> Component:
    """Return an empty table; ``key`` is the field that tells rows apart."""
    component: Component = dash_ag_grid.AgGrid(
        id=identifier,
        columnDefs=[definition(column) for column in columns],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            # A file gets the value, not what the cell shows.
            "useValueFormatterForExport": False,
        },
        getRowId=f"params.data.{key}",
        rowClassRules={"row--stale": "tableIsStale(params)"},
        eventListeners={
            "modelUpdated": ["tableChanged(params)"],
            "cellFocused": ["tableFocused(params)"],
            "cellKeyDown": ["tableKey(params)"],
        },
        dashGridOptions={
            "theme": {"function": "tableTheme(agGrid)"},
            "animateRows": False,
            "enableCellTextSelection": True,
            "suppressDragLeaveHidesColumns": True,
            "localeText": {"noRowsToShow": "Nothing to show"},
            "suppressColumnVirtualisation": False,
            "tooltipShowDelay": 400,
            "rowHeight": 34,
            "headerHeight": 36,
        },
        className="live-table",
        style={"height": None},
    )
    return component


def file_button(identifier: str, file_name: str) -> Element:
    """Return the button for the CSV file of a table."""
    return h(
        "button",
        "CSV",
        type="button",
        class_="button",
        title="What the table shows, in its order, as a file",
        data_table_csv=identifier,
        data_file_name=file_name,
    )
