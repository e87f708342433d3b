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
from dashboard.pages.fleet.queries import FleetHost
from dashboard.pages.fleet.totals import Total, cpu_total, disk_total, memory_total
from dashboard.parts.markup import Child, Element, h

TIMES = "\N{MULTIPLICATION SIGN}"


def overview(hosts: Sequence[FleetHost], capacities: Sequence[HostCapacity]) -> Element:
    """Return the figures, each in a box of its own."""
    return h(
        "section",
        h("h2", "The fleet now", class_="unseen"),
        _cpu(cpu_total(hosts)),
        _memory(memory_total(hosts)),
        _disk(disk_total(hosts)),
        _overcommits(cpu_overcommit(capacities), memory_overcommit(capacities)),
        _losses(loss_by_residence(capacities), loss_by_assignment(capacities)),
        class_="overview",
    )


def _box(title: str, number: Child, *words: "Child | None", class_: str = "") -> Element:
    return h(
        "div",
        h("h3", title),
        h("p", number, class_="box__number"),
        *(h("p", each, class_="quiet") for each in words if each is not None),
        class_=f"card box {class_}".rstrip(),
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
    return h(
        "div",
        h("h3", "Overcommit"),
        *_overcommit(
            "CPU", cpu, f"{cpu.given:,} vCPUs of running VMs on {units.counted(cpu.had, 'CPU', 'CPUs')}"
        ),
        *_overcommit(
            "memory",
            memory,
            f"{units.data_size(memory.given)} assigned to VMs that are not off, of {units.data_size(memory.had)}",
        ),
        class_="card box",
    )


def _overcommit(what: str, found: Overcommit, words: str) -> tuple[Element, ...]:
    if found.ratio is None:
        number, words = units.UNKNOWN, "no host has all figures for it"
    else:
        number = f"{found.ratio:.2f}{units.GAP}{TIMES}"
    covered = covered_words(found.covered)
    return (
        h("p", h("strong", number, class_="box__number"), f" {what}"),
        h("p", words if covered is None else f"{words}; {covered}", class_="quiet"),
    )


def covered_words(covered: Covered) -> str | None:
    """Return of how many hosts a sum is, and why others are not in it; None for one of all hosts."""
    if covered.is_whole:
        return None
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in covered.left_out.most_common())
    return f"of {covered.host_count:,} of {covered.total_count:,} hosts: {reasons}"


def _losses(resident: Loss | None, assigned: Loss | None) -> Element:
    return h(
        "div",
        h("h3", "If the largest host dies"),
        *_loss("its VMs as they are", "take", "available", resident),
        *_loss("its VMs at all they may use", "need", "not given away", assigned),
        h("p", "Memory in total: one large VM may still find no host with room for it.", class_="quiet"),
        class_="card box box--loss",
    )


def _loss(subject: str, verb: str, room: str, loss: Loss | None) -> tuple[Element, ...]:
    if loss is None:
        verdict = h("strong", units.UNKNOWN)
        return (h("p", verdict, f" for {subject}: that takes two hosts whose figures are known"),)
    lacking = loss.lacking_bytes
    verdict = h(
        "strong",
        f"lacks {units.data_size(lacking)}" if lacking else "fits",
        class_="state-word state-word--bad" if lacking else "state-word state-word--good",
    )
    needed, there = units.data_size(loss.needed_bytes), units.data_size(loss.room_bytes)
    words = f" {verb} {needed}, the others have {there} {room}"
    covered = covered_words(loss.covered)
    return (
        h("p", verdict, f": {subject} (", h("a", loss.host, href=host_path(loss.host)), ")", words),
        *((h("p", covered, class_="quiet"),) if covered else ()),
    )
