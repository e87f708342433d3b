# SPDX-License-Identifier: Apache-2.0
"""What the application has to know of a page; dashboard/pages/__init__.py lists all pages."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from dash import Dash
from dash.development.base_component import Component

from dashboard.database import Database
from dashboard.queries import Query
from dashboard.web.libraries import Library
from dashboard.web.workers import Workers


class Register(Protocol):
    """Binds the callbacks of a page to an application."""

    def __call__(self, app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
        """Answers may be kept for ``keep_seconds``."""


class Page(NamedTuple):
    """One page. ``label`` is its name in the bar, None for the page of one object.

    ``worker_count`` is how many answers are made at a time, of so many connections to the database.
    ``libraries`` are the component suites that it needs beside those of all pages.
    """

    name: str
    label: str | None
    path: str
    matches: Callable[[str], bool]
    layout: Callable[[], Component]
    register: Register
    worker_count: Callable[[int], int]
    queries: tuple[Query[Any], ...]
    libraries: tuple[Library, ...] = ()
