# SPDX-License-Identifier: Apache-2.0
"""What the field of a filter and the dashboard say to each other; assets/types has it for the scripts.

Places in the text count its characters, as Python does.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from dashboard.errors import FilterError
from dashboard.filters.completion import complete
from dashboard.filters.fields import Fields
from dashboard.filters.grammar import parse

TYPED_LENGTH_MAX = 2048
Number = Annotated[int, Meta(ge=0, le=2**53)]
Place = Annotated[int, Meta(ge=0, le=TYPED_LENGTH_MAX)]


class FilterTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the field, and where its caret is."""

    number: Number
    text: Annotated[str, Meta(max_length=TYPED_LENGTH_MAX)] = ""
    caret: Place = 0


# What the browser sets of a FilterField.
REPORTED: Mapping[str, Any] = {"typed": FilterTyped, "typed_number": Number}


class FilterFault(Struct, frozen=True):
    """What is wrong with the text, from ``start`` up to ``end``."""

    words: str
    start: int
    end: int


class FilterChoice(Struct, frozen=True):
    """What may stand instead of the part of the text that an answer names."""

    text: str
    about: str


class FilterChecked(Struct, frozen=True, kw_only=True):
    """The answer to the text of the same number: what is wrong, and what may stand from start to end."""

    number: int
    fault: FilterFault | None = None
    start: int
    end: int
    choices: tuple[FilterChoice, ...]


def checked(typed: FilterTyped, fields: Fields) -> FilterChecked:
    """Return what to say of a text while it is typed."""
    start, end, choices = complete(typed.text, typed.caret, fields)
    return FilterChecked(
        number=typed.number,
        fault=_fault(typed.text, fields),
        start=start,
        end=end,
        choices=tuple(FilterChoice(each.text, each.about) for each in choices),
    )


def _fault(text: str, fields: Fields) -> FilterFault | None:
    try:
        parse(text, fields)
    except FilterError as error:
        return FilterFault(str(error), error.start, error.end)
    return None
