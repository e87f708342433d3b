# SPDX-License-Identifier: Apache-2.0
"""From a batch or an event to the bytes of its message, in a form that every consumer can read.

A reading may hold what the wire cannot (a surrogate in a name, a count beyond 63 bits). Such a part is left
out, with the reason in its place; the rest goes out. Each body has been decoded once before it counts as
made.
"""

from typing import TypeVar

import msgspec

from publisher.wire.codec import DecodeError, decode_event, decode_sample, encode, holds_nul
from publisher.wire.samples import (
    NAME_CHARACTERS,
    CollectorHealth,
    DomainReport,
    DomainSample,
    Event,
    HostSample,
    SampleBatch,
)
from publisher.wire.transposition import columns_of, in_reports

Part = TypeVar("Part", bound=msgspec.Struct)
_NO_STATE = 0  # VIR_DOMAIN_NOSTATE
# Leaves room in a name for the words before it.
_FAULT_CHARACTERS = NAME_CHARACTERS // 2

_ENCODING_ERRORS = (DecodeError, UnicodeError, ValueError, TypeError, OverflowError)


def sample_body(batch: SampleBatch) -> bytes:
    """Return the body of a batch; what cannot be sent is left out, with the reason."""
    try:
        return _checked_sample(batch)
    except _ENCODING_ERRORS:
        return _checked_sample(_sendable(batch))


def readable_body(batch: SampleBatch) -> bytes:
    """Return a batch as JSON for people: what ``sample_body`` sends, with an object for each domain."""
    return msgspec.json.encode(in_reports(decode_sample(sample_body(batch))))


def event_body(event: Event) -> bytes:
    """Return the body of an event; without detail and attributes if they cannot be sent."""
    try:
        return _checked_event(event)
    except _ENCODING_ERRORS as error:
        plain = msgspec.structs.replace(
            event, domain_name=None, attributes={}, detail=f"could not be sent: {_text(error)}"
        )
        return _checked_event(plain)


def _checked_sample(batch: SampleBatch) -> bytes:
    body = encode(batch)
    decode_sample(body)
    return body


def _checked_event(event: Event) -> bytes:
    body = encode(event)
    decode_event(body)
    return body


def _sendable(batch: SampleBatch) -> SampleBatch:
    """Replace each part that cannot be sent."""
    lost: list[CollectorHealth] = []
    sample = _kept(batch.sample, HostSample, "host", lost) or HostSample()
    disks = [disk for disk in batch.disks if _kept(disk, type(disk), "disks", lost)]
    interfaces = [item for item in batch.interfaces if _kept(item, type(item), "interfaces", lost)]
    filesystems = [item for item in batch.filesystems if _kept(item, type(item), "filesystems", lost)]
    collectors = [item for item in batch.collectors if _kept(item, CollectorHealth, "collectors", lost)]
    domains = batch.domains
    if domains is not None:
        stated = [_sendable_domain(domain) for domain in domains]
        domains = [domain for domain in stated if _kept(domain, DomainReport, "domains", lost)]
    return msgspec.structs.replace(
        batch,
        sample=sample,
        disks=disks,
        interfaces=interfaces,
        filesystems=filesystems,
        domains=domains,
        collectors=collectors + lost,
    )


def _sendable_domain(domain: DomainReport) -> DomainReport:
    """Keep a domain in the list in any case: one that is missing there counts as removed."""
    reason = _fault(domain, DomainReport) or _packing_fault(domain)
    if reason is None:
        return domain
    return DomainReport(
        uuid=domain.uuid,
        name=_plain(domain.name),
        sample=DomainSample(state=_NO_STATE, outcome="partial"),
        reason=f"could not be sent: {reason}",
    )


def _kept(part: Part, kind: type[Part], name: str, lost: list[CollectorHealth]) -> Part | None:
    reason = _fault(part, kind)
    if reason is None:
        return part
    lost.append(
        CollectorHealth(
            name=name, outcome="failed", duration_seconds=0.0, reason=f"could not be sent: {reason}"
        )
    )
    return None


def _fault(part: Part, kind: type[Part]) -> str | None:
    try:
        body = msgspec.json.encode(part)
        msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, ValueError, TypeError, OverflowError) as error:
        return _text(error)
    return "a text holds the character NUL" if holds_nul(body) else None


def _packing_fault(domain: DomainReport) -> str | None:
    """Return what an object in JSON hides: it has null for NaN, which no column of whole numbers holds."""
    try:
        columns_of([domain])
    except _ENCODING_ERRORS as error:
        return _text(error)
    return None


def _plain(name: str) -> str:
    return name.encode("utf-8", "replace").decode().replace("\0", "?")[:NAME_CHARACTERS]


def _text(error: Exception) -> str:
    return _plain(str(error))[:_FAULT_CHARACTERS]
