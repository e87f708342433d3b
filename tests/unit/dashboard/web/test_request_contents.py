# SPDX-License-Identifier: Apache-2.0
"""What a request of a good form says: each value is what the browser's component reports, or is refused."""

import json
from typing import Any

import pytest
from dash import Dash

from tests.unit.dashboard.web.callback_client import REFUSED, Client, reported, with_value

CONTENTS: dict[str, list[Any]] = {
    "pathname": [1, [], {}, "x" * 2049],
    "request_number": [None, "1", 1.5, -1, 2**60, True, []],
    "request": [
        None,
        [],
        "x",
        {},
        {"a": [1, 2.5, None]},
        {"number": "x"},
        {"number": -1},
        {"number": 2**60},
        {"number": 1, "path": "x" * 2049},
        {"number": 1, "search": {"deep": []}},
        {"number": 1, "zone": "x" * 65},
        {"number": 1, "more": 1},
        {"number": 1, "block": {"count": 201}},
        {"number": 1, "block": {"start": -1}},
        {"number": 1, "block": {"start": "0; SELECT"}},
        {"number": 1, "block": {"order": "x" * 65}},
        {"number": 1, "block": {"domain_ids": [1]}},
        {"number": 1, "seen": {"feed": 1}},
        {"number": 1, "seen": {"more": ""}},
        {"number": 1, "seen": {"parts": {f"part{index}": "" for index in range(17)}}},
    ],
    "typed_number": [None, "1", 1.5, -1, 2**60, True, []],
    "typed": [
        None,
        {},
        "x",
        {"number": 1, "text": 1},
        {"number": 1, "text": "x" * 2049},
        {"number": 1, "caret": -1},
        {"number": 1, "caret": 2049},
        {"number": 1, "more": 1},
    ],
    "searched_number": [None, "1", 1.5, -1, 2**60, True, []],
    "searched": [
        None,
        {},
        "x",
        {"number": 1, "text": 1},
        {"number": 1, "text": "x" * 129},
        {"number": 1, "more": 1},
    ],
    "view": [
        [],
        "x",
        {"a": [1, 2.5, None]},
        {"theme": "dark"},
        {"series": "x" * 129},
        {"width_pixels": 10**9},
        {"version": None},
        {"picture": 1},
    ],
}


def test_wrong_contents_are_refused(app: Dash, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """A good envelope with a value that no component reports ends at the door, with its line."""
    for call, where in reported(app):
        for value in CONTENTS[where]:
            answer = client.post(json.dumps(with_value(call, where, value)).encode())

            assert (400, 1) == (answer.status_code, answer.text.count("\n")), (where, value)
            assert REFUSED in capsys.readouterr().out
