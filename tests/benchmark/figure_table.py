# SPDX-License-Identifier: Apache-2.0
"""Figures as a table for the terminal. Pure."""

from collections.abc import Sequence

from tests.benchmark.figure import Figure

_HEADINGS = ("figure", "value", "unit", "ceiling", "ratio", "beside")
_RIGHT = (1, 3, 4)


def table(figures: Sequence[Figure]) -> str:
    """Return one line a figure, and below it why those without a value have none."""
    rows = [_HEADINGS, *(_cells(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *_reasons(figures)]) + "\n"


def _reasons(figures: Sequence[Figure]) -> list[str]:
    """Return each reason once, behind the figures that it is of."""
    names: dict[str, list[str]] = {}
    for each in figures:
        if each.reason:
            names.setdefault(each.reason, []).append(each.name)
    found = [f"{', '.join(those)}: {reason}" for reason, those in names.items()]
    return ["", "not measured:", *found] if found else []


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    return (figure.name, _number(figure.value), figure.unit, _number(figure.ceiling), ratio, figure.beside)


def _number(value: float | None) -> str:
    """Return a number as people write it: whole with separators when large, else four digits."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
