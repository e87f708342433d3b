# SPDX-License-Identifier: Apache-2.0
"""Figures: medians, ratios, and how they are written down."""

import json

import pytest

from tests.benchmark.figure import Figure, Named, Reading, Report, encode, quantile, rounded
from tests.benchmark.figure_table import table
from tests.benchmark.interleaving import add_round

DRAIN = Named("drain", "rows/s", "raw COPY")


def readings(*values: float, cpu_seconds: float = 1.0) -> list[Reading]:
    """Return repetitions of which each used equally much CPU time."""
    return [Reading(value, {"consumer": cpu_seconds}, 10) for value in values]


def test_value_and_ceiling_are_medians_and_the_ratio_is_theirs() -> None:
    """One repetition that something disturbed moves neither."""
    figure = DRAIN.measured(readings(9.0, 30.0, 31.0), readings(60.0, 62.0, 5.0))

    assert (30.0, 60.0, 0.5) == (figure.value, figure.ceiling, figure.ratio)
    assert ((9.0, 30.0, 31.0), (60.0, 62.0, 5.0)) == (figure.values, figure.ceilings)
    assert ({"consumer": 1.0}, 10) == (figure.cpu_seconds, figure.row_count)


def test_what_has_a_limit_has_the_slowest_of_95_percent_beside_it() -> None:
    """One repetition in twenty may take longer; without a limit nothing is said of it."""
    slow = readings(*(float(value) for value in range(40)))
    limited = Named("page_vms", "ms", "the plain SQL", limit=150.0).measured(slow, readings(1.0, 2.0))
    free = DRAIN.measured(slow)

    assert (38.0, 2.0, 150.0) == (limited.p95, limited.ceiling_p95, limited.limit)
    assert (None, None, None) == (free.p95, free.ceiling_p95, free.limit)
    assert (
        "figure    p95  at most  unit  ceiling's p95\npage_vms   38      150  ms                2\n"
    ) == table([limited, free]).partition("\n\n")[2]


def test_a_process_that_one_repetition_lacks_is_counted_where_it_was() -> None:
    """The CPU seconds are the median of the repetitions in which the process took part."""
    figure = DRAIN.measured([Reading(1.0, {"a": 1.0}), Reading(1.0, {"a": 3.0, "b": 2.0})])

    assert {"a": 2.0, "b": 2.0} == figure.cpu_seconds


def test_without_a_ceiling_there_is_no_ratio() -> None:
    """Nothing is divided by what was not measured."""
    figure = DRAIN.measured(readings(1.0))

    assert (None, None) == (figure.ceiling, figure.ratio)


def test_what_was_not_measured_says_why() -> None:
    """The figure stands in the report all the same."""
    figure = DRAIN.missing("no such package")

    assert ("drain", None, "no such package") == (figure.name, figure.value, figure.reason)


def test_numbers_have_four_digits() -> None:
    """More would be noise."""
    assert [123_500.0, 0.01235, 0.0] == [rounded(123_456.0), rounded(0.0123456), rounded(0.0)]


def test_quantiles() -> None:
    """A quantile is one of the values; of none there is none."""
    values = [float(value) for value in range(100)]

    assert (50.0, 99.0, 99.0) == tuple(quantile(values, share) for share in (0.5, 0.99, 1.0))
    assert quantile([], 0.5) is None


def test_the_report_is_json_with_a_list_of_figures() -> None:
    """Name, value, unit, ceiling and ratio are read by others."""
    report = Report(figures=(DRAIN.measured(readings(1.0), readings(2.0)),), machine={"cpu_count": 2})
    (figure,) = json.loads(encode(report))["figures"]

    expected = {"name": "drain", "value": 1.0, "unit": "rows/s", "ceiling": 2.0, "ratio": 0.5}
    assert expected == {name: figure[name] for name in expected}


def test_the_table_has_a_line_a_figure_and_each_reason_once_below() -> None:
    """Numbers are aligned to the right and have separators; a missing one is a dash."""
    figures = [
        Figure(name="drain", unit="rows/s", value=94_088.0, ceiling=345_295.0, ratio=0.2725, beside="COPY"),
        Named("bytes", "B").missing("no Node"),
        Named("sizes", "B").missing("no Node"),
    ]

    assert (
        "figure   value  unit    ceiling  ratio  beside\n"
        "drain   94,088  rows/s  345,295  0.273  COPY\n"
        "bytes        -  B             -\n"
        "sizes        -  B             -\n"
        "\n"
        "not measured:\n"
        "bytes, sizes: no Node\n"
    ) == table(figures)


def test_arms_are_taken_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    """A round takes one reading of each, in their order, and says so on standard error."""
    found: dict[str, list[Reading]] = {}
    taken: list[str] = []

    def arm(name: str) -> Reading:
        taken.append(name)
        return Reading(len(taken), {})

    for _ in range(2):
        add_round(found, {"a": lambda: arm("a"), "b": lambda: arm("b")}, "words")

    assert ["a", "b", "a", "b"] == taken
    assert {"a": [1, 3], "b": [2, 4]} == {name: [each.value for each in found[name]] for name in found}
    assert "words: b 4" in capsys.readouterr().err
