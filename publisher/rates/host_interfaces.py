# SPDX-License-Identifier: Apache-2.0
"""Rates of the host's network interfaces, and their totals over physical interfaces: pure."""

from typing import NamedTuple, TypedDict

from publisher.collectors.interfaces import Interface, InterfaceReading
from publisher.rates.counter import per_second, total
from publisher.wire.samples import HostInterfaceSample


class InterfaceTotals(TypedDict, total=False):
    """Fields of HostSample."""

    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None


class InterfaceRates(NamedTuple):
    """One sample per interface and the totals of the host."""

    samples: list[HostInterfaceSample]
    totals: InterfaceTotals


def interface_rates(
    previous: InterfaceReading | None, current: InterfaceReading | None, interval_seconds: float | None
) -> InterfaceRates:
    """Return the rates of every interface; one that is new has none."""
    if current is None:
        return InterfaceRates([], {})
    before = {interface.device: interface for interface in previous.interfaces} if previous else {}
    samples = [_sample(before.get(one.device), one, interval_seconds) for one in current.interfaces]
    physical = [sample for sample in samples if sample.physical]
    return InterfaceRates(
        samples,
        {
            "network_receive_bytes_per_second": total([one.receive_bytes_per_second for one in physical]),
            "network_transmit_bytes_per_second": total([one.transmit_bytes_per_second for one in physical]),
        },
    )


def _sample(before: Interface | None, now: Interface, seconds: float | None) -> HostInterfaceSample:
    # A name that another interface took is another one. One that began to count, or ceased to, was counted
    # elsewhere for a part of the interval.
    if before is None or before.index != now.index or before.physical != now.physical or seconds is None:
        return HostInterfaceSample(device=now.device, physical=now.physical)
    old, new = before.counters, now.counters
    return HostInterfaceSample(
        device=now.device,
        physical=now.physical,
        receive_bytes_per_second=per_second(old.receive_bytes_total, new.receive_bytes_total, seconds),
        transmit_bytes_per_second=per_second(old.transmit_bytes_total, new.transmit_bytes_total, seconds),
        receive_packets_per_second=per_second(old.receive_packets_total, new.receive_packets_total, seconds),
        transmit_packets_per_second=per_second(
            old.transmit_packets_total, new.transmit_packets_total, seconds
        ),
        receive_errors_per_second=per_second(old.receive_errors_total, new.receive_errors_total, seconds),
        transmit_errors_per_second=per_second(old.transmit_errors_total, new.transmit_errors_total, seconds),
        receive_drops_per_second=per_second(old.receive_drops_total, new.receive_drops_total, seconds),
        transmit_drops_per_second=per_second(old.transmit_drops_total, new.transmit_drops_total, seconds),
    )
