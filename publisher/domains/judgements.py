# SPDX-License-Identifier: Apache-2.0
"""How the second tier fared with one domain, in the wire's words and in a sentence. Pure."""

from typing import NamedTuple

from publisher.domains.details import Details, Stall
from publisher.hypervisor.readings import Control, DetailReading, DomainReading
from publisher.wire.samples import NAME_CHARACTERS, CollectorHealth, CollectorOutcome, DomainOutcome

# A monitor command that takes up to so long is somebody's normal work.
SHORTEST_STALL_SECONDS = 1.0


class DomainJudgement(NamedTuple):
    """An outcome, and why it is not better."""

    outcome: DomainOutcome = "ok"
    reason: str | None = None


def judge(
    domain: DomainReading,
    detail: DetailReading | None,
    details: Details,
    *,
    stall: Stall | None,
    control: Control | None,
) -> DomainJudgement:
    """Judge one domain's second tier; a domain that is off has none.

    ``stall`` says why the domain was left out, ``control`` who holds the monitor of one with missing keys.
    """
    if domain.libvirt_id is None:
        return DomainJudgement()
    if detail is None:
        return _judge_absent(domain, details, stall)
    return _judge_incomplete(detail, control) if detail.missing else DomainJudgement()


def _judge_absent(domain: DomainReading, details: Details, stall: Stall | None) -> DomainJudgement:
    if domain.uuid in details.recovered:
        return DomainJudgement("partial", "the monitor, stuck until now, is free again")
    if stall is None:
        reason = clipped(details.reason) or "libvirt sent no details: the VM just started or stopped"
        return DomainJudgement("partial", reason)
    if stall.state == "held":
        return held(stall.seconds)
    return _stuck(stall.seconds) if stall.state == "occupied" else _in_job(stall.seconds)


def _judge_incomplete(detail: DetailReading, control: Control | None) -> DomainJudgement:
    if control is None or control.state not in ("occupied", "job"):
        return DomainJudgement("partial", f"libvirt left out: {', '.join(detail.missing)}")
    if control.state == "job":
        return _in_job(control.seconds)
    if control.seconds < SHORTEST_STALL_SECONDS:
        return DomainJudgement("busy", "another caller holds QEMU's monitor")
    return _stuck(control.seconds)


def detail_health(details: Details) -> CollectorHealth:
    """Return the health of the second tier as a collector."""
    outcome: CollectorOutcome = "ok"
    if details.readings is None:
        outcome = "failed" if details.failed else "slow"
    return CollectorHealth(
        name="domain_details",
        outcome=outcome,
        duration_seconds=round(details.duration_seconds, 6),
        reason=clipped(details.reason),
    )


def clipped(text: str | None) -> str | None:
    """Return a text no longer than a name of the wire may be."""
    return text[:NAME_CHARACTERS] if text else None


def held(seconds: float) -> DomainJudgement:
    """Return the judgement of a domain about which libvirt has left a question unanswered for so long."""
    outcome: DomainOutcome = "timed_out" if seconds >= SHORTEST_STALL_SECONDS else "busy"
    return DomainJudgement(outcome, f"held in libvirt for {seconds:.{0 if seconds >= 1 else 1}f} s")


def _stuck(seconds: float) -> DomainJudgement:
    return DomainJudgement("timed_out", f"monitor stuck for {seconds:.{0 if seconds >= 1 else 1}f} s")


def _in_job(seconds: float) -> DomainJudgement:
    return DomainJudgement("busy", f"a job of libvirt has held the VM for {seconds:.0f} s")
