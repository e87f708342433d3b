# SPDX-License-Identifier: Apache-2.0
"""Random counters of a host's interfaces: whatever goes wrong, a rate is right, or null where it may be."""

from collections.abc import Iterator, Mapping
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.collectors.interfaces import Interface, InterfaceCounters, InterfaceReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_interfaces import interface_rates
from tests.unit.publisher.rates.counter_reference import (
    Figures,
    Interval,
    Numbers,
    Shown,
    check,
    rate,
    strike_columns_alone,
)
from tests.unit.publisher.rates.counter_streams import Fault, faults, stream
from tests.unit.publisher.rates.null_share import NullShare

COLUMNS = InterfaceCounters.__struct_fields__
FIGURES = Figures(
    [rate(f"{column.removesuffix('_total')}_per_second", place) for place, column in enumerate(COLUMNS)],
    sums=[rate("network_receive_bytes_per_second", 0), rate("network_transmit_bytes_per_second", 4)],
)
# Bytes and packets of a busy card; errors and drops that hardly move, and may not move at all.
STARTS = [10**12, 10**9, 40, 0, 10**12, 10**9, 0, 3]
LARGEST_STEPS = [10**10, 10**7, 2, 1, 10**10, 10**7, 1, 3]


class Host:
    """A host with cards."""

    def __init__(self) -> None:
        self._watch = CounterWatch()
        self._interval = Interval()
        self._before: InterfaceReading | None = None

    def show(self, at_seconds: float, cards: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its cards at a tick."""
        now = InterfaceReading(
            interfaces=tuple(
                Interface(device, True, InterfaceCounters(*numbers))
                for device, numbers in cards.items()
                if numbers is not None
            )
        )
        seconds = self._interval.until(at_seconds)
        rates = interface_rates(None if seconds is None else self._before, now, seconds, self._watch)
        self._before = now
        samples = {sample.device: sample for sample in rates.samples}
        return Shown(
            seconds, samples, cast("dict[str, float | None]", rates.totals), self._watch.take_findings()
        )


def compare(seed: int, wrong: list[Fault]) -> None:
    """Compare all that is shown of two cards, of which the first has faults, with the truth."""
    gaps = [fault for fault in wrong if fault.kind == "gap"]
    streams = {
        device: stream(seed, each, starts=STARTS, largest_steps=LARGEST_STEPS)
        for device, each in (("eth0", wrong), ("eth1", gaps))
    }
    check(streams, Host().show, FIGURES, NULLS, is_column_alone=strike_columns_alone(wrong))


SEEDS = st.integers(0, 2**32 - 1)
NULLS = NullShare()


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    NULLS.say("interfaces")


@given(SEEDS, faults(len(COLUMNS)))
def test_a_rate_is_right_or_null(seed: int, wrong: list[Fault]) -> None:
    """Resets, zeros, leaps, text, devices that go and come, gaps."""
    compare(seed, wrong)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(SEEDS, faults(len(COLUMNS)))
def test_a_rate_is_right_or_null_ten_thousand_times(seed: int, wrong: list[Fault]) -> None:
    """The same, for long."""
    compare(seed, wrong)
