# SPDX-License-Identifier: Apache-2.0
"""What the search field and the dashboard say to each other; assets/types has it for the scripts."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

TEXT_LENGTH_MAX = 128
Number = Annotated[int, Meta(ge=0, le=2**53)]


class SearchTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the field. An empty text says that one will come."""

    number: Number
    text: Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)] = ""


# What the browser sets of a SearchField.
REPORTED: Mapping[str, Any] = {"searched": SearchTyped, "searched_number": Number}


class SearchHit(Struct, frozen=True):
    """One host or VM: the address of its page, its name, what else is known of it."""

    path: str
    name: str
    about: str


class SearchGroup(Struct, frozen=True):
    """Hits of one kind, and how many more a table has: ``more_path`` leads to them."""

    title: str
    hits: tuple[SearchHit, ...]
    more_words: str = ""
    more_path: str = ""


class SearchFound(Struct, frozen=True, kw_only=True):
    """The answer to the text of the same number; ``words`` say how much was found, or what has failed."""

    number: int
    groups: tuple[SearchGroup, ...] = ()
    words: str = ""
    is_failure: bool = False
