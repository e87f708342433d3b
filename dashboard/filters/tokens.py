# SPDX-License-Identifier: Apache-2.0
"""The tokens of a filter: words, operators, parentheses, and the minus that stands for ``not``."""

import re
from typing import Literal, NamedTuple

from dashboard.errors import FilterError
from dashboard.filters.tree import BARE, KEYWORDS, WILDCARD

LENGTH_MAX = 500
_SHOWN_LENGTH = 40
_OPERATOR = re.compile(r"[<>]=?|[:=]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


class Token(NamedTuple):
    """One token. The ``pieces`` of a word are what stands between its wildcards, without quotes."""

    kind: Literal["word", "operator", "open", "close", "not"]
    text: str
    start: int
    end: int
    pieces: tuple[str, ...] = ()
    is_bare: bool = False

    @property
    def shown(self) -> str:
        """The text for a message."""
        return self.text if len(self.text) <= _SHOWN_LENGTH else f"{self.text[:_SHOWN_LENGTH]}…"

    @property
    def keyword(self) -> str | None:
        """The keyword that this word is; in quotes it is none."""
        small = self.text.casefold()
        return small if self.is_bare and small in KEYWORDS else None


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text; raise FilterError where there is none."""
    if len(text) > LENGTH_MAX:
        raise FilterError(f"A filter has at most {LENGTH_MAX} characters.", LENGTH_MAX, len(text))
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place, after_operator=bool(found) and found[-1].kind == "operator")
        found.append(token)
        place = token.end
    return found


def _token(text: str, place: int, *, after_operator: bool) -> Token:
    letter = text[place]
    if operator := _OPERATOR.match(text, place):
        return Token("operator", operator[0], place, operator.end())
    if letter in "()":
        return Token("open" if letter == "(" else "close", letter, place, place + 1)
    is_minus = letter == "-" and not after_operator and not text[place + 1 : place + 2].isspace()
    if is_minus and place + 1 < len(text):
        return Token("not", letter, place, place + 1)
    return _word(text, place)


def _word(text: str, start: int) -> Token:
    place, pieces, is_bare = start, [""], True
    while place < len(text):
        if text[place] == WILDCARD:
            # Two in a row say what one does.
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
            place += 1
        elif text[place] == '"':
            quoted = _QUOTED.match(text, place)
            if quoted is None:
                raise FilterError("This quote is not closed.", place, len(text))
            pieces[-1] += _ESCAPED.sub(r"\1", quoted[1])
            is_bare, place = False, quoted.end()
        elif bare := BARE.match(text, place):
            pieces[-1] += bare[0]
            place = bare.end()
        else:
            break
    for offset, letter in enumerate(text[start:place], start):
        if not letter.isprintable() and not letter.isspace():
            raise FilterError("No name has such a character.", offset, offset + 1)
    return Token("word", text[start:place], start, place, tuple(pieces), is_bare and len(pieces) == 1)
