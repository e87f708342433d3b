# SPDX-License-Identifier: Apache-2.0
"""Figures that follow from the names of a reading's fields."""

from collections import Counter

import pytest

from publisher.collectors.load import LoadReading
from publisher.collectors.reading import HostReading
from publisher.collectors.swap import SwapReading
from publisher.rates import host_plain
from publisher.rates.host_plain import PLAIN_FIGURES, PlainFigure, plain_figures


def test_each_figure_has_one_source() -> None:
    """Two readings with a field of the same name would make a figure of either."""
    assert {1} == set(Counter(plain.name for plain in PLAIN_FIGURES).values())


def test_a_gauge_is_its_field_and_a_count_an_increase() -> None:
    """What was not read is not known, and a count needs a reading before."""
    before = HostReading(swap=SwapReading(oom_kill_total=3))
    after = HostReading(
        swap=SwapReading(oom_kill_total=5), load=LoadReading(load_1m=1.5, load_5m=1.0, load_15m=0.5)
    )
    sample = plain_figures(before, after, None)

    assert {plain.name for plain in PLAIN_FIGURES} == set(sample)
    assert (2, 1.5, None) == (sample["oom_kill_count"], sample["load_1m"], sample["clock_synchronised"])
    assert plain_figures(after, after, None)["oom_kill_count"] == 0
    assert plain_figures(HostReading(), after, None)["oom_kill_count"] is None


def test_a_gauge_has_the_digits_that_its_column_holds() -> None:
    """A share of two gauges has seventeen: ``real`` has seven, ``double precision`` all of them."""
    load = LoadReading(load_1m=922 / 16383, load_5m=1.0, load_15m=0.5, uptime_seconds=12_345_678.25)
    sample = plain_figures(HostReading(), HostReading(load=load), None)

    assert (0.05627785, 12_345_678.25) == (sample["load_1m"], sample["uptime_seconds"])


def test_a_rate_is_an_increase_over_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figure of today is one: a counter of kills stands for it."""
    kills = PlainFigure("kills_per_second", "rate", "swap", "oom_kill_total")
    monkeypatch.setattr(host_plain, "PLAIN_FIGURES", (kills,))
    before, after = (HostReading(swap=SwapReading(oom_kill_total=total)) for total in (3, 5))

    assert {"kills_per_second": 0.2} == plain_figures(before, after, 10.0)
    assert {"kills_per_second": None} == plain_figures(after, before, 10.0)
    assert {"kills_per_second": None} == plain_figures(before, after, None)
