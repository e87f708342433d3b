# SPDX-License-Identifier: Apache-2.0
"""The structure of the page of one object: its head, the range, its chart, and cards below."""

from collections.abc import Sequence
from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.charts.component import Chart
from dashboard.charts.panel import Panel, TableColumn
from dashboard.components.line_menus import line_menus
from dashboard.components.range_bar import range_bar
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, place
from dashboard.web.clientside import attributes


class ObjectChart(NamedTuple):
    """What the chart of a page shows; ``label`` says it to a screen reader."""

    panels: Sequence[Panel]
    table: Sequence[TableColumn]
    label: str


class Card(NamedTuple):
    """A card with a heading, in which the part of a name stands."""

    name: str
    words: str
    class_name: str = ""


def parts_id(page: str) -> str:
    """Return the id of the Parts of a page."""
    return f"{page}-parts"


def chart_id(page: str) -> str:
    """Return the id of the Chart of a page."""
    return f"{page}-chart"


def object_page(
    page: str,
    chart: ObjectChart,
    cards: Sequence[Card],
    *,
    is_own_range: bool = False,
    more: Sequence[Component] = (),
) -> Parts:
    """Return the structure of a page; ids begin with its name.

    ``is_own_range``: the feed gives the bar of the range, whose default is the object's, and lines are means.
    ``more`` stands above the cards.
    """
    words = html.Div(className="note-place", **place("note"))
    note = html.Div(words if is_own_range else [line_menus(), words])
    drawn = Chart(note, id=chart_id(page), panels=chart.panels, table=chart.table, label=chart.label)
    return Parts(
        [
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.Header(
                        [html.Div(**place("head")), html.Div(className="host-facts", **place("facts"))],
                        className="host-top",
                    ),
                    html.Div(className="range-place", **place("range")),
                    html.Section(drawn, className="card", **attributes(aria_label="charts")),
                    *more,
                    *(_section(page, card) for card in cards),
                ],
                id=f"{page}-body",
                **body(),
            ),
        ],
        id=parts_id(page),
        className="page page--object",
        fixed={} if is_own_range else {"range": range_bar()},
    )


def _section(page: str, card: Card) -> html.Section:
    place_of_part = html.Div(id=f"{page}-{card.name}", className=card.class_name, **place(card.name))
    return html.Section(
        [html.H2(card.words, id=card.name), place_of_part],
        className="card",
        **attributes(aria_labelledby=card.name),
    )
