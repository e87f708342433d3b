# SPDX-License-Identifier: Apache-2.0
"""The figures of a domain, declared once (docs/decisions/0036)."""

from typing import Annotated

from msgspec import Struct

from publisher.wire.field_types import Bytes, DomainOutcome, Real, SmallCount, SmallInteger
from publisher.wire.figures import Figure


class DomainSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One domain at one tick, running or not.

    ``interval_seconds`` covers the figures of the first tier (CPU total and interfaces).
    ``detail_interval_seconds`` covers those that need QEMU's monitor (vCPU, steal, memory, block devices).
    ``state`` and ``state_reason`` are libvirt's numbers (virDomainState, virDomain*Reason), passed on even
    where unknown. Cores: 1.0 is one CPU of the host fully used.
    """

    memory_assigned_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "what the domain may use now (balloon)",
            source="virDomainGetInfo memory (= `balloon.current`)",
            formula="KiB × 1024; what the VM may use now, not what it uses",
        ),
    ] = None
    memory_maximum_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "what it could be given",
            source="virDomainGetInfo maxMem (= `balloon.maximum`)",
            formula="KiB × 1024",
        ),
    ] = None
    memory_guest_total_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "what the guest sees",
            source="`balloon.available`",
            formula="KiB × 1024: the guest's MemTotal, whatever the key's name says. Null "
            "when the report is stale",
        ),
    ] = None
    memory_used_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "used inside the guest, by its balloon driver",
            source="`balloon.available`, `usable`; without `usable`: `unused`, `disk_caches`",
            formula="(available − usable) or (available − unused − disk_caches) × 1024; "
            "neither: null. Null when the report is older than max(3 × stats "
            "period, 30 s)",
            histogram=True,
        ),
    ] = None
    memory_resident_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "taken on the host",
            source="`balloon.rss`",
            formula="KiB × 1024: what QEMU occupies on the host, its own needs included; "
            "without hugepages; shared pages (KSM) in full. Does not shrink when "
            "the guest frees",
            histogram=True,
        ),
    ] = None
    interval_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "what CPU and interface figures cover",
            source="CLOCK_MONOTONIC before virDomainGetInfo",
            formula="time between the two readings of the first tier",
        ),
    ] = None
    detail_interval_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "what vCPU, steal, memory and block figures cover",
            source="CLOCK_MONOTONIC before the bulk call",
            formula="time between the two readings of the second tier",
        ),
    ] = None
    cpu_cores: Annotated[
        Real | None,
        Figure(
            "cores",
            "rate",
            "CPU used; 1.0 is one CPU of the host",
            source="virDomainGetInfo cpuTime (ns, steps of 10 ms)",
            formula="Δ / (*t* × 10⁹). All threads of the QEMU process, also while the host polls for work "
            "of a vCPU (see below). Always this source, "
            "also where `cpu.time` is there: that may come from the cgroup and "
            "count more threads, and mixing the two would make jumps",
            histogram=True,
        ),
    ] = None
    cpu_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "rate",
            "of the vCPUs the domain has",
            source="`cpu_cores`, nrVirtCpu",
            formula="cores / vCPUs (the smaller count of both readings). May exceed 1: "
            "QEMU's own threads count",
            histogram=True,
        ),
    ] = None
    cpu_user_cores: Annotated[
        Real | None,
        Figure(
            "cores",
            "rate",
            "in user mode of QEMU",
            source="`cpu.user`",
            formula="Δ / (*t* × 10⁹); time in the guest counts as user",
        ),
    ] = None
    cpu_system_cores: Annotated[
        Real | None, Figure("cores", "rate", "in kernel mode", source="`cpu.system`", formula="likewise")
    ] = None
    vcpu_cores: Annotated[
        Real | None,
        Figure(
            "cores",
            "rate",
            "used by the vCPUs",
            source="`vcpu.N.time`",
            formula="sum over the vCPUs; null where one came or went",
        ),
    ] = None
    cpu_overhead_cores: Annotated[
        Real | None,
        Figure(
            "cores",
            "rate",
            "used by QEMU beside the vCPUs",
            source="`cpu.time`, `vcpu.N.time`",
            formula="max(0, Δcpu.time − ΣΔvcpu.N.time) / (*t* × 10⁹): emulation and I/O "
            "threads. Null where a vCPU came or went",
        ),
    ] = None
    steal_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "a vCPU wanted to run and had no CPU",
            source="`vcpu.N.delay` (libvirt ≥ 7.2)",
            formula="ΣΔdelay / (*t* × 10⁹ × vCPUs in both readings): ready to run, but "
            "waiting for a host CPU",
            histogram=True,
        ),
    ] = None
    memory_used_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "gauge",
            "used inside the guest",
            source="as `memory_used_bytes`",
            formula="used / guest total",
        ),
    ] = None
    memory_age_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "gauge",
            "age of the guest's own memory figures",
            source="`balloon.last-update` (epoch of the host)",
            formula="now − last update; null if the guest never reported or the clock was "
            "set back. Given for stale reports too",
        ),
    ] = None
    swap_in_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "inside the guest",
            source="`balloon.swap_in` (KiB)",
            formula="Δ × 1024 over the time between the guest's two latest reports; holds "
            "until the next report. Null after a reboot of the guest, after a gap "
            "of more than max(3 ticks, 3 × stats period, 30 s), and where the "
            "clock of these wall-clock stamps was set in between",
        ),
    ] = None
    swap_out_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second", "rate", "inside the guest", source="`balloon.swap_out`", formula="likewise"
        ),
    ] = None
    major_faults_per_second: Annotated[
        Real | None,
        Figure(
            "faults per second",
            "rate",
            "inside the guest",
            source="`balloon.major_fault`",
            formula="likewise, without × 1024",
        ),
    ] = None
    block_read_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all block devices",
            source="`block.N.rd.bytes`",
            formula="sum over the devices; null where that of one is not known",
            histogram=True,
        ),
    ] = None
    block_write_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "all block devices",
            source="`block.N.wr.bytes`",
            formula="likewise",
            histogram=True,
        ),
    ] = None
    block_read_requests_per_second: Annotated[
        Real | None,
        Figure(
            "requests per second", "rate", "all block devices", source="`block.N.rd.reqs`", formula="likewise"
        ),
    ] = None
    block_write_requests_per_second: Annotated[
        Real | None,
        Figure(
            "requests per second", "rate", "all block devices", source="`block.N.wr.reqs`", formula="likewise"
        ),
    ] = None
    block_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a request",
            source="`block.N.{rd,wr}.{times,reqs}`",
            formula="ΣΔtimes / (ΣΔreqs × 10⁹) over reads and writes of all devices; null without requests",
            histogram=True,
        ),
    ] = None
    network_receive_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "received by the guest, all interfaces",
            source="`net.N.rx.bytes`",
            formula="sum over the interfaces, the guest's direction; null where that of one is not known",
            histogram=True,
        ),
    ] = None
    network_transmit_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "sent by the guest, all interfaces",
            source="`net.N.tx.bytes`",
            formula="likewise",
            histogram=True,
        ),
    ] = None
    vcpu_count: Annotated[
        SmallCount | None, Figure("vCPUs", "gauge", "vCPUs in use", source="virDomainGetInfo nrVirtCpu")
    ] = None
    state: Annotated[
        SmallInteger,
        Figure(
            "number",
            "gauge",
            "virDomainState; state_name of domains_now in words",
            source="`state.state` (virDomainState)",
            formula="1 running, 2 idle, 3 paused, 4 in shutdown, 5 shut off, 6 crashed, 7 "
            "pmsuspended; others pass through",
            rolled_up=False,
        ),
    ]
    state_reason: Annotated[
        SmallInteger | None,
        Figure(
            "number",
            "gauge",
            "the state's reason; state_reason_name in words",
            source="`state.reason` (virDomain*Reason)",
            formula="virsh's words: `publisher/wire/states.py`",
            rolled_up=False,
        ),
    ] = None
    outcome: Annotated[
        DomainOutcome,
        Figure(
            "word",
            "gauge",
            "how the sampling ended: ok, partial, busy, timed_out, gone",
            formula="see above",
            rolled_up=False,
        ),
    ] = "ok"
