# SPDX-License-Identifier: Apache-2.0
"""How the second tier fared with one domain, in the wire's words and in a sentence. Pure."""

from typing import NamedTuple

from publisher.details import Details, Stall
from publisher.hypervisor.readings import Control, DetailReading, DomainReading
from publisher.wire.samples import CollectorHealth, CollectorOutcome, DomainOutcome

# Bound of the wire (publisher.wire.samples: Name).
_REASON_CHARACTERS = 1024


class Verdict(NamedTuple):
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
) -> Verdict:
    """Judge one domain's second tier; a domain that is off has none.

    ``stall`` says why the domain was left out, ``control`` who holds the monitor of one with missing keys.
    """
    if domain.libvirt_id is None:
        return Verdict()
    if detail is None:
        if stall is not None:
            return _held(stall.state, stall.seconds)
        reason = clipped(details.reason) or "libvirt sent no details: the VM just started or stopped"
        return Verdict("partial", reason)
    if not detail.missing:
        return Verdict()
    if control is not None and control.state in ("occupied", "job"):
        return _held(control.state, control.seconds)
    return Verdict("partial", f"libvirt left out: {', '.join(detail.missing)}")


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
    return text[:_REASON_CHARACTERS] if text else None


def _held(state: str, seconds: float) -> Verdict:
    if state == "job":
        return Verdict("busy", f"a job of libvirt has held the VM for {seconds:.0f} s")
    if seconds < 1:
        return Verdict("busy", "another caller holds QEMU's monitor")
    return Verdict("timed_out", f"monitor stuck for {seconds:.0f} s")
