# SPDX-License-Identifier: Apache-2.0
"""The figures of the fleet as a whole: load with its last day, overcommit, the loss of its largest host."""

from collections.abc import Sequence

from dashboard import units
from dashboard.components.host_words import host_path
from dashboard.pages.fleet.capacity import (
    Covered,
    HostCapacity,
    Loss,
    Overcommit,
    cpu_overcommit,
    loss_by_assignment,
    loss_by_residence,
    memory_overcommit,
)
from dashboard.pages.fleet.day_line import day_line
from dashboard.pages.fleet.queries import FleetHost, FleetPoint
from dashboard.pages.fleet.totals import Total, cpu_total, disk_total, memory_total
from dashboard.parts.markup import Element, h

# The parts of the page: each figure now, and its last day, which changes each 5 minutes only.
CPU, MEMORY, DISK = "cpu", "memory", "disk"
CPU_DAY, MEMORY_DAY, DISK_DAY = "cpu-day", "memory-day", "disk-day"
LOAD_PARTS = ((CPU, CPU_DAY), (MEMORY, MEMORY_DAY), (DISK, DISK_DAY))
TIMES = "\N{MULTIPLICATION SIGN}"


def load(hosts: Sequence[FleetHost]) -> dict[str, Element]:
    """Return the load now, by the name of its part."""
    return {
        CPU: _cpu(cpu_total(hosts)),
        MEMORY: _memory(memory_total(hosts)),
        DISK: _disk(disk_total(hosts)),
    }


def last_day(points: Sequence[FleetPoint]) -> dict[str, Element]:
    """Return the load of the last 24 hours, by the name of its part."""
    return {
        CPU_DAY: day_line(points, lambda point: point.cpu_busy_ratio, units.percent, 1.0),
        MEMORY_DAY: day_line(points, lambda point: point.memory_used_ratio, units.percent, 1.0),
        DISK_DAY: day_line(points, lambda point: point.disk_bytes_per_second, units.data_rate),
    }


def capacity(hosts: Sequence[HostCapacity]) -> Element:
    """Return how far the fleet is given away, and whether it bears the loss of its largest host."""
    return h(
        "div",
        _overcommits(cpu_overcommit(hosts), memory_overcommit(hosts)),
        _losses(loss_by_residence(hosts), loss_by_assignment(hosts)),
        class_="capacity",
    )


def _box(title: str, number: str, *words: str | None) -> Element:
    return h(
        "div",
        h("h3", title),
        h("p", number, class_="box__number"),
        *(h("p", each, class_="quiet") for each in words if each is not None),
    )


def _cpu(total: Total) -> Element:
    if total.ratio is None or total.had is None:
        return _unknown("CPU", total)
    words = f"{total.used:,.1f} of {total.had:,.0f} CPUs busy"
    return _box("CPU", units.percent(total.ratio), words, _of_hosts(total))


def _memory(total: Total) -> Element:
    if total.ratio is None:
        return _unknown("Memory", total)
    words = f"{units.data_size(total.used)} of {units.data_size(total.had)} in use"
    return _box("Memory", units.percent(total.ratio), words, _of_hosts(total))


def _disk(total: Total) -> Element:
    if not total.host_count:
        return _unknown("Disk", total)
    return _box("Disk", units.data_rate(total.used), "read and written", _of_hosts(total))


def _unknown(title: str, total: Total) -> Element:
    return _box(
        title, units.UNKNOWN, f"no figure of any of {units.counted(total.total_count, 'host', 'hosts')}"
    )


def _of_hosts(total: Total) -> str | None:
    if total.host_count == total.total_count:
        return None
    return f"of {total.host_count:,} of {total.total_count:,} hosts"


def _overcommits(cpu: Overcommit, memory: Overcommit) -> Element:
    vcpus = f"{cpu.given:,} vCPUs of VMs that are not off, on {cpu.had:,} CPUs"
    assigned = f"{units.data_size(memory.given)} assigned to them"
    return h(
        "div",
        h("h3", "Overcommit"),
        *_overcommit("CPU", cpu, vcpus),
        *_overcommit("memory", memory, f"{assigned}, of {units.data_size(memory.had)}"),
        *_coverage(("CPU", cpu.covered), ("memory", memory.covered)),
        class_="card box",
    )


def _overcommit(what: str, found: Overcommit, words: str) -> tuple[Element, ...]:
    if found.ratio is None:
        number, words = units.UNKNOWN, "no host has all figures for it"
    else:
        number = f"{found.ratio:.2f}{units.GAP}{TIMES}"
    return h("p", h("strong", number, class_="box__number"), f" {what}"), h("p", words, class_="quiet")


def _coverage(*subjects: tuple[str, Covered]) -> tuple[Element, ...]:
    """Return of how many hosts two figures are: once where they are of the same ones."""
    (_, first), (_, second) = subjects
    if first == second:
        words = [covered_words(first)]
    else:
        found = ((name, covered_words(covered)) for name, covered in subjects)
        words = [f"{name} {each}" for name, each in found if each is not None]
    return tuple(h("p", each, class_="quiet") for each in words if each is not None)


def covered_words(covered: Covered) -> str | None:
    """Return of how many hosts a sum is, and why others are not in it; None for one of all hosts."""
    if covered.is_whole:
        return None
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in covered.left_out.most_common())
    return f"of {covered.host_count:,} of {covered.total_count:,} hosts: {reasons}"


def _losses(resident: Loss | None, assigned: Loss | None) -> Element:
    covered = (
        _coverage(("taken:", resident.covered), ("assigned:", assigned.covered))
        if resident and assigned
        else ()
    )
    return h(
        "div",
        h("h3", "If the largest host dies"),
        _loss("what its VMs take now", "available", resident),
        _loss("all that its VMs may use", "not assigned", assigned),
        *covered,
        h("p", "Memory in total: one large VM may still find no host with room for it.", class_="quiet"),
        class_="card box box--loss",
    )


def _loss(subject: str, room: str, loss: Loss | None) -> Element:
    if loss is None:
        words = f" for {subject}: that takes two hosts whose figures are known"
        return h("p", h("strong", units.UNKNOWN), words)
    lacking = loss.lacking_bytes
    return h(
        "p",
        h(
            "strong",
            f"lacks {units.data_size(lacking)}" if lacking else "fits",
            class_="state-word state-word--bad" if lacking else "state-word state-word--good",
        ),
        " for ",
        h("a", loss.host, href=host_path(loss.host)),
        f": {subject} is {units.data_size(loss.needed_bytes)}, the others have "
        f"{units.data_size(loss.room_bytes)} {room}",
    )
