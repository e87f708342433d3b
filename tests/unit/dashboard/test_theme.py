# SPDX-License-Identifier: Apache-2.0
"""Contrast of the colours, computed over the token table."""

import pytest

from dashboard.theme import (
    DARK,
    LIGHT,
    SHAPE_PAIRS,
    TEXT_PAIRS,
    THEMES,
    ThemeName,
    contrast,
    style_sheet,
    translucent,
)


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21:1, a colour on itself 1:1."""
    assert pytest.approx(21.0) == contrast("#000000", "#ffffff")
    assert pytest.approx(1.0) == contrast("#777777", "#777777")


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_reaches_four_and_a_half(name: ThemeName, pair: tuple[str, str]) -> None:
    """Text on each ground it stands on has a contrast of at least 4.5:1 (WCAG 1.4.3)."""
    theme = THEMES[name]
    assert contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("pair", SHAPE_PAIRS, ids="-on-".join)
def test_shapes_reach_three(name: ThemeName, pair: tuple[str, str]) -> None:
    """Curves and controls have a contrast of at least 3:1 (WCAG 1.4.11)."""
    theme = THEMES[name]
    assert contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) >= 3.0


def test_the_style_sheet_holds_both_themes() -> None:
    """Every token of both themes is a custom property."""
    text = style_sheet()
    assert all(value in text for theme in (LIGHT, DARK) for value in theme)
    assert "prefers-color-scheme:dark" in text


def test_a_colour_can_be_translucent() -> None:
    """An opacity is added in a form that Plotly reads."""
    assert "rgba(10,95,180,0.5)" == translucent("#0a5fb4", 0.5)
