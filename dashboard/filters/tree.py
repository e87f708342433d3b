# SPDX-License-Identifier: Apache-2.0
"""What a filter says, as a tree, and its text: ``parse(written(node)) == node``.

A condition on what is not known is neither true nor false, as in SQL, and neither is its opposite.
Only Unknown is always one of both.
"""

import re
from decimal import Decimal
from types import UnionType
from typing import Literal, TypeAlias

from msgspec import Struct

Operator = Literal[">", ">=", "<", "<=", "="]
KEYWORDS = frozenset({"and", "or", "not"})
UNKNOWN = "unknown"
WILDCARD = "*"
# What needs no quotes.
BARE = re.compile(r'[^\s()":<>=*]+')


class Text(Struct, frozen=True):
    """A text contains another, or is it, in any case of letters.

    Several ``pieces`` stand for the whole text, with anything between them. The qualifier of a word that
    stands alone is empty.
    """

    qualifier: str
    pieces: tuple[str, ...]
    is_whole: bool = False


class Word(Struct, frozen=True):
    """A field has one of its words."""

    qualifier: str
    word: str


class Number(Struct, frozen=True):
    """A figure compares with a number of a unit; the unit tells which figure of the qualifier is meant."""

    qualifier: str
    operator: Operator
    value: Decimal
    unit: str


class Unknown(Struct, frozen=True):
    """A figure is not known."""

    qualifier: str


class Not(Struct, frozen=True):
    """The opposite."""

    node: "Node"


class And(Struct, frozen=True):
    """Two or more, all of them."""

    nodes: "tuple[Node, ...]"


class Or(Struct, frozen=True):
    """Two or more, at least one of them."""

    nodes: "tuple[Node, ...]"


Node: TypeAlias = Text | Word | Number | Unknown | Not | And | Or


def written(node: Node) -> str:
    """Return the text of a filter: one text for all that say the same in other letters and units."""
    match node:
        case And() | Or():
            within, between = (Or, " or ") if isinstance(node, Or) else (And | Or, " ")
            return between.join(_enclosed(each, within) for each in node.nodes)
        case Not():
            return f"not {_enclosed(node.node, And | Or)}"
        case Text():
            operator = "=" if node.is_whole else ":"
            return f"{node.qualifier}{operator if node.qualifier else ''}{_pattern(node.pieces)}"
        case Number():
            return f"{node.qualifier}{node.operator}{node.value:f}{node.unit}"
        case Word() | Unknown():
            return f"{node.qualifier}:{bare(node.word) if isinstance(node, Word) else UNKNOWN}"


def _enclosed(node: Node, kinds: type | UnionType) -> str:
    return f"({written(node)})" if isinstance(node, kinds) else written(node)


def _pattern(pieces: tuple[str, ...]) -> str:
    first, *rest = pieces
    # Without quotes it would be read as something else.
    is_other = first.startswith("-") or (not rest and first.casefold() in KEYWORDS)
    return WILDCARD.join([_quoted(first) if is_other else bare(first), *map(bare, rest)])


def bare(piece: str) -> str:
    """Return a text as it stands in a filter: in quotes only if it needs them."""
    return piece if not piece or BARE.fullmatch(piece) else _quoted(piece)


def _quoted(piece: str) -> str:
    escaped = piece.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
