# SPDX-License-Identifier: Apache-2.0
"""Readings of one tick become the reports of its domains, against what is remembered of the tick before.

A reading is compared with the last one of the same start of the VM. One that is older than the newest
known (of a call that returned late) is not used.
"""

from collections.abc import Mapping
from typing import NamedTuple

from publisher.domains.descriptions import Descriptions
from publisher.domains.judgements import DomainJudgement
from publisher.hypervisor.readings import DetailReading, DomainReading
from publisher.rates.domain import (
    ProcessorRates,
    cpu_rates,
    is_even,
    processor_rates,
    seconds_between,
)
from publisher.rates.domain_devices import (
    BlockTotals,
    block_samples,
    block_totals,
    interface_samples,
    network_total,
)
from publisher.rates.domain_memory import GuestActivity, GuestMemory, guest_activity, guest_memory, in_bytes
from publisher.wire.samples import DomainBlockSample, DomainOutcome, DomainReport, DomainSample

JUST_STARTED = "libvirt sent no details of this start of the VM: it has just started or stopped"
UNEVEN = "no rates of details: libvirt's call took much longer, or shorter, than the one before"

# By how much of an interval two calls of the second tier may differ in length.
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

    def __init__(self, *, interval_seconds: float, descriptions: Descriptions) -> None:
        self._interval_seconds = interval_seconds
        self._longest_seconds = _GAP_INTERVALS * interval_seconds
        self._descriptions = descriptions
        self._readings: dict[str, DomainReading] = {}
        self._details: dict[str, DetailReading] = {}
        self._activities: dict[str, GuestActivity] = {}

    def retain(self, domains: Mapping[str, DomainReading]) -> None:
        """Forget the domains that are not there any more."""
        for remembered in (self._readings, self._details, self._activities):
            for uuid in remembered.keys() - domains.keys():
                del remembered[uuid]

    def report(
        self,
        now: DomainReading,
        detail: DetailReading | None,
        judgement: DomainJudgement,
        *,
        wall_clock_seconds: float,
    ) -> DomainReport:
        """Return the report of a domain at this tick and remember its readings."""
        before = self._readings.get(now.uuid)
        self._readings[now.uuid] = now
        inside = self._inside(now, detail, wall_clock_seconds)
        cpu = cpu_rates(before, now, self._longest_seconds)
        description = self._descriptions.get(now.uuid)
        interfaces = interface_samples(
            before.interfaces if before else (),
            now.interfaces,
            seconds_between(before, now, self._longest_seconds),
            description.addresses if description else {},
        )
        received, transmitted = network_total(interfaces)
        processors, memory, totals = inside.processors, inside.memory, inside.totals
        if judgement.outcome == "ok" and inside.trouble:
            judgement = DomainJudgement("partial", inside.trouble)
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
            network_receive_bytes_per_second=received,
            network_transmit_bytes_per_second=transmitted,
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
            reason=now.trouble or judgement.reason or memory.finding,
            blocks=list(inside.blocks),
            interfaces=interfaces,
            description=self._descriptions.take_unsent(now.uuid, now.at_seconds),
        )

    def _inside(self, now: DomainReading, detail: DetailReading | None, wall_clock_seconds: float) -> _Inside:
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
            and not is_even(before, detail, _UNEVEN_SHARE * self._interval_seconds)
        ):
            seconds, trouble = None, UNEVEN
        earlier = before.blocks if before is not None else ()
        blocks = block_samples(earlier, detail.blocks, seconds)
        memory = GuestMemory()
        if "memory" not in detail.missing:
            description = self._descriptions.get(now.uuid)
            activity = self._activities[now.uuid] = guest_activity(
                self._activities.get(now.uuid),
                detail,
                description,
                interval_seconds=self._interval_seconds,
                longest_seconds=self._longest_seconds,
            )
            memory = guest_memory(activity, description, wall_clock_seconds)
        return _Inside(
            processors=processor_rates(before, detail, seconds),
            memory=memory,
            resident_kib=detail.memory.resident_kib,
            blocks=tuple(blocks),
            totals=block_totals(earlier, detail.blocks, blocks),
            trouble=trouble,
        )
