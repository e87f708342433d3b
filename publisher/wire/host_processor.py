# SPDX-License-Identifier: Apache-2.0
"""Figures of the CPUs of a host, and of what waits for them."""

from typing import Annotated

from publisher.wire.field_types import Count, Real
from publisher.wire.figures import Figure
from publisher.wire.host_memory import HostMemoryFigures


class HostProcessorFigures(HostMemoryFigures, frozen=True, kw_only=True, omit_defaults=True):
    """CPU time, load, pressure and tasks, added to those of the memory. Ratios are 0 to 1 of all CPUs."""

    cpu_busy_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "not idle and not waiting for I/O",
            source="`/proc/stat` lines `cpuN`",
            formula="(Δsum − Δidle − Δiowait) / Δsum, where sum = user + nice + system + "
            "idle + iowait + irq + softirq + steal, of the CPUs online at both samples",
            histogram=True,
        ),
    ] = None
    cpu_guest_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "running guests",
            source="guest, guest_nice",
            formula="(Δguest + Δguest_nice) / Δsum: time in VMs",
        ),
    ] = None
    cpu_user_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "user mode without guests",
            source="user, nice, guest, guest_nice",
            formula="max(0, Δuser + Δnice − Δguest − Δguest_nice) / Δsum: guest time is "
            "contained in user time",
        ),
    ] = None
    cpu_system_ratio: Annotated[
        Real | None,
        Figure("0 to 1 of all CPUs", "rate", "kernel mode", source="system", formula="Δsystem / Δsum"),
    ] = None
    cpu_interrupt_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "interrupts, hard and soft",
            source="irq, softirq",
            formula="(Δirq + Δsoftirq) / Δsum",
        ),
    ] = None
    cpu_steal_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "taken by a hypervisor below this host",
            source="steal",
            formula="Δsteal / Δsum: this host is itself a VM and had to wait",
            histogram=True,
        ),
    ] = None
    cpu_iowait_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of all CPUs",
            "rate",
            "idle with I/O outstanding",
            source="iowait",
            formula="Δiowait / Δsum. Idle time; no sign of trouble by itself, see the pressure of I/O",
        ),
    ] = None
    load_1m: Annotated[
        Real | None,
        Figure(
            "tasks",
            "gauge",
            "load average of 1 minute",
            source="`/proc/loadavg`",
            formula="running and waiting for a disk; on a hypervisor about the busy vCPUs",
        ),
    ] = None
    load_5m: Annotated[
        Real | None, Figure("tasks", "gauge", "load average of 5 minutes", source="`/proc/loadavg`")
    ] = None
    load_15m: Annotated[
        Real | None, Figure("tasks", "gauge", "load average of 15 minutes", source="`/proc/loadavg`")
    ] = None
    pressure_cpu_some_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "some task waited for a CPU",
            source="`/proc/pressure/cpu` some total (µs)",
            formula="Δtotal / (*t* × 10⁶), at most 1",
        ),
    ] = None
    pressure_memory_some_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "some task waited for memory",
            source="`/proc/pressure/memory` some",
            formula="likewise",
        ),
    ] = None
    pressure_memory_full_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "all tasks waited for memory",
            source="`/proc/pressure/memory` full",
            formula="likewise",
        ),
    ] = None
    pressure_io_some_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "some task waited for I/O",
            source="`/proc/pressure/io` some",
            formula="likewise",
        ),
    ] = None
    pressure_io_full_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "all tasks waited for I/O",
            source="`/proc/pressure/io` full",
            formula="likewise",
        ),
    ] = None
    pressure_irq_full_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "all tasks waited for interrupts",
            source="`/proc/pressure/irq` full (Linux ≥ 6.1)",
            formula="likewise",
        ),
    ] = None
    cpu_online_count: Annotated[
        Count | None,
        Figure("CPUs", "gauge", "CPUs online", source="`/proc/stat`", formula="number of `cpuN` lines"),
    ] = None
    running_count: Annotated[
        Count | None,
        Figure("tasks", "gauge", "tasks that run or want to", source="`/proc/stat` procs_running"),
    ] = None
    blocked_count: Annotated[
        Count | None,
        Figure(
            "tasks",
            "gauge",
            "tasks in uninterruptible sleep",
            source="`/proc/stat` procs_blocked",
            formula="above 0 for long: trouble with storage",
        ),
    ] = None
