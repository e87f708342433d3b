# SPDX-License-Identifier: Apache-2.0
"""Fifty viewers of a page cost the database as much as one, from a browser's request to the questions."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from dash import Dash
from msgspec.json import encode
from psycopg import sql

from dashboard.app import create_app
from dashboard.database import Database
from dashboard.filters.sql import Condition
from dashboard.queries import Query
from dashboard.settings import DatabaseSettings, PageSettings, Settings
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now
from tests.services import MigratedDatabase
from tests.unit.dashboard.web.callback_client import Client, calls, with_value

VIEWER_COUNT = 50
# More than there are cards for.
HOST_COUNT = 99
VM = domain(1, "web")
# Everything that is asked comes within one period.
SETTINGS = Settings(page=PageSettings(refresh_seconds=60))
# Name and address of what is opened.
PAGES = (
    ("fleet", "/", ""),
    ("fleet", "/", "?fill=mem&q=cpu%3E1"),
    ("hosts", "/hosts", ""),
    ("hosts", "/hosts", "?q=cpu%3E10"),
    ("vms", "/vms", ""),
    ("vms", "/vms", "?over=p95-24h&sort=-steal&q=state%3Arunning"),
    ("host", "/host/hv1", "?from=now-15m&to=now"),
    ("vm", f"/vm/{VM.uuid}", "?from=now-15m&to=now"),
)


class CountingDatabase(Database):
    """A database that notes the name of each question that is put to it."""

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        self.asked: list[str] = []

    def fetch(
        self,
        query: Query[Any],
        parameters: Mapping[str, Any] | None = None,
        *,
        view: str | None = None,
        condition: Condition | None = None,
        order: sql.Composable | None = None,
    ) -> list[Any]:
        """Note the question and ask it."""
        self.asked.append(query.name)
        return super().fetch(query, parameters, view=view, condition=condition, order=order)


@pytest.fixture
def counting(database: MigratedDatabase, seeder: Seeder) -> Iterator[CountingDatabase]:
    """Give a connected dashboard's database with a host that has a quarter of an hour, and one VM."""
    seeder.store(run_of_batches("hv1", utc_now(), 90, Load(domains=[VM])))
    counting = CountingDatabase(DatabaseSettings(url=database.dashboard_url))
    counting.open()
    yield counting
    counting.close()


def request_of(app: Dash, name: str, path: str, search: str) -> bytes:
    """Return what a browser sends that opens a page."""
    (call,) = (each for each in calls(app) if each["output"].strip(".").startswith(f"{name}-parts.update"))
    return encode(with_value(call, "request", {"number": 1, "path": path, "search": search}))


def opened(counting: CountingDatabase, viewer_count: int) -> list[list[str]]:
    """Return the questions for each page, which so many viewers of a new dashboard open at the same time."""
    app = create_app(SETTINGS, counting)
    client = Client(app)
    found = []
    try:
        for page in PAGES:
            body = request_of(app, *page)
            counting.asked.clear()
            with ThreadPoolExecutor(viewer_count) as viewers:
                answers = list(viewers.map(lambda _, body=body: client.post(body), range(viewer_count)))
            found.append(sorted(counting.asked))
            # Each of them has the figures.
            assert {httpx.codes.OK} == {each.status_code for each in answers}
            assert min(len(each.content) for each in answers) > 500
    finally:
        client.close()
    return found


def test_fifty_viewers_cost_the_database_as_much_as_one(
    counting: CountingDatabase, database: MigratedDatabase
) -> None:
    """Whoever comes within a period shares what was asked for the first, also while it is being asked."""
    copy_host(database.owner_url, "hv1", HOST_COUNT)
    alone = opened(counting, 1)

    assert all(alone)
    assert alone == opened(counting, VIEWER_COUNT)
