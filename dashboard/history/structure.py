# SPDX-License-Identifier: Apache-2.0
"""The sections of the page of one object."""

from dash import html
from dash.development.base_component import Component

from dashboard.parts.parts import place
from dashboard.web.clientside import attributes


def chart_section(chart: Component) -> html.Section:
    """Return the card of the page's chart."""
    return html.Section(chart, className="card", **attributes(aria_label="charts"))


def section(page: str, name: str, words: str, class_name: str = "") -> html.Section:
    """Return a card with a heading, in which the part of a name stands; the id of that has both names."""
    return html.Section(
        [html.H2(words, id=name), html.Div(id=f"{page}-{name}", className=class_name, **place(name))],
        className="card",
        **attributes(aria_labelledby=name),
    )
