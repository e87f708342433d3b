# SPDX-License-Identifier: Apache-2.0
"""Figures as a table for the terminal. Pure."""

from collections.abc import Sequence

from tests.benchmark.figure import Figure

_HEADINGS = ("figure", "value", "unit", "ceiling", "ratio", "beside")
_RIGHT = (1, 3, 4)
_SLOW_HEADINGS = ("figure", "p95", "at most", "unit", "ceiling's p95")
_SLOW_RIGHT = (1, 2, 4)


def table(figures: Sequence[Figure]) -> str:
    """Return one line a figure, those with a limit once more beside it, and why others have no value."""
    lines = _aligned([_HEADINGS, *(_cells(each) for each in figures)], _RIGHT)
    slow = [_slow_cells(each) for each in figures if each.p95 is not None]
    below = ["", *_aligned([_SLOW_HEADINGS, *slow], _SLOW_RIGHT)] if slow else []
    return "\n".join([*lines, *below, *_reasons(figures)]) + "\n"


def _aligned(rows: Sequence[tuple[str, ...]], right: tuple[int, ...]) -> list[str]:
    """Return rows as lines, with columns of equal width."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


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


def _slow_cells(figure: Figure) -> tuple[str, ...]:
    numbers = (_number(figure.p95), _number(figure.limit))
    return (figure.name, *numbers, figure.unit, _number(figure.ceiling_p95))


def _number(value: float | None) -> str:
    """Return a number as people write it: whole with separators when large, else four digits."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
