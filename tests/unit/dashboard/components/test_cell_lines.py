# SPDX-License-Identifier: Apache-2.0
"""The lines of the rows in sight: whole hours, what is not known, and questions that no page asks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from dashboard.components.cell_lines import CellLine, Hours, hours, lines, serve_lines
from dashboard.errors import DatabaseError
from tests.unit.dashboard.own_loop import on_own_loop

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DAY = hours(NOW)


def asked(path: str, failure: DatabaseError | None = None) -> tuple[int, object, list[Sequence[str]]]:
    """Return status and content of the answer to an address, and the keys that the database was asked for."""
    questions: list[Sequence[str]] = []

    def ask(keys: Sequence[str], of: Hours) -> list[CellLine]:
        assert DAY == of
        questions.append(keys)
        if failure is not None:
            raise failure
        return [CellLine("7", [round(DAY.start.timestamp())], [0.25])]

    server = FastAPI()
    serve_lines(server, "/files/lines.json", ask, now=lambda: NOW)

    async def twice() -> httpx.Response:
        transport = httpx.ASGITransport(app=server)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.get(f"/files/lines.json{path}")
            return await client.get(f"/files/lines.json{path}")

    answer = on_own_loop(twice)
    return answer.status_code, answer.json() if answer.status_code == 200 else None, questions


def test_a_day_ends_with_the_hour_that_still_fills() -> None:
    """24 hours, each whole."""
    assert datetime(2026, 11, 23, 9, tzinfo=UTC) == DAY.end
    assert timedelta(hours=24) == DAY.end - DAY.start


def test_hours_stand_in_their_places_and_others_are_unknown() -> None:
    """In whatever order they come; a row of which nothing is known has a line of nothing."""
    start = round(DAY.start.timestamp())
    found = lines([CellLine("7", [start + 23 * 3600, start], [0.5, 0.123456])], ["7", "8"], DAY)
    assert [0.123, *[None] * 22, 0.5] == found["7"]
    assert [None] * 24 == found["8"]


def test_one_question_has_all_keys_and_is_shared() -> None:
    """Two browsers that show the same rows cost the database one question."""
    status, content, questions = asked("?keys=8,7,8")
    assert (200, [("7", "8")]) == (status, questions)
    assert isinstance(content, dict)
    assert [0.25, *[None] * 23] == content["7"]


@pytest.mark.parametrize(
    "path", ["", "?keys=", "?keys=1,,2", f"?keys={'x' * 64}", f"?keys={','.join(map(str, range(101)))}"]
)
def test_what_no_page_asks_is_refused(path: str) -> None:
    """Nothing, too long a key, or more rows than a page has in sight: the database is not asked."""
    status, _, questions = asked(path)
    assert (400, []) == (status, questions)


def test_rows_go_on_without_lines() -> None:
    """While the database is away there is no line, and no error beside that of the page."""
    assert 204 == asked("?keys=7", DatabaseError("away"))[0]
