# SPDX-License-Identifier: Apache-2.0
"""Rows of a range of which the fine level has only a part, or none any more."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from psycopg.sql import Composable

from dashboard.database import Database
from dashboard.filters.sql import Condition
from dashboard.history.rows import Series, Watch, read_kept_rows
from dashboard.queries import Query
from dashboard.settings import DatabaseSettings
from dashboard.timerange import choose_level, parse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY_SECONDS = 86_400.0


class Point(NamedTuple):
    """A row that is its time."""

    time_seconds: float


class Levels(Database):
    """Keeps a row an hour at each level, of as many days back as it is told."""

    def __init__(self, kept_days: Mapping[str, float]) -> None:
        super().__init__(DatabaseSettings())
        self.kept_days = kept_days
        self.asked: list[tuple[str, int]] = []

    def fetch(
        self,
        query: Any,
        parameters: Mapping[str, Any] | None = None,
        *,
        view: str | None = None,
        condition: Condition | None = None,
        order: Composable | None = None,
    ) -> list[Any]:
        """Return what is kept of a range."""
        del query, condition, order
        assert parameters is not None
        assert view is not None
        self.asked.append((view, parameters["bucket_seconds"]))
        kept_from = NOW - timedelta(days=self.kept_days[view])
        start = max(parameters["start"], kept_from).timestamp() // 3600 * 3600
        count = max(0, int((min(parameters["end"], NOW).timestamp() - start) / 3600))
        return [Point(start + 3600 * index) for index in range(count)]


@pytest.mark.parametrize(
    ("start", "end", "kept_days", "expected"),
    [
        # All of it is there.
        ("now-7d", "now", 90, ["15m"]),
        # Older than what is kept, and half of it so.
        ("now-107d", "now-100d", 90, ["15m", "1h"]),
        ("now-10d", "now", 5, ["15m", "1h"]),
        # The host is younger than the range: nothing is missing.
        ("now-2d", "now", 1, ["5m"]),
    ],
)
def test_a_coarser_level_is_taken_where_it_reaches_back_further(
    start: str, end: str, kept_days: float, expected: list[str]
) -> None:
    """One more question where rows begin too late, and no more where they do not."""
    window = parse(start, end, now=NOW)
    database = Levels({"s_5m": kept_days, "s_1h": 730, "s_1d": 3650})
    query = Query("none", "none", Point)
    first_seen = (NOW - timedelta(days=1 if start == "now-2d" else 400)).timestamp()
    found, rows = read_kept_rows(
        database,
        Series(query, query, "s", {}),
        window,
        choose_level(window.window_seconds, 10.0),
        Watch(10.0, first_seen),
    )
    assert expected[-1] == found.name
    assert len(expected) == len(database.asked)
    assert rows[0].time_seconds <= max(window.start.timestamp(), first_seen)


def test_a_real_gap_keeps_the_fine_level() -> None:
    """The coarser one has nothing more of a host that was silent."""
    window = parse("now-10d", "now", now=NOW)
    database = Levels({"s_5m": 5, "s_1h": 5, "s_1d": 5})
    query = Query("none", "none", Point)
    watch = Watch(10.0, NOW.timestamp() - 400 * DAY_SECONDS)
    level = choose_level(window.window_seconds, 10.0)
    found, _ = read_kept_rows(database, Series(query, query, "s", {}), window, level, watch)
    assert level == found
    assert [("s_5m", 900), ("s_1h", 3600)] == database.asked
