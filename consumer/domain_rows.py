# SPDX-License-Identifier: Apache-2.0
"""The rows of domains and their devices in one flush, kept as bytes.

They are nearly all there is to store. Turned into bytes at once, while they are in the processor's cache,
they cost half of what they cost when a flush is full, and memory a sixth.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress, repeat
from operator import itemgetter
from typing import NamedTuple

from consumer.encoding import Encoded, Row, joined
from consumer.tables import (
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_INTERFACE_SAMPLES,
    DOMAIN_LATEST,
    DOMAIN_SAMPLES,
    Table,
)
from publisher.wire.columns import DomainBlockColumns, DomainColumns, DomainInterfaceColumns, cells

Encode = Callable[[Table, Sequence[Row]], Encoded]


class Placement(NamedTuple):
    """Where a domain's report goes: its key, and whether it speaks for the domain now."""

    domain_id: int
    resident: bool


class Placements(NamedTuple):
    """The placements of a host's domains in their order; the key is None where a sample is not stored."""

    ids: Sequence[int | None]
    resident: Sequence[bool]

    @classmethod
    def of(cls, each: Iterable[Placement | None]) -> "Placements":
        """Return them by column, as rows are built of them."""
        placed = [(None, False) if placement is None else placement for placement in each]
        return cls([key for key, _ in placed], [resident for _, resident in placed])


class Origin(NamedTuple):
    """Where and when a batch was sampled; ``at`` in microseconds as the rows module has them."""

    host: str
    host_id: int
    at: int


class _Piece(NamedTuple):
    """What one batch has for one table."""

    host_id: int
    at: int
    encoded: Encoded


class _Speech(NamedTuple):
    """What a batch says of the domains that live there: samples, and rows of DOMAIN_SPEAKERS by key."""

    at: int
    placements: Placements
    samples: Encoded
    rows: Sequence[tuple[int | None, Row]]


# By host: what was left out of the flush before.
HeldBack = dict[str, list[_Speech]]


class DomainRows:
    """The rows of one flush."""

    def __init__(self, encode: Encode, held: HeldBack | None = None) -> None:
        self._encode = encode
        self._pieces: dict[Table, list[_Piece]] = {}
        self._speeches: HeldBack = {host: list(speeches) for host, speeches in (held or {}).items()}

    def add(self, domains: DomainColumns, origin: Origin, placements: Placements) -> None:
        """Add a batch's domains, or nothing of them if a value is refused."""
        host, host_id, at = origin
        ids = placements.ids
        found = {DOMAIN_SAMPLES: _placed(ids, zip(ids, repeat(at), repeat(host_id), *cells(domains.sample)))}
        for table, devices in (
            (DOMAIN_BLOCK_SAMPLES, domains.blocks),
            (DOMAIN_INTERFACE_SAMPLES, domains.interfaces),
        ):
            if devices is not None:
                found[table] = _device_rows(devices, ids, host_id, at)
        encoded = {table: self._encode(table, rows) for table, rows in found.items() if rows}
        for table, piece in encoded.items():
            self._pieces.setdefault(table, []).append(_Piece(host_id, at, piece))
        if DOMAIN_SAMPLES in encoded:
            reasons = map(domains.reasons.get, domains.uuid)
            rows = zip(ids, repeat(at), domains.libvirt_ids, reasons, strict=False)
            speakers = list(compress(zip(ids, rows, strict=True), placements.resident))
            self._hear(host, _Speech(at, placements, encoded[DOMAIN_SAMPLES], speakers))

    def hold_back(self, is_superseded: Callable[[str], bool]) -> HeldBack:
        """Take out what the hosts said last of whom a later message is to come, for the next flush."""
        hosts = [host for host in self._speeches if is_superseded(host)]
        return {host: self._speeches.pop(host) for host in hosts}

    def encoded(self) -> dict[Table, Encoded]:
        """Return the rows by host and time, which keeps the pages of the index in the server's cache."""
        found = {
            table: [piece.encoded for piece in sorted(pieces, key=itemgetter(0, 1))]
            for table, pieces in self._pieces.items()
        }
        if self._speeches:
            found[DOMAIN_LATEST] = [speech.samples for speech in self._heard()]
        return {table: joined(parts) for table, parts in found.items()}

    def speakers(self) -> list[Row]:
        """Return the newest that was said of each domain: rows of DOMAIN_SPEAKERS.

        Of two of one time, the one that came last.
        """
        found: dict[int | None, Row] = {}
        for speech in self._heard():
            found.update(speech.rows)
        return list(found.values())

    def _heard(self) -> list[_Speech]:
        speeches = [speech for heard in self._speeches.values() for speech in heard]
        return sorted(speeches, key=itemgetter(0))

    def _hear(self, host: str, speech: _Speech) -> None:
        """Note what is said; it replaces what was said before of the same domains, nearly always."""
        heard = self._speeches.setdefault(host, [])
        if heard and heard[-1].placements == speech.placements and heard[-1].at <= speech.at:
            heard[-1] = speech
        else:
            heard.append(speech)


def _placed(ids: Sequence[int | None], rows: Iterable[Row]) -> Sequence[Row]:
    """Leave out the rows without key."""
    return [row for row in rows if row[0] is not None] if None in ids else list(rows)


def _device_rows(
    devices: DomainBlockColumns | DomainInterfaceColumns, ids: Sequence[int | None], host_id: int, at: int
) -> Sequence[Row]:
    """Return a row for each device, the first of a name where a domain has several: a MAC may occur twice."""
    owners = [ids[place] for place in devices.domain]
    names, *figures = cells(devices)
    rows = _placed(owners, zip(owners, names, repeat(at), repeat(host_id), *figures))
    first: dict[Row, Row] = {row[:2]: row for row in reversed(rows)}
    return rows if len(first) == len(rows) else list(reversed(first.values()))
