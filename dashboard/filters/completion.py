# SPDX-License-Identifier: Apache-2.0
"""What may come next in a filter, for the list under its field."""

from typing import NamedTuple

from dashboard.errors import FilterError
from dashboard.filters.fields import Field, Fields
from dashboard.filters.tokens import Token, tokens
from dashboard.filters.tree import UNKNOWN, bare

CHOICE_COUNT_MAX = 20
_KEYWORDS = {"and": "both conditions, as a space", "or": "one of both conditions", "not": "the opposite"}


class Choice(NamedTuple):
    """One thing that may stand at a place: its text, and what it is."""

    text: str
    about: str


class Completion(NamedTuple):
    """What may stand instead of a part of the text, from ``start`` up to ``end``."""

    start: int
    end: int
    choices: tuple[Choice, ...]


def complete(text: str, caret: int, fields: Fields) -> Completion:
    """Return what may come at the caret, or instead of the word that ends there."""
    caret = min(caret, len(text))
    try:
        before = tokens(text[:caret])
    except FilterError:
        # Inside of quotes.
        return Completion(caret, caret, ())
    typed = before.pop() if before and before[-1].kind == "word" and before[-1].end == caret else None
    start = caret if typed is None else typed.start
    small = "" if typed is None else typed.text.casefold()
    offered = _values(before, small, fields) if _is_value(before) else _conditions(before, fields)
    # What is there as it stands needs no list. A quote at the beginning need not be typed.
    choices = [
        each
        for each in offered
        if each.text.casefold().removeprefix('"').startswith(small.removeprefix('"'))
        and each.text.strip() != small
    ]
    return Completion(start, caret, tuple(choices[:CHOICE_COUNT_MAX]))


def _is_value(before: list[Token]) -> bool:
    return bool(before) and before[-1].kind == "operator"


def _conditions(before: list[Token], fields: Fields) -> list[Choice]:
    offered = [Choice(_beginning(field), _described(field)) for field in fields.fields]
    follows = bool(before) and before[-1].kind in {"word", "close"} and not before[-1].keyword
    words = ("and", "or", "not") if follows else ("not",)
    # Several figures of a qualifier begin alike: the last says what the first does not.
    by_text = {each.text: each for each in reversed(offered)}
    keywords = [Choice(f"{word} ", _KEYWORDS[word]) for word in words]
    return [*reversed(by_text.values()), *keywords]


def _values(before: list[Token], small: str, fields: Fields) -> list[Choice]:
    known = fields.find(before[-2].text.casefold()) if len(before) > 1 else ()
    found: list[Choice] = []
    for field in known:
        found += [Choice(f"{bare(word)} ", f"{field.about} is {word}") for word in field.words]
        # A number that is typed lacks its unit, if there is more than one.
        if field.measure is not None and small and not small.strip("-.0123456789"):
            units = [unit for unit in field.measure.units if unit != field.measure.plain]
            found += [Choice(f"{small}{unit} ", field.about) for unit in units]
    if known and known[0].kind == "figure" and before[-1].text == ":":
        found.append(Choice(f"{UNKNOWN} ", f"{known[0].about} is not known"))
    return found


def _beginning(field: Field) -> str:
    return f"{field.qualifier}>" if field.kind == "figure" else f"{field.qualifier}:"


def _described(field: Field) -> str:
    if field.measure is None:
        return f"{field.about}: {', '.join(field.words)}" if field.words else field.about
    unit = field.measure.plain
    return f"{field.about}, in {unit}" if unit else field.about
