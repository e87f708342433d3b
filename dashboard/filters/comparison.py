# SPDX-License-Identifier: Apache-2.0
"""One condition on a field: its operator and value, as the kind of the field allows them."""

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import cast

from dashboard.errors import FilterError
from dashboard.filters.fields import Field, Measure
from dashboard.filters.tokens import Token
from dashboard.filters.tree import UNKNOWN, Node, Number, Operator, Text, Unknown, Word, bare

# Bounded, so that no product with a factor leaves the range of single precision.
_NUMBER = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,9})?)(.*)", re.DOTALL)
_EQUAL = frozenset({":", "="})


def comparison(
    fields: Sequence[Field], operator: Token, value: Token, next_word: Token | None
) -> tuple[Node, bool]:
    """Return the condition of a qualifier's fields, and whether the next word is the unit of its number."""
    field = fields[0]
    if field.kind == "figure":
        return _figure(fields, operator, value, next_word)
    if operator.text not in _EQUAL:
        raise FilterError(
            f"{field.qualifier} is no number: write {field.qualifier}:{value.shown}",
            operator.start,
            operator.end,
        )
    if field.kind == "word":
        return Word(field.qualifier, _word(field, value)), False
    if not any(value.pieces) and len(value.pieces) == 1:
        raise FilterError("Nothing stands between these quotes.", value.start, value.end)
    is_whole = operator.text == "=" and len(value.pieces) == 1
    return Text(field.qualifier, value.pieces, is_whole), False


def _word(field: Field, value: Token) -> str:
    small = "*".join(value.pieces).casefold()
    if small in field.words:
        return small
    near = get_close_matches(small, field.words, n=1)
    words = [bare(word) for word in field.words]
    known = f"{', '.join(words[:-1])} or {words[-1]}"
    advice = f": did you mean {bare(near[0])}?" if near else "."
    raise FilterError(f"{field.qualifier} is {known}{advice}", value.start, value.end)


def _figure(
    fields: Sequence[Field], operator: Token, value: Token, next_word: Token | None
) -> tuple[Node, bool]:
    qualifier = fields[0].qualifier
    if operator.text in _EQUAL and value.text.casefold() == UNKNOWN:
        return Unknown(qualifier), False
    read = _NUMBER.fullmatch(value.text)
    if read is None:
        raise FilterError(
            f"{value.shown} is no number: write {_example(fields)} or {qualifier}:{UNKNOWN}",
            value.start,
            value.end,
        )
    unit = _unit(fields, read[2])
    following = _unit(fields, next_word.text) if next_word is not None and not read[2] else None
    if following is None and unit is None:
        raise FilterError(
            f"{qualifier} has no unit {read[2][:20]}: write {_example(fields)}",
            value.start + read.start(2),
            value.end,
        )
    chosen = following if following is not None else unit
    sign = "=" if operator.text == ":" else operator.text
    node = Number(qualifier, cast("Operator", sign), Decimal(read[1]), cast("str", chosen))
    return node, following is not None


def _unit(fields: Sequence[Field], text: str) -> str | None:
    found = (_measure(field).unit(text) for field in fields)
    return next((unit for unit in found if unit is not None), None)


def _example(fields: Sequence[Field]) -> str:
    """Return one number in the first unit of each figure."""
    qualifier = fields[0].qualifier
    units = (_measure(field).plain for field in fields)
    return " or ".join(f"{qualifier}>8GiB" if unit is None else f"{qualifier}>80{unit}" for unit in units)


def _measure(field: Field) -> Measure:
    assert field.measure is not None  # noqa: S101 - the kind of the field says so
    return field.measure
