# SPDX-License-Identifier: Apache-2.0
"""Shares of the host's CPU time: pure.

The divisor is the sum of all increases, not the clock. Late ticks, clock steps and the number of CPUs do not
change it. Guest time is part of user time and is not added again; waiting for I/O is idle.
"""

from typing import Final, TypedDict

from msgspec import structs

from publisher.collectors.cpu import CpuReading
from publisher.rates.counter import increase, ratio

# Three seconds in ticks of 1/100 s. Idle and iowait may step back a little by the kernel's accounting
# (proc_stat(5)). A CPU that went offline starts anew; the limit between the two is node_exporter's.
HELD_TICKS: Final = 300

_COLUMNS: Final = (
    "user",
    "nice",
    "system",
    "idle",
    "iowait",
    "irq",
    "softirq",
    "steal",
    "guest",
    "guest_nice",
)
_SUMMED: Final = _COLUMNS[:8]


class HostCpuRates(TypedDict, total=False):
    """Fields of HostSample."""

    cpu_busy_ratio: float | None
    cpu_guest_ratio: float | None
    cpu_user_ratio: float | None
    cpu_system_ratio: float | None
    cpu_interrupt_ratio: float | None
    cpu_steal_ratio: float | None
    cpu_iowait_ratio: float | None


def hold_small_dips(previous: CpuReading | None, current: CpuReading) -> CpuReading:
    """Return the reading with every counter that dipped a little held at its previous value.

    A larger drop stays as it is: it ends the series, and the next interval starts a new one.
    """
    if previous is None:
        return current
    dips: dict[str, int] = {}
    for column in _COLUMNS:
        before, now = _total(previous, column), _total(current, column)
        if before is not None and now is not None and 0 < before - now <= HELD_TICKS:
            dips[f"{column}_total"] = before
    return structs.replace(current, **dips) if dips else current


def cpu_rates(previous: CpuReading | None, current: CpuReading | None) -> HostCpuRates:
    """Return the shares of the time between two readings; none after a reset or without progress."""
    if previous is None or current is None:
        return {}
    ticks: dict[str, int] = {}
    for column in _COLUMNS:
        before, now = _total(previous, column), _total(current, column)
        if before is None or now is None:
            continue
        step = increase(before, now)
        if step is None:
            return {}
        ticks[column] = step
    whole = sum(ticks.get(column, 0) for column in _SUMMED)
    guest = _sum(ticks, "guest", "guest_nice")
    # Guest and user time are sampled apart, so that their difference can fall below zero by rounding.
    user = max(0, ticks["user"] + ticks["nice"] - (guest or 0))
    idle = ticks["idle"] + ticks.get("iowait", 0)
    return {
        "cpu_busy_ratio": ratio(whole - idle, whole),
        "cpu_guest_ratio": ratio(guest, whole),
        "cpu_user_ratio": ratio(user, whole),
        "cpu_system_ratio": ratio(ticks["system"], whole),
        "cpu_interrupt_ratio": ratio(_sum(ticks, "irq", "softirq"), whole),
        "cpu_steal_ratio": ratio(ticks.get("steal"), whole),
        "cpu_iowait_ratio": ratio(ticks.get("iowait"), whole),
    }


def _total(reading: CpuReading, column: str) -> int | None:
    value: int | None = getattr(reading, f"{column}_total")
    return value


def _sum(ticks: dict[str, int], *columns: str) -> int | None:
    known = [ticks[column] for column in columns if column in ticks]
    return sum(known) if known else None
