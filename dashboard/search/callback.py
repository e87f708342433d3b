# SPDX-License-Identifier: Apache-2.0
"""The callback of the search field."""

from typing import Any

import msgspec
from dash import Dash, Input, Output, State

from dashboard.components.search_field import SEARCH
from dashboard.search.answer import Search
from dashboard.search.contract import SearchTyped
from dashboard.web.workers import Workers


def bind_search(app: Dash, search: Search, workers: Workers) -> None:
    """Bind the field in the bar to what answers it."""

    async def answer(_number: Any, data: Any) -> Any:
        typed = msgspec.convert(data, SearchTyped)
        found = await workers.answer(lambda: search.answer(typed), late=lambda: search.late(typed.number))
        return msgspec.to_builtins(found)

    app.callback(
        Output(SEARCH, "found"),
        Input(SEARCH, "searched_number"),
        State(SEARCH, "searched"),
        prevent_initial_call=True,
    )(answer)
