# SPDX-License-Identifier: Apache-2.0
"""Readings of one tick become the reports of its domains, against what is remembered of the tick before.

A reading is compared with the last one of the same start of the VM whose instant is known. After a call that
took unusually long nobody knows when within it a counter was read. One that is older than the newest known
(of a call that returned late) is not used.
"""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from publisher.domains.descriptions import Descriptions
from publisher.domains.device_changes import DeviceChanges
from publisher.domains.judgements import DomainJudgement, clipped
from publisher.hypervisor.readings import (
    BlockReading,
    DetailReading,
    DomainInterfaceReading,
    DomainReading,
    Overview,
)
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.domain import (
    DomainCpuRates,
    ProcessorRates,
    cpu_rates,
    interface_seconds_between,
    processor_rates,
    seconds_between,
)
from publisher.rates.domain_devices import BlockTotals, InterfaceRates, block_rates, interface_rates
from publisher.rates.domain_memory import GuestActivity, GuestMemory, guest_activity, guest_memory, in_bytes
from publisher.rates.pace import Pace
from publisher.wire.samples import (
    DomainBlockSample,
    DomainOutcome,
    DomainReport,
    DomainSample,
)

JUST_STARTED = "libvirt sent no details of this start of the VM: it has just started or stopped"
UNEVEN = "no rates of details: libvirt's call took much longer than it usually does"
UNTIMED_CPU = "no CPU rate: libvirt answered late, so when it read the counter is not known"
EXCHANGED = "no rates of devices: one was plugged in or out, and others may have the names of those before"
UNTIMED_NETWORK = "no network rates: libvirt's call took much longer than it usually does"

# The instant of a reading may be uncertain by so much of an interval, in either tier.
_UNTIMED_SHARE = 0.1
_UNEVEN_SHARE = 0.2
# After a gap of more than so many intervals a rate would describe a time nobody watched.
_GAP_INTERVALS = 3


class _Inside(NamedTuple):
    """What the second tier adds to a report. ``trouble``: why that is less than usual."""

    processors: ProcessorRates = ProcessorRates()
    memory: GuestMemory = GuestMemory()
    resident_kib: int | None = None
    blocks: tuple[DomainBlockSample, ...] = ()
    totals: BlockTotals = BlockTotals()
    trouble: str | None = None


