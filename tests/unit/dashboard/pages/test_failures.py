# SPDX-License-Identifier: Apache-2.0
"""What both pages answer when the database fails."""

import pytest

from dashboard.errors import (
    DashboardError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    SchemaMissingError,
)
from dashboard.pages.fleet.feed import FleetFeed
from dashboard.parts.contract import NOTICE, Request
from dashboard.parts.markup import texts
from tests.unit.dashboard.row_database import (
    VIEW,
    ask,
    fleet_database,
    host_database,
    host_feed,
)


@pytest.mark.parametrize(
    ("failure", "is_notice", "words"),
    [
        (DatabaseUnavailableError("refused"), False, "The database is away"),
        (SchemaMissingError("no table"), True, "kvmgrid-consumer migrate"),
        (QueryTimeoutError("too slow"), False, "too slow"),
    ],
)
@pytest.mark.parametrize("page", ["grid", "host"])
def test_failures_are_answers(failure: DashboardError, is_notice: bool, words: str, page: str) -> None:
    """An outage is said on the page, never an error of the server."""
    database = fleet_database() if page == "grid" else host_database()
    database.failure = failure
    if page == "grid":
        answer = FleetFeed(database, keep_seconds=0).answer(Request(number=1))
    else:
        answer = host_feed(database).answer(ask(), VIEW).update
    said = answer.parts[NOTICE].tree if is_notice else answer.banner
    assert said is not None
    assert words in texts(said)
