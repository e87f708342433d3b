# SPDX-License-Identifier: Apache-2.0
"""What takes points from a host's health: rules that are data, with their figures. Pure."""

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from consumer.rows.health_objects import (
    ReasonObject,
    busiest_disk,
    filesystem_usage,
    first_paused_on_error,
    fullest_filesystem,
    hottest_sensor,
    most_stolen_from,
    paused_on_error,
    slowest_disk,
    steal_ratios,
)
from publisher.wire.columns import ColumnBatch

# From so much on, disks have a part in the pressure of I/O.
_BUSY_BESIDE = 0.5
_SLOW_BESIDE_SECONDS = 0.010


class Rule(NamedTuple):
    """``words``, or ``words_of_many`` above 1, are formatted with ``value`` in the unit of the figure.

    ``object`` is asked where the rule fires; its name follows the words, behind ``before_object``.
    """

    name: str
    figure: Callable[[ColumnBatch], float | None]
    enter_level: float
    leave_level: float
    full_level: float
    weight: int
    words: str
    words_of_many: str | None = None
    object: Callable[[ColumnBatch], ReasonObject | None] | None = None
    before_object: str = ": "


def _temperature(batch: ColumnBatch) -> float | None:
    value, limit = batch.sample.cpu_temperature_celsius, batch.sample.cpu_temperature_limit_celsius
    return value / limit if value is not None and limit else None


def _filesystem(batch: ColumnBatch) -> float | None:
    return max(map(itemgetter(0), filesystem_usage(batch)), default=None)


def _swapping(batch: ColumnBatch) -> float | None:
    sample = batch.sample
    if sample.swap_in_bytes_per_second is None or sample.swap_out_bytes_per_second is None:
        return None
    return (sample.swap_in_bytes_per_second + sample.swap_out_bytes_per_second) / 1_048_576


def _memory(batch: ColumnBatch) -> float | None:
    """Return the share of memory that is used for good.

    The kernel counts neither huge pages nor the ZFS cache as available. But a pool of huge pages is set aside
    on purpose, full or not. The ZFS cache shrinks when others need memory.
    """
    sample = batch.sample
    total, available = sample.memory_total_bytes, sample.memory_available_bytes
    if total is None or available is None:
        return sample.memory_used_ratio
    rest = total - (sample.hugepage_total_bytes or 0)
    if rest <= 0:
        return sample.memory_used_ratio
    return max(0.0, (rest - available - (sample.zfs_reclaimable_bytes or 0)) / rest)


def _pressure_io(batch: ColumnBatch) -> float | None:
    """Return the pressure of I/O, 0 where no disk is slow or busy beside it.

    Linux before 6.15 may count the idle waits of io_uring as waiting for I/O.
    """
    value = batch.sample.pressure_io_full_ratio
    if value is None:
        return None
    busy, slow = batch.sample.disk_busy_ratio or 0.0, batch.sample.disk_latency_seconds or 0.0
    if batch.domains is not None:
        # The disks of VMs may lie on a network, where no disk of the host is slow.
        known = [latency for latency in batch.domains.figures("block_latency_seconds") if latency is not None]
        slow = max([slow, *known])
    return value if busy >= _BUSY_BESIDE or slow >= _SLOW_BESIDE_SECONDS else 0.0


def _steal(batch: ColumnBatch) -> float | None:
    return (
        None if batch.domains is None else max(map(itemgetter(0), steal_ratios(batch.domains)), default=None)
    )


def _paused_on_error_count(batch: ColumnBatch) -> float | None:
    # A count of 0 is no figure: it does not make the health of a host known.
    return None if batch.domains is None else len(paused_on_error(batch.domains)) or None


def _disconnected(batch: ColumnBatch) -> float | None:
    # A connection is no figure either, and a host without libvirt has none to lose.
    return 1.0 if batch.hypervisor.state == "disconnected" else None


# Levels: where an administrator would begin to look (enter) and where work stands still (full).
RULES: tuple[Rule, ...] = (
    Rule("cpu", lambda b: b.sample.cpu_busy_ratio, 0.85, 0.80, 1.0, 30, "CPU {value:.0%} busy"),
    Rule("memory", _memory, 0.90, 0.87, 0.99, 30, "memory {value:.0%} used"),
    Rule("swapping", _swapping, 1.0, 0.5, 50.0, 25, "swapping {value:.1f} MiB/s"),
    Rule(
        "disk_busy",
        lambda b: b.sample.disk_busy_ratio,
        0.90,
        0.80,
        1.0,
        15,
        "disk {value:.0%} busy",
        object=busiest_disk,
    ),
    Rule(
        "disk_latency",
        lambda b: b.sample.disk_latency_seconds,
        0.020,
        0.015,
        0.200,
        25,
        "disk requests take {value:.3f} s",
        object=slowest_disk,
        before_object=", slowest: ",
    ),
    Rule(
        "pressure_cpu",
        lambda b: b.sample.pressure_cpu_some_ratio,
        0.30,
        0.25,
        0.80,
        20,
        "tasks waited for CPU {value:.0%} of the time",
    ),
    Rule(
        "pressure_memory",
        lambda b: b.sample.pressure_memory_full_ratio,
        0.05,
        0.03,
        0.40,
        30,
        "all tasks waited for memory {value:.0%} of the time",
    ),
    Rule(
        "pressure_io",
        _pressure_io,
        0.20,
        0.15,
        0.70,
        20,
        "all tasks waited for disks {value:.0%} of the time",
    ),
    Rule(
        "temperature",
        _temperature,
        0.90,
        0.87,
        1.0,
        30,
        "CPU at {value:.0%} of its temperature limit",
        object=hottest_sensor,
    ),
    Rule(
        "filesystem",
        _filesystem,
        0.90,
        0.89,
        0.99,
        30,
        "file system {value:.0%} full",
        object=fullest_filesystem,
    ),
    Rule(
        "vm_steal",
        _steal,
        0.10,
        0.07,
        0.50,
        20,
        "a VM waited for CPU {value:.0%} of the time",
        object=most_stolen_from,
    ),
    Rule(
        "vm_paused_on_error",
        _paused_on_error_count,
        1.0,
        1.0,
        3.0,
        50,
        "1 VM is paused on an I/O error",
        words_of_many="{value:.0f} VMs are paused on an I/O error, first",
        object=first_paused_on_error,
    ),
    Rule("hypervisor", _disconnected, 1.0, 1.0, 1.0, 40, "libvirt does not answer"),
)
# Wrong times make wrong charts, not a bad host: alone it leaves the health good. The figure is the intake's.
CLOCK_AHEAD = Rule("clock_skewed", lambda _: None, 2.0, 1.0, 60.0, 20, "clock {value:,.0f} s ahead")
CLOCK_BEHIND = CLOCK_AHEAD._replace(words="clock {value:,.0f} s behind")
