# SPDX-License-Identifier: Apache-2.0
"""How the figures of rules are computed that are made of stored ones. Pure.

What is not known is None, and so is what is made of it. A figure of 0 or 1 says that something is so.
"""

from typing import Final

from publisher.wire.states import IO_ERROR, MIGRATING, PAUSED, RUNNING

_MEBIBYTE: Final = 1_048_576
_RECENT_SECONDS: Final = 1_800.0
_OVERDUE_TICKS: Final = 5.0
_OFF: Final = frozenset({5, 6})  # shut off, crashed


def memory_committed_ratio(
    used_ratio: float | None, total: int | None, available: int | None, pool: int | None, cache: int | None
) -> float | None:
    """Return the share of memory that is used for good.

    The kernel counts neither huge pages nor the ZFS cache as available. But a pool of huge pages is set aside
    on purpose, full or not. The ZFS cache shrinks when others need memory.
    """
    if total is None or available is None:
        return used_ratio
    rest = total - (pool or 0)
    if rest <= 0:
        return used_ratio
    return max(0.0, (rest - available - (cache or 0)) / rest)


def swapping_mebibytes_per_second(swap_in: float | None, swap_out: float | None) -> float | None:
    """Return what is swapped in and out."""
    return None if swap_in is None or swap_out is None else (swap_in + swap_out) / _MEBIBYTE


def temperature_ratio(value: float | None, limit: float | None) -> float | None:
    """Return a temperature, of the sensor's own limit."""
    return value / limit if value is not None and limit else None


def libvirt_away(state: str | None) -> float | None:
    """Tell whether the connection to libvirt is lost."""
    # A host without libvirt has no connection to lose.
    return None if state is None else float(state == "disconnected")


def silent_seconds(age_seconds: float | None, tick_seconds: float | None) -> float | None:
    """Return the age of the newest sample, 0 up to five ticks."""
    if age_seconds is None or tick_seconds is None:
        return None
    return age_seconds if age_seconds > _OVERDUE_TICKS * tick_seconds else 0.0


def clock_offset(offset_seconds: float | None) -> float:
    """Return how far a clock is ahead; within the tolerance, which is stored as null, 0."""
    return offset_seconds or 0.0


def recently_booted(uptime_seconds: float | None) -> float | None:
    """Tell whether a host booted within the last half hour."""
    return None if uptime_seconds is None else float(uptime_seconds < _RECENT_SECONDS)


def used_ratio(total: int | None, available: int | None) -> float | None:
    """Return the used share of a file system."""
    return 1.0 - available / total if total and available is not None else None


def of_leaf(value: float | None, leaf: bool | None) -> float | None:
    """Return a figure of a disk that counts for its host."""
    return value if leaf else None


def total(*parts: float | None) -> float | None:
    """Return a sum, unknown where a part is."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def error_ratio(
    physical: bool | None,
    received: float | None,
    sent: float | None,
    receive_errors: float | None,
    transmit_errors: float | None,
) -> float | None:
    """Return errors of a physical interface, of its packets."""
    packets, errors = total(received, sent), total(receive_errors, transmit_errors)
    return errors / packets if physical and packets and errors is not None else None


def of_running(value: float | None, state: int | None) -> float | None:
    """Return a figure of a VM that runs."""
    return value if state == RUNNING else None


def paused_on_error(state: int | None, reason: int | None) -> float | None:
    """Tell whether an I/O error paused a VM."""
    return None if state is None else float(state == PAUSED and reason == IO_ERROR)


def stuck(outcome: str | None, state: int | None, reason: int | None) -> float | None:
    """Tell whether libvirt or QEMU gave no answer about a VM that is there."""
    # What is gone is not there to be stuck.
    if outcome is None or outcome == "gone":
        return None
    return float(outcome in {"busy", "timed_out"} and (state, reason) != (PAUSED, MIGRATING))


def off_in_spite_of_autostart(
    autostart: bool | None,
    state: int | None,
) -> float | None:
    """Tell whether a VM is off that is to start with its host."""
    return None if autostart is None or state is None else float(autostart and state in _OFF)
