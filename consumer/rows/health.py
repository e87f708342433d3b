# SPDX-License-Identifier: Apache-2.0
"""How well a host is: 0 to 100 with reasons, from rules that are data. Pure.

A rule fires when its figure reaches ``enter_level`` and holds until the figure falls below
``leave_level``. It takes half of its weight at ``enter_level`` and all of it at ``full_level``. A figure
that is not known takes nothing. With no figure at all the health is unknown, which is neither good nor bad.
Which rules fired is remembered per process. So a rule may be left early after a restart, or where consumers
share a queue.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from publisher.wire.columns import ColumnBatch
from publisher.wire.states import IO_ERROR, PAUSED, RUNNING

State = Literal["good", "strained", "bad", "unknown"]

# From so much on, disks have a part in the pressure of I/O.
_BUSY_BESIDE = 0.5
_SLOW_BESIDE_SECONDS = 0.010

GOOD_FROM = 80
STRAINED_FROM = 50


class Rule(NamedTuple):
    """``words``, or ``words_of_many`` above 1, are formatted with ``value`` in the unit of the figure."""

    name: str
    figure: Callable[[ColumnBatch], float | None]
    enter_level: float
    leave_level: float
    full_level: float
    weight: int
    words: str
    words_of_many: str | None = None


class Reason(NamedTuple):
    """One rule that took points."""

    rule: str
    points: int
    text: str


class HostHealth(NamedTuple):
    """``score`` is None exactly where the state is unknown."""

    score: int | None
    state: State
    reasons: tuple[Reason, ...]
    # How far the host's clock is ahead of ours, negative if behind; None in tolerance.
    clock_offset_seconds: float | None = None


def assess(
    batch: ColumnBatch, held: frozenset[str] = frozenset(), *, clock_offset_seconds: float | None = None
) -> HostHealth:
    """Return the health of a host; ``held`` names the rules that fired at its previous sample.

    How far its clock is ahead no figure of a batch can say; None in tolerance.
    """
    reasons: list[Reason] = []
    known = False
    figures = [(rule, rule.figure(batch)) for rule in RULES]
    if clock_offset_seconds is not None:
        rule = CLOCK_AHEAD if clock_offset_seconds > 0 else CLOCK_BEHIND
        figures.append((rule, abs(clock_offset_seconds)))
    for rule, value in figures:
        if value is None:
            continue
        known = True
        if value >= (rule.leave_level if rule.name in held else rule.enter_level):
            words = rule.words_of_many if rule.words_of_many and value > 1 else rule.words
            reasons.append(Reason(rule.name, _points(rule, value), words.format(value=value)))
    if not known:
        return HostHealth(None, "unknown", (), clock_offset_seconds)
    score = max(0, 100 - sum(reason.points for reason in reasons))
    reasons.sort(key=lambda reason: -reason.points)
    return HostHealth(score, _state(score), tuple(reasons), clock_offset_seconds)


def _points(rule: Rule, value: float) -> int:
    span = rule.full_level - rule.enter_level
    depth = 1.0 if span <= 0 else min(1.0, max(0.0, (value - rule.enter_level) / span))
    return round(rule.weight * (0.5 + 0.5 * depth))


def _state(score: int) -> State:
    if score >= GOOD_FROM:
        return "good"
    return "strained" if score >= STRAINED_FROM else "bad"


def _temperature(batch: ColumnBatch) -> float | None:
    value, limit = batch.sample.cpu_temperature_celsius, batch.sample.cpu_temperature_limit_celsius
    return value / limit if value is not None and limit else None


def _filesystem(batch: ColumnBatch) -> float | None:
    used = [
        1.0 - each.available_bytes / each.total_bytes
        for each in batch.filesystems
        if each.total_bytes and each.available_bytes is not None
    ]
    return max(used, default=None)


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
    if batch.domains is None:
        return None
    figures = zip(batch.domains.figures("state"), batch.domains.figures("steal_ratio"), strict=True)
    known = [steal for state, steal in figures if steal is not None and state == RUNNING]
    return max(known, default=None)


def _paused_on_error_count(batch: ColumnBatch) -> float | None:
    if batch.domains is None or PAUSED not in (states := batch.domains.figures("state")):
        return None
    found = zip(states, batch.domains.figures("state_reason"), strict=True)
    # A count of 0 is no figure: it does not make the health of a host known.
    return list(found).count((PAUSED, IO_ERROR)) or None


def _disconnected(batch: ColumnBatch) -> float | None:
    # A connection is no figure either, and a host without libvirt has none to lose.
    return 1.0 if batch.hypervisor.state == "disconnected" else None


# Levels: where an administrator would begin to look (enter) and where work stands still (full).
RULES: tuple[Rule, ...] = (
    Rule("cpu", lambda b: b.sample.cpu_busy_ratio, 0.85, 0.80, 1.0, 30, "CPU {value:.0%} busy"),
    Rule("memory", _memory, 0.90, 0.87, 0.99, 30, "memory {value:.0%} used"),
    Rule("swapping", _swapping, 1.0, 0.5, 50.0, 25, "swapping {value:.1f} MiB/s"),
    Rule("disk_busy", lambda b: b.sample.disk_busy_ratio, 0.90, 0.80, 1.0, 15, "disks {value:.0%} busy"),
    Rule(
        "disk_latency",
        lambda b: b.sample.disk_latency_seconds,
        0.020,
        0.015,
        0.200,
        25,
        "disk requests take {value:.3f} s",
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
    Rule("temperature", _temperature, 0.90, 0.87, 1.0, 30, "CPU at {value:.0%} of its temperature limit"),
    Rule("filesystem", _filesystem, 0.90, 0.89, 0.99, 30, "file system {value:.0%} full"),
    Rule("vm_steal", _steal, 0.10, 0.07, 0.50, 20, "a VM waited for CPU {value:.0%} of the time"),
    Rule(
        "vm_paused_on_error",
        _paused_on_error_count,
        1.0,
        1.0,
        3.0,
        50,
        "1 VM is paused on an I/O error",
        words_of_many="{value:.0f} VMs are paused on an I/O error",
    ),
    Rule("hypervisor", _disconnected, 1.0, 1.0, 1.0, 40, "libvirt does not answer"),
)
# Wrong times make wrong charts, not a bad host: alone it leaves the health good. The figure is the intake's.
CLOCK_AHEAD = Rule("clock_skewed", lambda _: None, 2.0, 1.0, 60.0, 20, "clock {value:,.0f} s ahead")
CLOCK_BEHIND = CLOCK_AHEAD._replace(words="clock {value:,.0f} s behind")
