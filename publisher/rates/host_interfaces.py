# SPDX-License-Identifier: Apache-2.0
"""Rates of the host's network interfaces, and their totals over physical ones: pure but for the watch."""

from operator import attrgetter
from typing import Final, NamedTuple, TypedDict

from publisher.collectors.interfaces import Interface, InterfaceReading
from publisher.rates.bounds import BYTES_PER_SECOND, EVENTS_PER_SECOND, GAP_SECONDS
from publisher.rates.completeness import tell_partial
from publisher.rates.counter import ratio, total
from publisher.rates.counter_watch import CounterWatch, watched
from publisher.wire.samples import HostInterfaceSample

COUNTERS: Final = (
    "receive_bytes",
    "transmit_bytes",
    "receive_packets",
    "transmit_packets",
    "receive_errors",
    "transmit_errors",
    "receive_drops",
    "transmit_drops",
)
_BOUNDS: Final = (BYTES_PER_SECOND, BYTES_PER_SECOND) + (EVENTS_PER_SECOND,) * 6
_numbers: Final = attrgetter(*[f"{name}_total" for name in COUNTERS])


class InterfaceTotals(TypedDict, total=False):
    """Fields of HostSample."""

    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None


class InterfaceRates(NamedTuple):
    """One sample per interface and the totals of the host."""

    samples: list[HostInterfaceSample]
    totals: InterfaceTotals


def interface_rates(
    previous: InterfaceReading | None,
    current: InterfaceReading | None,
    interval_seconds: float | None,
    watch: CounterWatch | None = None,
) -> InterfaceRates:
    """Return the rates of every interface; one that is new has none. Totals are whole or None."""
    if current is None:
        return InterfaceRates([], {})
    watch = watched(watch)
    is_comparable = previous is not None and interval_seconds is not None
    before = {one.device: one for one in previous.interfaces} if previous and is_comparable else {}
    seconds = interval_seconds or GAP_SECONDS
    bounds = [bound * seconds for bound in _BOUNDS]
    samples = [
        _sample(before.get(one.device), one, interval_seconds, bounds, watch) for one in current.interfaces
    ]
    watch.keep({one.device for one in current.interfaces})
    physical = [sample for sample in samples if sample.physical]
    here = {one.device for one in current.interfaces}
    # One that is here but ceased to count is no part of the sum.
    gone = {one.device for one in before.values() if one.physical} - here
    is_same = not is_comparable or tell_partial(watch, gone, {one.device for one in physical} - before.keys())
    if not is_same:
        physical = []
    return InterfaceRates(
        samples,
        {
            "network_receive_bytes_per_second": total([one.receive_bytes_per_second for one in physical]),
            "network_transmit_bytes_per_second": total([one.transmit_bytes_per_second for one in physical]),
        },
    )


def _sample(
    before: Interface | None, now: Interface, seconds: float | None, bounds: list[float], watch: CounterWatch
) -> HostInterfaceSample:
    # A name that another interface took is another one. One that began to count, or ceased to, was counted
    # elsewhere for a part of the interval.
    if before is not None and (before.index != now.index or before.physical != now.physical):
        watch.forget(now.device)
        watch.tell(f"{now.device}: it is another one, or is counted elsewhere")
        before = None
    steps = watch.increases(
        now.device,
        COUNTERS,
        None if before is None else _numbers(before.counters),
        _numbers(now.counters),
        bounds,
    )
    rates = {f"{name}_per_second": ratio(step, seconds) for name, step in zip(COUNTERS, steps, strict=True)}
    return HostInterfaceSample(device=now.device, physical=now.physical, **rates)
