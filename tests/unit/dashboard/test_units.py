# SPDX-License-Identifier: Apache-2.0
"""Numbers for people."""

import pytest

from dashboard import units


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("0 B", 0),
        ("1 B", 1),
        ("999 B", 999),
        ("1 KiB", 1024),
        ("1.5 GiB", 1.5 * 1024**3),
        ("16 GiB", 16 * 1024**3),
        ("0.977 KiB", 1000),
        ("1 MiB", 1024**2 - 1),
    ],
)
def test_sizes_are_iec_with_three_digits(expected: str, value: float) -> None:
    """Bytes are written in powers of 1024, and never with four digits."""
    assert expected == units.data_size(value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("expected", "value"),
    [("0 bit/s", 0), ("1 Mbit/s", 125_000), ("8 bit/s", 1), ("25.5 Gbit/s", 25.5e9 / 8)],
)
def test_network_rates_are_decimal_bits(expected: str, value: float) -> None:
    """A network rate in bytes is written in decimal bits."""
    assert expected == units.network_rate(value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("expected", "ratio"),
    [
        ("0 %", 0.0),
        ("<0.1 %", 0.0002),
        ("0.1 %", 0.0005),
        ("0.4 %", 0.004),
        ("9.9 %", 0.099),
        ("10 %", 0.0996),
        ("100 %", 1.0),
        ("135 %", 1.35),
    ],
)
def test_percent_has_a_decimal_below_ten_only(expected: str, ratio: float) -> None:
    """Small shares keep one decimal, so that little does not look like nothing."""
    assert expected == units.percent(ratio).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [("0 ms", 0), ("850 µs", 0.00085), ("4.2 ms", 0.0042), ("1.5 s", 1.5), ("1 ms", 0.0009996)],
)
def test_latency_takes_the_unit_that_fits(expected: str, seconds: float) -> None:
    """Short times are written in microseconds, milliseconds or seconds."""
    assert expected == units.latency(seconds).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        ("42 s", 42.9),
        ("3 min", 200),
        ("5 h 12 min", 18_720),
        ("40 d 3 h", 40 * 86_400 + 3 * 3600),
        ("0 s", -4),
    ],
)
def test_durations_have_two_units_at_most(expected: str, seconds: float) -> None:
    """A duration is written in its largest units; one of the future is 0."""
    assert expected == units.duration(seconds).replace("\u00a0", " ")


def test_ticks_are_written_as_they_are_set() -> None:
    """Parts of a second count in a short tick, minutes in a long one."""
    assert ["2.5 s", "10 s", "1 min", "15 min"] == [
        units.tick(seconds).replace("\u00a0", " ") for seconds in (2.5, 10.0, 60.0, 900.0)
    ]


def test_unknown_is_a_word() -> None:
    """What is not known is never written as a number."""
    writers = (
        units.data_size, units.data_rate, units.network_rate, units.percent, units.cores,
        units.celsius, units.latency, units.duration,
    )  # fmt: skip
    assert {"n/a"} == {write(None) for write in writers}
