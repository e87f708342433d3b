# SPDX-License-Identifier: Apache-2.0
"""The contract between pages and the component Parts."""

from pathlib import Path

import msgspec
import orjson
import pytest

from dashboard.pages.fleet.feed import HOST_CARDS, FleetFeed
from dashboard.parts.contract import (
    Items,
    Part,
    Request,
    RowNews,
    Seen,
    Update,
    fresh_parts,
    gone_parts,
    written,
)
from dashboard.parts.markup import Element, h
from dashboard.parts.typescript import declarations, parts_declarations
from tests.unit.dashboard.row_database import fleet_database

ROOT = Path(__file__).resolve().parents[4]


def test_the_declarations_for_scripts_are_those_of_the_structs() -> None:
    """The scripts are checked against what ``python -m dashboard.parts.typescript`` prints now."""
    assert parts_declarations() == (ROOT / "dashboard/assets/types/contract.d.ts").read_text()


def test_a_field_of_another_kind_is_refused() -> None:
    """No declaration is guessed."""

    class Strange(msgspec.Struct):
        times: set[bytes]

    with pytest.raises(TypeError, match="no TypeScript"):
        declarations([Strange], "dashboard.parts")


def test_an_update_is_written_without_what_is_empty() -> None:
    """Lists, parts and texts that say nothing take no bytes; a number that is 0 is said."""
    update = Update(
        number=1,
        parts={"head": Part("h", ["p", {}])},
        lists={"cards": Items(changes={"a": {"1": "x"}}), "others": Items(order=[])},
        rows=RowNews(all=[]),
    )
    expected = {
        "number": 1,
        "now_ms": 0,
        "parts": {"head": {"hash": "h", "tree": ["p", {}]}},
        "lists": {"cards": {"changes": {"a": {"1": "x"}}}, "others": {"order": []}},
        "rows": {"all": []},
    }
    assert expected == written(update)


def test_what_is_written_is_the_whole_update() -> None:
    """Nothing that is there is left out, and Dash's serialiser takes it as it is."""
    update = FleetFeed(fleet_database(), keep_seconds=0).answer(Request(number=1))
    whole = msgspec.json.decode(msgspec.json.encode(update))
    whole["lists"][HOST_CARDS].pop("changes")
    sent = orjson.loads(orjson.dumps(written(update)))
    assert {name: whole[name] for name in sent} == sent
    assert all(whole[name] in (None, {}, []) for name in whole.keys() - sent.keys())


def test_trees_are_written_as_they_are() -> None:
    """Nothing is done for each of their elements: the very object is handed on."""
    tree: Element = ["p", {}, "text"]
    update = Update(number=1, parts={"a": Part("h", tree)}, lists={"b": Items(trees={"c": tree})})
    sent = written(update)
    assert sent["parts"]["a"]["tree"] is tree
    assert sent["lists"]["b"]["trees"]["c"] is tree


def test_parts_that_are_held_are_not_sent_again() -> None:
    """A part is fresh where its hash is another one, and gone where the page no longer has it."""
    first = fresh_parts({"a": h("p", "x"), "b": h("p", "y")}, Seen())
    seen = Seen(parts={name: part.hash for name, part in first.items()})
    assert {"b"} == fresh_parts({"a": h("p", "x"), "b": h("p", "z")}, seen).keys()
    assert ["a"] == gone_parts(["a", "c"], seen)
