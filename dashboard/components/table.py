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


# Blocks are not counted: the one that Dash asks for itself, when the table opens, is never answered.
_LONG = {
    "cacheBlockSize": 100,
    "maxBlocksInCache": 10,
    "maxConcurrentDatasourceRequests": -1,
    "blockLoadDebounceMillis": 60,
}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: a field of the rows, or a function of assets/table_values.js that takes a row.

    ``cell`` names a component of assets/table_cells.js; without one the value is written with its unit.
    """

    field: str
    title: str
    # What the address calls it, to sort by it and to choose it; None: neither is in the address.
    name: str | None = None
    unit: Unit = "text"
    value: str | None = None
    cell: str | None = None
    # A function that writes the value.
    text: str = "tableText"
    about: str | None = None
    width_pixels: int = 110
    # Where it is narrower at need, as on a phone.
    least_pixels: int | None = None
    # Its part of the width that is left; a text that does not fit is whole in its tooltip.
    growth: int = 1
    is_prose: bool = False
    is_pinned: bool = False
    # Only in the CSV file, until it is chosen.
    is_hidden: bool = False
    # Shown on a phone as well, where columns can be chosen.
    is_first: bool = False
    # Of figures the greatest come first when it is sorted by, unless the least are wanted.
    is_least_first: bool = False
    # A figure of what the address names with ``over``.
    is_over: bool = False
    # Shown while some row has the field.
    is_optional: bool = False
    sort: Literal["asc", "desc"] | None = None
    # The address of lines (components/cell_lines): a column of pictures has no values to sort by or to save.
    lines: str | None = None


def definition(column: Column) -> dict[str, Any]:
    """Return a column as AG Grid declares it."""
    is_number = column.unit != "text"
    found: dict[str, Any] = {
        "field": column.field,
        "headerName": column.title,
        "headerValueGetter": {"function": "tableHead(params)"},
        "headerTooltip": column.about,
        "context": _context(column),
        "type": "rightAligned" if is_number else None,
        "valueGetter": None if column.value is None else {"function": f"{column.value}(params)"},
        "valueFormatter": {"function": f"{column.text}(params)"} if is_number else None,
        # A cell shows more of the row than its value, and AG Grid looks at the value only.
        "equals": None if column.cell is None else {"function": "tableIsDrawn(params)"},
        "cellRenderer": column.cell,
        "sortable": None if column.lines is None else False,
        "width": column.width_pixels if column.is_pinned else None,
        "minWidth": None if column.is_pinned else column.least_pixels or column.width_pixels,
        # What is left of the width is shared.
        "flex": None if column.is_pinned else column.growth,
        # The head grows by the name of the statistic.
        "wrapHeaderText": column.is_over or None,
        "tooltipValueGetter": {"function": "tableTip(params)"} if column.is_prose else None,
        "pinned": "left" if column.is_pinned else None,
        "hide": column.is_hidden or None,
        # Only at first: dash-ag-grid sets the definitions again, which would hide a column that is shown.
        "initialHide": column.is_optional or None,
        # Where the address says how it is sorted, only at first.
        "sort" if column.name is None else "initialSort": column.sort,
        "sortingOrder": None if column.name is None else _sorting_order(column),
    }
    return {name: setting for name, setting in found.items() if setting is not None}


def _sorting_order(column: Column) -> list[str]:
    is_greatest_first = column.unit != "text" and not column.is_least_first
    return ["desc", "asc"] if is_greatest_first else ["asc", "desc"]


def _context(column: Column) -> dict[str, Any]:
    found = {
        "unit": column.unit,
        "words": UNIT_WORDS[column.unit],
        "name": column.name,
        "lines": column.lines,
        "isOptional": column.is_optional,
        "isHidden": column.is_hidden,
        "isFirst": column.is_first,
        "isOver": column.is_over,
    }
    return {name: setting for name, setting in found.items() if setting or name == "words"}


def table(identifier: str, columns: Iterable[Column], *, key: str, is_long: bool = False) -> Component:
    """Return an empty table; ``key`` is the field that tells rows apart.

    The rows of a long one are fetched in blocks as they come into sight, and sorted by the server.
    """
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
            # The first rows may be there before anybody listens.
            "firstDataRendered": ["tableChanged(params)"],
            "cellFocused": ["tableFocused(params)"],
            "cellKeyDown": ["tableKey(params)"],
            "sortChanged": ["tableSorted(params)"],
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
            **(_LONG if is_long else {}),
        },
        rowModelType="infinite" if is_long else "clientSide",
        className="live-table",
        style={"height": None},
    )
    return component


def column_menu(columns: Iterable[Column]) -> Element:
    """Return the list of columns to choose: all but the pinned one, which stays."""
    choices = [
        h("li", h("label", h("input", type="checkbox", data_table_column=column.name), f" {column.title}"))
        for column in columns
        if column.name is not None and not column.is_pinned
    ]
    return h(
        "details",
        h("summary", "Columns", class_="button"),
        h("ul", *choices, class_="column-menu__choices"),
        class_="column-menu",
    )


def file_link(path: str, file_name: str) -> Element:
    """Return the button for the CSV file of a long table, which the server writes."""
    return h(
        "button",
        "CSV",
        type="button",
        class_="button",
        title="All rows of the filter, in their order, as a file",
        data_table_file=path,
        data_file_name=file_name,
    )


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
