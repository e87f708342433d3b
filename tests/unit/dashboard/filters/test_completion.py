# SPDX-License-Identifier: Apache-2.0
"""What is offered while a filter is typed, and the answer to a field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import FilterError
from dashboard.filters.completion import CHOICE_COUNT_MAX, complete
from dashboard.filters.contract import FilterFault, FilterTyped, checked
from dashboard.filters.fields import DOMAIN_FIELDS, HOST_FIELDS
from dashboard.filters.grammar import parse


def offered(text: str, caret: int | None = None) -> list[str]:
    """Return the texts that are offered at the end, or at a caret."""
    return [each.text for each in complete(text, len(text) if caret is None else caret, HOST_FIELDS).choices]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("st", ["state:", "steal>"]),
        ("cpu>80 ST", ["state:", "steal>"]),
        ("(no", ["not "]),
        ("web o", ["or "]),
        ("o", []),
        ("state:", ["good ", "strained ", "bad ", "stale ", "unknown "]),
        ("-state:s", ["strained ", "stale "]),
        ("state:bad", []),
        ("cpu:", ["unknown "]),
        ("cpu>", []),
        ("cpu>8", []),
        ("mem>8g", []),
        ("lat>2", ["2µs ", "2s ", "2min ", "2h ", "2d "]),
        ('name:"a', []),
        ("nothing:", []),
    ],
)
def test_what_may_come_is_offered(text: str, expected: list[str]) -> None:
    """Fields by their beginning, words of a field, units of a number, and keywords where they may stand."""
    assert expected == offered(text)


def test_at_the_beginning_all_fields_are_offered() -> None:
    """An empty field tells what can be asked; each says what it is, and in which unit its numbers are."""
    choices = complete("", 0, HOST_FIELDS).choices
    beginnings = [each.text.rstrip(":>") for each in choices]

    assert [*HOST_FIELDS.qualifiers, "not "] == beginnings
    assert "memory used, in %" in [each.about for each in choices]


def test_a_word_in_the_middle_is_completed_up_to_the_caret() -> None:
    """What stands behind the caret stays."""
    assert (7, 9) == complete("cpu>80 stale", 9, HOST_FIELDS)[:2]
    assert ["state:", "steal>"] == offered("cpu>80 stale", 9)


@given(st.text('ctsaeo:>8m (-"\\ü😀', max_size=12), st.integers(0, 20))
def test_whatever_is_taken_can_be_taken(text: str, caret: int) -> None:
    """Each choice stands for a part of the text before the caret, and begins as that does."""
    start, end, choices = complete(text, caret, HOST_FIELDS)

    assert 0 <= start <= end == min(caret, len(text))
    assert len(choices) <= CHOICE_COUNT_MAX
    assert all(each.text.casefold().startswith(text[start:end].casefold()) for each in choices)


@pytest.mark.parametrize(
    "field", HOST_FIELDS.fields, ids=lambda field: f"{field.qualifier} {field.columns[0]}"
)
def test_what_is_offered_can_be_read(field: object) -> None:
    """A field with a value that is offered for it is a filter."""
    assert field in HOST_FIELDS.fields
    begun = [each for each in offered("") if each.endswith((":", ">"))]
    for beginning in begun:
        for value in offered(beginning) or offered(f"{beginning}8") or ["8"]:
            try:
                assert parse(beginning + value, HOST_FIELDS) is not None
            except FilterError as error:
                pytest.fail(f"{beginning}{value}: {error}")


def test_the_answer_to_a_field() -> None:
    """It has the number of the text, what is wrong with it, and what may stand there."""
    found = checked(FilterTyped(number=7, text="cpu>80 stat:bad st", caret=18), HOST_FIELDS)

    assert (7, 16, 18) == (found.number, found.start, found.end)
    assert FilterFault("stat is no field of a host: did you mean state?", 7, 11) == found.fault
    assert ["state:", "steal>"] == [each.text for each in found.choices]
    assert checked(FilterTyped(number=8), HOST_FIELDS).fault is None


@pytest.mark.parametrize("typed", ["s", "shut", "SHUT"])
def test_words_with_spaces_are_offered_in_quotes(typed: str) -> None:
    """Without them the second word would be a condition of its own; the quote need not be typed."""
    choices = complete(f"state:{typed}", 6 + len(typed), DOMAIN_FIELDS).choices

    assert ['"shut off" '] == [each.text for each in choices]
    assert parse('state:"shut off" cpu>1', DOMAIN_FIELDS) is not None
