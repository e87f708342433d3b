# SPDX-License-Identifier: Apache-2.0
"""What a chart shows, as data: panels from top to bottom with their series, and the columns of its table."""

from typing import Literal, TypeAlias

from msgspec import Struct

Unit: TypeAlias = Literal[
    "ratio", "cores", "bytes", "bytes_per_second", "bits_per_second", "per_second", "seconds", "celsius"
]
Drawing: TypeAlias = Literal["stack", "area", "line"]

# Two lines of a panel differ in width as well as in colour. Dashes, which look like gaps, are for an earlier
# time alone.
LINE_PIXELS = 1.3
THICK_PIXELS = 2.4
# What the column of an earlier time is called, after the one that it stands beside.
BEFORE_SUFFIX = "_before"


class Series(Struct, frozen=True):
    """One curve. ``column`` names it in the rows and in the browser; ``colour`` is a token of the theme.

    Without ``words`` the picture names it.
    """

    column: str
    words: str
    colour: str
    drawing: Drawing = "line"
    width_pixels: float = LINE_PIXELS
    dash: Literal["solid", "dot", "dash"] = "solid"
    is_hidden: bool = False
    explanation: str = ""


class Panel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One band of a chart with its own vertical axis.

    ``maximum`` fixes the axis where it is known. With ``capacity_columns`` it ends at the greatest of them,
    without either at a round number above all values. A stack stands where ``ground_column`` is known,
    without one where any of its series is.
    """

    key: str
    title: str
    unit: Unit
    height_pixels: int
    series: tuple[Series, ...]
    maximum: float | None = None
    floor: float = 0.0
    capacity_columns: tuple[str, ...] = ()
    ground_column: str | None = None
    is_optional: bool = False


class TableColumn(Struct, frozen=True):
    """One column of the table that says the same as the chart; without ``words`` the picture names it."""

    words: str
    column: str
    unit: Unit


def drawn_columns(panels: tuple[Panel, ...], table: tuple[TableColumn, ...]) -> tuple[str, ...]:
    """Return the columns that a browser needs for panels and table, bands included, each once."""
    names: dict[str, None] = {}
    for panel in panels:
        for series in panel.series:
            names |= dict.fromkeys((series.column, f"{series.column}_min", f"{series.column}_max"))
        if panel.ground_column is not None:
            names[panel.ground_column] = None
    return tuple(names | dict.fromkeys(each.column for each in table))


def line_columns(panels: tuple[Panel, ...], table: tuple[TableColumn, ...]) -> tuple[str, ...]:
    """Return the columns that are lines, areas or in the table, each once. Parts of a stack are none."""
    lines = (each.column for panel in panels for each in panel.series if each.drawing != "stack")
    return tuple(dict.fromkeys([*lines, *(each.column for each in table)]))


def before_columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of an earlier time that stand beside some."""
    return tuple(f"{name}{BEFORE_SUFFIX}" for name in names)