class ReadingHistory:
    """The last readings of every domain; belongs to the sampling thread."""

    def __init__(
        self, *, interval_seconds: float, descriptions: Descriptions, device_changes: DeviceChanges
    ) -> None:
        self._interval_seconds = interval_seconds
        self._longest_seconds = _GAP_INTERVALS * interval_seconds
        self._descriptions = descriptions
        self._device_changes = device_changes
        # The first tier's last readings of the CPU time, and of interfaces, whose instant is known.
        self._readings: dict[str, DomainReading] = {}
        self._interfaces: dict[str, DomainReading] = {}
        self._bulk_pace = Pace()
        self._detail_pace = Pace()
        self._details_at_seconds = 0.0
        self._details: dict[str, DetailReading] = {}
        self._activities: dict[str, GuestActivity] = {}
        # What is remembered of the counters of each domain, with the start that they belong to.
        self._watches: dict[str, tuple[int | None, CounterWatch]] = {}
        self._host_cpu_count = 1

    def begin_tick(self, overview: Overview, details: Mapping[str, DetailReading]) -> None:
        """Take note of how long the calls took, and forget the domains that are not there any more."""
        uuids = {domain.uuid for domain in overview.domains}
        # CPUs may be plugged in at any time.
        self._host_cpu_count = os.sysconf("SC_NPROCESSORS_CONF")
        for remembered in (self._readings, self._interfaces, self._details, self._activities, self._watches):
            for uuid in remembered.keys() - uuids:
                del remembered[uuid]
        self._device_changes.keep(uuids)
        if overview.bulk_seconds is not None:
            self._bulk_pace.note(overview.bulk_seconds)
        detail = next(iter(details.values()), None)
        if detail is not None and detail.at_seconds > self._details_at_seconds:
            self._details_at_seconds = detail.at_seconds
            self._detail_pace.note(detail.duration_seconds)

    def report(
        self,
        now: DomainReading,
        detail: DetailReading | None,
        judgement: DomainJudgement,
        *,
        wall_clock_seconds: float,
    ) -> DomainReport:
        """Return the report of a domain at this tick and remember its readings."""
        watch = self._watch(now)
        inside = self._inside(now, detail, wall_clock_seconds, watch)
        cpu, cpu_trouble = self._cpu(now, watch)
        interfaces, network_trouble = self._network(now, watch)
        processors, memory, totals = inside.processors, inside.memory, inside.totals
        troubles = (cpu_trouble, network_trouble, inside.trouble, watch.take_findings())
        trouble = "; ".join(filter(None, dict.fromkeys(troubles)))
        if judgement.outcome == "ok" and trouble:
            judgement = DomainJudgement("partial", trouble)
        outcome: DomainOutcome = judgement.outcome if now.outcome == "ok" else now.outcome
        sample = DomainSample(
            memory_assigned_bytes=in_bytes(now.memory_kib),
            memory_maximum_bytes=in_bytes(now.maximum_memory_kib),
            memory_guest_total_bytes=memory.total_bytes,
            memory_used_bytes=memory.used_bytes,
            memory_resident_bytes=in_bytes(inside.resident_kib),
            interval_seconds=cpu.interval_seconds,
            detail_interval_seconds=processors.interval_seconds,
            cpu_cores=cpu.cores,
            cpu_ratio=cpu.ratio,
            cpu_user_cores=processors.user_cores,
            cpu_system_cores=processors.system_cores,
            vcpu_cores=processors.vcpu_cores,
            cpu_overhead_cores=processors.overhead_cores,
            steal_ratio=processors.steal_ratio,
            memory_used_ratio=memory.used_ratio,
            memory_age_seconds=memory.age_seconds,
            swap_in_bytes_per_second=memory.swap_in_bytes_per_second,
            swap_out_bytes_per_second=memory.swap_out_bytes_per_second,
            major_faults_per_second=memory.major_faults_per_second,
            block_read_bytes_per_second=totals.read_bytes_per_second,
            block_write_bytes_per_second=totals.write_bytes_per_second,
            block_read_requests_per_second=totals.read_requests_per_second,
            block_write_requests_per_second=totals.write_requests_per_second,
            block_latency_seconds=totals.latency_seconds,
            network_receive_bytes_per_second=interfaces.receive_bytes_per_second,
            network_transmit_bytes_per_second=interfaces.transmit_bytes_per_second,
            vcpu_count=now.vcpu_count,
            state=now.state,
            state_reason=now.state_reason,
            outcome=outcome,
        )
        return DomainReport(
            uuid=now.uuid,
            name=now.name,
            libvirt_id=now.libvirt_id,
            sample=sample,
            reason=clipped(
                now.trouble or judgement.reason or "; ".join(filter(None, (memory.finding, processors.note)))
            ),
            blocks=list(inside.blocks),
            interfaces=interfaces.samples,
            description=self._descriptions.take_unsent(now.uuid, now.at_seconds),
        )

    def _watch(self, now: DomainReading) -> CounterWatch:
        """Return the watch of this start of the domain."""
        libvirt_id, watch = self._watches.get(now.uuid, (now.libvirt_id, None))
        if watch is None or libvirt_id != now.libvirt_id:
            watch = CounterWatch()
            self._watches[now.uuid] = (now.libvirt_id, watch)
        return watch

    def _cpu(self, now: DomainReading, watch: CounterWatch) -> tuple[DomainCpuRates, str | None]:
        """Return the rates of the CPU time, and why there are none though there could be."""
        before = self._readings.get(now.uuid)
        if now.duration_seconds > _UNTIMED_SHARE * self._interval_seconds:
            return DomainCpuRates(), UNTIMED_CPU if now.cpu_time_ns is not None else None
        if now.cpu_time_ns is not None:
            self._readings[now.uuid] = now
        return cpu_rates(before, now, self._longest_seconds, watch, host_cpu_count=self._host_cpu_count), None

    def _network(self, now: DomainReading, watch: CounterWatch) -> tuple[InterfaceRates, str | None]:
        """Return the interfaces, and why they have no rates though they could have."""
        before = self._interfaces.get(now.uuid)
        seconds, trouble = interface_seconds_between(before, now, self._longest_seconds), None
        is_timed = self._is_timed(now)
        if now.interfaces and is_timed:
            self._interfaces[now.uuid] = now
        if before is not None and seconds is not None and not (is_timed and self._is_timed(before)):
            seconds, trouble = None, UNTIMED_NETWORK if now.interfaces else None
        earlier = before.interfaces if before else ()
        if before and self._are_exchanged(now.uuid, before.interfaces_at_seconds, earlier, watch):
            earlier, trouble = (), EXCHANGED
        addresses = self._descriptions.addresses(now.uuid) or {}
        return interface_rates(earlier, now.interfaces, seconds, addresses, watch), trouble

    def _are_exchanged(
        self,
        uuid: str,
        at_seconds: float,
        devices: Sequence[BlockReading | DomainInterfaceReading],
        watch: CounterWatch,
    ) -> bool:
        """Return whether devices that were read at an instant may be others by now; these begin anew."""
        if not devices or not self._device_changes.happened_after(uuid, at_seconds):
            return False
        for device in devices:
            watch.forget(device.name)
        return True

    def _is_timed(self, reading: DomainReading) -> bool:
        """Whether it is known well enough when the counters of interfaces were read."""
        excess_seconds = self._bulk_pace.excess_seconds(reading.interfaces_duration_seconds)
        return excess_seconds <= _UNTIMED_SHARE * self._interval_seconds

    def _is_even(self, reading: DetailReading) -> bool:
        excess_seconds = self._detail_pace.excess_seconds(reading.duration_seconds)
        return excess_seconds <= _UNEVEN_SHARE * self._interval_seconds

    def _inside(
        self,
        now: DomainReading,
        detail: DetailReading | None,
        wall_clock_seconds: float,
        watch: CounterWatch,
    ) -> _Inside:
        if detail is None or now.libvirt_id is None:
            return _Inside()
        before = self._details.get(now.uuid)
        # The two tiers may have asked on either side of a start; a call that was late may be outdated.
        outdated = before is not None and detail.at_seconds <= before.at_seconds
        if detail.libvirt_id != now.libvirt_id or outdated:
            return _Inside(trouble=JUST_STARTED)
        self._details[now.uuid] = detail
        seconds = seconds_between(before, detail, self._longest_seconds)
        trouble = None
        if (
            before is not None
            and seconds is not None
            and not (self._is_even(before) and self._is_even(detail))
        ):
            seconds, trouble = None, UNEVEN
        earlier = before.blocks if before is not None else ()
        if before is not None and self._are_exchanged(now.uuid, before.at_seconds, earlier, watch):
            earlier, trouble = (), EXCHANGED
        blocks = block_rates(earlier, detail.blocks, seconds, watch)
        memory = GuestMemory()
        if "memory" not in detail.missing:
            description = self._descriptions.get(now.uuid)
            activity = self._activities[now.uuid] = guest_activity(
                self._activities.get(now.uuid),
                detail,
                description,
                interval_seconds=self._interval_seconds,
                longest_seconds=self._longest_seconds,
                watch=watch,
            )
            memory = guest_memory(activity, description, wall_clock_seconds)
        return _Inside(
            processors=processor_rates(before, detail, seconds, watch, host_cpu_count=self._host_cpu_count),
            memory=memory,
            resident_kib=detail.memory.resident_kib,
            blocks=tuple(blocks.samples),
            totals=blocks.totals,
            trouble=trouble,
        )
