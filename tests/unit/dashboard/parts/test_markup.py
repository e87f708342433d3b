# SPDX-License-Identifier: Apache-2.0
"""Trees of elements."""

import pytest

from dashboard.parts.markup import clean, h, texts


def test_an_element_is_a_plain_list() -> None:
    """Tag, attributes and children in this order; None is left out."""
    assert ["a", {"class": "x", "data-y": "1"}, "text"] == h(
        "a", "text", None, class_="x", data_y="1", title=None
    )


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\x00", "\x1b", "\n", "\u2028", "\ue000", "\U000e0041"]
)
def test_invisible_characters_are_shown_as_such(hidden: str) -> None:
    """A name cannot turn its neighbours around, break a line or hide a letter."""
    assert "vm\ufffdexe" == clean(f"vm{hidden}exe")


def test_names_in_other_scripts_stay() -> None:
    """Letters of all scripts, emoji and spaces are names like others."""
    assert "база данных 数据库 🐘" == clean("база данных 数据库 🐘")


def test_long_texts_are_cut() -> None:
    """A text is cut at its limit, with an ellipsis."""
    assert "x" * 199 + "…" == clean("x" * 1000)


def test_texts_are_read_in_order() -> None:
    """All text of a tree is found."""
    assert "a b c" == texts(h("p", "a", h("b", "b"), "c"))
