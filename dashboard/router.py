# SPDX-License-Identifier: Apache-2.0
"""From the address to the page: its structure, and the scripts that have to be there before it is drawn.

The router is ours. Dash's own draws a page anew whenever the query string changes. Here a zoom is such a
change.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.components import shell
from dashboard.page import Page
from dashboard.parts.contract import Address
from dashboard.web.clientside import bind
from dashboard.web.libraries import script_address

# What the browser sets of the address; nothing before it has looked.
REPORTED: Mapping[str, Any] = {"pathname": Address | None}


def register(app: Dash, pages: Iterable[Page]) -> None:
    """Bind the address to the place of the page, by way of the browser, which fetches the scripts."""
    pages = tuple(pages)

    async def arrive(path: str | None) -> dict[str, Any]:
        page = None if path is None else find_page(pages, path)
        libraries = () if page is None else page.libraries
        return {
            "scripts": [script_address(app, library) for library in libraries],
            # As a text: components in a property are drawn at once, before their scripts are there.
            "page": _written(no_page() if page is None else page.layout()),
        }

    app.callback(Output(shell.ARRIVED, "data"), Input(shell.ADDRESS, "pathname"))(arrive)
    bind(app, ("router", "show"), Output(shell.PAGE, "children"), Input(shell.ARRIVED, "data"))


def find_page(pages: Iterable[Page], path: str) -> Page | None:
    """Return the page at an address, None where there is none; whether a host is known, its page says."""
    return next((page for page in pages if page.matches(path)), None)


def no_page() -> Component:
    """Return what stands at an address that leads nowhere."""
    words = [html.H1("There is no such page"), html.P(html.A("All hosts", href="/", className="button"))]
    return html.Div(html.Section(words, className="guide"), className="page")


def _written(component: Component) -> str:
    return json.dumps(component, default=Component.to_plotly_json)
