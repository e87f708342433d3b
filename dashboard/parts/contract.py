# SPDX-License-Identifier: Apache-2.0
"""What the component Parts and a page say to each other; assets/types/contract.d.ts is written from it.

The browser reports a Request, and the page's callback answers with an Update. Anyone can send a request:
all of its fields are bounded, and the request guard checks them.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from dashboard.parts.change import Change
from dashboard.parts.markup import Element, Json, digest

Number = Annotated[int, Meta(ge=0, le=2**53)]
ShortText = Annotated[str, Meta(max_length=64)]
ADDRESS_LENGTH_MAX = 2048
Address = Annotated[str, Meta(max_length=ADDRESS_LENGTH_MAX)]

# The part that stands instead of a page; assets/parts.js hides the page's body while it is there.
NOTICE = "notice"


class Seen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a component holds: the state of its lists, and the hash of each part."""

    feed: ShortText = ""
    cursor: Number = 0
    parts: Annotated[dict[ShortText, ShortText], Meta(max_length=16)] = {}


BLOCK_ROW_COUNT_MAX = 200


class BlockWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of a long table a component wants, from ``start`` on.

    ``order`` names the order that it holds, and ``digest`` the rows that it holds of this block; an empty one
    is none.
    """

    order: ShortText = ""
    start: Number = 0
    count: Annotated[int, Meta(ge=0, le=BLOCK_ROW_COUNT_MAX)] = 0
    digest: ShortText = ""


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a browser wants news of. ``path`` and ``search`` are its address; ``zone`` is an IANA name."""

    number: Number
    path: Address = "/"
    search: Address = ""
    zone: ShortText = "UTC"
    seen: Seen = Seen()
    block: BlockWanted | None = None


# What the browser sets of a Parts.
REPORTED: Mapping[str, Any] = {"request": Request, "request_number": Number}


def read_request(data: Any) -> Request:
    """Return what a browser asks, which the request guard has checked."""
    return msgspec.convert(data, Request)


class Part(Struct, frozen=True):
    """What stands in one place of the page."""

    hash: str
    tree: Element

    @classmethod
    def of(cls, tree: Element) -> "Part":
        """Return a part with its hash."""
        return cls(digest(tree), tree)


class Items(Struct, frozen=True, kw_only=True):
    """News of a keyed list: whole items, changes of items that the browser holds, the order if it is new."""

    trees: dict[str, Element] = {}
    changes: dict[str, Change] = {}
    order: list[str] | None = None


# A row of a table as its columns read it: values by field, nothing of what is not known.
TableRow = dict[str, str | float | bool]


class RowNews(Struct, frozen=True, kw_only=True):
    """News of the page's table: all rows, or those that came or changed and the keys of those that went."""

    all: list[TableRow] | None = None
    add: list[TableRow] = []
    update: list[TableRow] = []
    remove: list[str] = []


class CellGroup(Struct, frozen=True, kw_only=True):
    """CellMap under one title: so many of them, in their order."""

    title: str
    count: int


class CellMap(Struct, frozen=True, kw_only=True):
    """All cells of a map, in their order. ``path`` is put before a key, ``unit`` behind a level of ``fill``.

    A level of ``maximum`` fills a cell, any level if that is 0. ``edges`` are in pixels, none where all cells
    have the usual one.
    """

    keys: list[str]
    groups: list[CellGroup] = []
    edges: list[int] = []
    path: str = ""
    fill: str = ""
    unit: str = ""
    maximum: int = 100


class CellNews(Struct, frozen=True, kw_only=True):
    """News of the page's map: all cells, or those at these places, with what they show.

    ``levels`` are whole numbers, -1 where there is no figure; ``states`` are places in CELL_STATES; from
    ``stale_seconds`` on, since 1970, a cell is stale. Each list is as long as ``places``, or as all cells.
    """

    all: CellMap | None = None
    places: list[int] = []
    levels: list[int] = []
    states: list[int] = []
    stale_seconds: list[int] = []


# assets/map/cell_drawing.js has the same, with their colours.
CELL_STATES = ("good", "strained", "bad", "unknown", "stale", "catching up")
NO_LEVEL = -1


class Block(Struct, frozen=True, kw_only=True):
    """Rows of a long table from ``start`` on, in the order of this name, which has ``total`` rows.

    A component that held another order forgets its rows.
    """

    order: str
    total: int
    start: int
    digest: str
    rows: list[TableRow]


class Update(Struct, frozen=True, kw_only=True):
    """The answer to the request of the same number. What it does not name stays as it is.

    ``now_ms`` is the server's clock when the answer leaves. ``gone`` are parts to empty. A ``feed`` that the
    browser does not hold empties the lists first; ``cursor`` is the state of lists, rows and cells after it.
    """

    number: int
    now_ms: int = 0
    zone: str | None = None
    title: str | None = None
    banner: Element | None = None
    feed: str | None = None
    cursor: int | None = None
    templates: dict[str, Json] | None = None
    parts: dict[str, Part] = {}
    gone: list[str] = []
    lists: dict[str, Items] = {}
    rows: RowNews | None = None
    cells: CellNews | None = None
    block: Block | None = None


def fresh_parts(trees: Mapping[str, Element], seen: Seen) -> dict[str, Part]:
    """Return the parts that differ from what the browser holds."""
    return unseen({name: Part.of(tree) for name, tree in trees.items()}, seen)


def unseen(parts: Mapping[str, Part], seen: Seen) -> dict[str, Part]:
    """Return those of the parts that the browser does not hold."""
    return {name: part for name, part in parts.items() if part.hash != seen.parts.get(name)}


def gone_parts(absent: Iterable[str], seen: Seen) -> list[str]:
    """Return those of the parts that the browser holds and the page no longer has."""
    return [name for name in absent if name in seen.parts]


# An answer without news; what an update has in common with it is not sent.
_NO_NEWS = Update(number=-1, now_ms=-1)
_NO_ITEMS = Items()
_NO_ROWS = RowNews()
_NO_CELLS = CellNews()


def written(update: Update) -> dict[str, Any]:
    """Return an update as Dash serialises it, without what is empty.

    Only the structs are taken apart. A grid's trees have a hundred thousand elements, and stay as they are.
    """
    fields = _different(update, _NO_NEWS)
    if update.parts:
        fields["parts"] = {name: msgspec.structs.asdict(part) for name, part in update.parts.items()}
    if update.lists:
        fields["lists"] = {name: _different(items, _NO_ITEMS) for name, items in update.lists.items()}
    if update.rows is not None:
        fields["rows"] = _different(update.rows, _NO_ROWS)
    if update.cells is not None:
        fields["cells"] = _different(update.cells, _NO_CELLS)
        if update.cells.all is not None:
            fields["cells"]["all"] = msgspec.to_builtins(update.cells.all)
    if update.block is not None:
        fields["block"] = msgspec.structs.asdict(update.block)
    return fields


def _different(struct: Struct, other: Struct) -> dict[str, Any]:
    fields = msgspec.structs.asdict(struct)
    return {name: value for name, value in fields.items() if value != getattr(other, name)}
