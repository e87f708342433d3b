# SPDX-License-Identifier: Apache-2.0
"""Writes the structs of charts as TypeScript declarations, against which the scripts are checked.

``python -m dashboard.charts.typescript`` prints assets/types/chart_contract.d.ts.
"""

from msgspec import Struct

from dashboard.charts.columns import Stretch
from dashboard.charts.contract import (
    ChartUpdate,
    ChartView,
    ColumnUpdate,
    PanelState,
    Picture,
    TypedArray,
)
from dashboard.charts.panel import Panel, Series, TableColumn
from dashboard.charts.ticks import Tick
from dashboard.parts.typescript import declarations

STRUCTS: tuple[type[Struct], ...] = (
    Series,
    Panel,
    TableColumn,
    ChartView,
    TypedArray,
    ColumnUpdate,
    Tick,
    Stretch,
    PanelState,
    Picture,
    ChartUpdate,
)


def chart_declarations() -> str:
    """Return the text of the file."""
    return declarations(STRUCTS, "dashboard.charts")


if __name__ == "__main__":
    print(chart_declarations(), end="")  # noqa: T201 - its output is the file
