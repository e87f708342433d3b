# SPDX-License-Identifier: Apache-2.0
"""What the lines of a chart are: which statistic of a bucket, and which earlier time stands beside it."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from dashboard.charts.columns import Columns, Numbers, has_values
from dashboard.components.line_menus import BEFORE, STATISTIC
from dashboard.errors import RangeError
from dashboard.history.before import Before, read_before
from dashboard.history.wanted_range import TIME_LETTERS_MAX, named_in
from dashboard.parts.contract import Request
from dashboard.parts.markup import Element, h
from dashboard.timerange import Level

Statistic: TypeAlias = Literal["mean", "max", "p95"]

STATISTICS: dict[Statistic, str] = {"mean": "mean", "max": "max", "p95": "95th percentile"}


class LineChoice(NamedTuple):
    """What an address asks of the lines."""

    statistic: Statistic = "mean"
    before: Before | None = None

    @property
    def name(self) -> str:
        """What tells the rows of two choices apart."""
        return self.statistic if self.before is None else f"{self.statistic}/{self.before.words}"


class Lined(NamedTuple):
    """Columns whose lines are of a statistic; ``names`` are those that have it, the others are means."""

    columns: dict[str, Numbers]
    names: tuple[str, ...]


def read_line_choice(request: Request) -> LineChoice:
    """Return what an address asks of the lines; raise RangeError on nonsense."""
    named = named_in(request)
    wanted, before = (named.get(name, [""])[0][:TIME_LETTERS_MAX] for name in (STATISTIC, BEFORE))
    statistic = next((each for each in STATISTICS if each == (wanted or "mean")), None)
    if statistic is None:
        raise RangeError(f"line={wanted[:20]} is none of {', '.join(STATISTICS)}.")
    return LineChoice(statistic, read_before(before))


def with_statistic(columns: Columns, statistic: Statistic, names: Iterable[str]) -> Lined:
    """Return the columns with those of a statistic in the places of means, where there are some."""
    found = dict(columns)
    lined = []
    if statistic != "mean":
        for name in names:
            wanted = columns.get(f"{name}_{statistic}")
            if wanted is not None and has_values(wanted):
                # A percentile is that of a bin, whose middle may lie above the greatest sample.
                found[name] = np.minimum(wanted, columns.get(f"{name}_max", wanted))
                lined.append(name)
    return Lined(found, tuple(lined))


def statistic_note(statistic: Statistic, level: Level) -> Element | None:
    """Return why a range does not show a statistic, or what it is of; None of means."""
    if statistic == "mean":
        return None
    if level.is_raw:
        return h(
            "p", f"No {STATISTICS[statistic]}: every sample is drawn, and one has no spread.", class_="hint"
        )
    if statistic == "p95" and not level.has_histograms:
        words = (
            "No 95th percentile at this resolution, these are means: it is kept for buckets of 1 h and "
            "longer, which a longer range has, such as 30 days."
        )
        return h("p", words, class_="hint")
    if statistic == "p95":
        words = "95th percentile of the means of 5 minutes in each bucket, within 2\N{NO-BREAK SPACE}%."
        return h("p", words, class_="quiet")
    return None
