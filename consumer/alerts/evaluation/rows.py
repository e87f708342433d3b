# SPDX-License-Identifier: Apache-2.0
"""Rows of samples as columns, and the figures of rules that are made of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from consumer.alerts.windows import Numbers, Places
from consumer.rules.figures import RuleFigure, as_stored

# Numbers with NaN for what is not known, or words with None.
Column: TypeAlias = Numbers | list[str | None]


class Rows(NamedTuple):
    """Samples of one kind of object. ``times``: when they were taken; ``covers``: seconds of their ticks."""

    owners: Places
    parts: Sequence[str] | None
    hosts: Places
    times: Numbers
    covers: Numbers
    columns: Mapping[str, Column]

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.owners)


def computed(figure: RuleFigure, columns: Mapping[str, Column], count: int) -> Numbers:
    """Return a figure of each row, NaN where it is not known."""
    if figure.compute is as_stored:
        stored = columns[figure.made_of[0]]
        assert isinstance(stored, np.ndarray)  # noqa: S101 - only numbers have levels
        return stored
    values = np.full(count, np.nan)
    chosen: Places | None = None
    if figure.zero_unless is not None:
        # Most rows are of objects that are well: these are not asked one by one.
        name, wanted = figure.zero_unless
        column = columns[name]
        assert isinstance(column, np.ndarray)  # noqa: S101 - a part with a value is a number
        values[~np.isnan(column)] = 0.0
        chosen = np.flatnonzero(column == wanted)
    parts = [_listed(columns[name], chosen) for name in figure.made_of]
    found = np.array([figure.compute(*each) for each in zip(*parts, strict=True)], dtype=np.float64)
    if chosen is None:
        return found
    values[chosen] = found
    return values


def _listed(column: Column, chosen: Places | None) -> list[object]:
    """Return a column as figures take it, with None for what is not known."""
    if isinstance(column, list):
        return list(column) if chosen is None else [column[row] for row in chosen.tolist()]
    numbers = column if chosen is None else column[chosen]
    listed: list[object] = numbers.tolist()
    for row in np.flatnonzero(np.isnan(numbers)).tolist():
        listed[row] = None
    return listed
