# SPDX-License-Identifier: Apache-2.0
"""Where the lines of a chart are chosen: which statistic, and which earlier time stands beside them."""

from dash import html
from dash.development.base_component import Component

from dashboard.web.clientside import attributes

# The parameters of the address; without one the first choice stands.
STATISTIC = "line"
BEFORE = "vs"
CHOICES = {
    STATISTIC: {"": "mean", "max": "max", "p95": "95th percentile"},
    BEFORE: {"": "nothing", "-1d": "1 day before", "-7d": "1 week before", "-28d": "4 weeks before"},
}
WORDS = {STATISTIC: "Lines: ", BEFORE: "Compare with: "}
ABOUT = {
    STATISTIC: "What is drawn of the samples in a bucket; the band is from the least to the greatest",
    BEFORE: "The same times of day so long before, as grey dashed lines",
}


def line_menus() -> Component:
    """Return the lists to choose from; assets/line_menus.js follows them."""
    return html.Div([_menu(name) for name in CHOICES], className="line-menus quiet")


def _menu(name: str) -> Component:
    options = [html.Option(words, value=value) for value, words in CHOICES[name].items()]
    menu = html.Select(options, className="button", title=ABOUT[name], **attributes(data_line_menu=name))
    return html.Label([WORDS[name], menu])
