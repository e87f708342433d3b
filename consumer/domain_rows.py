# SPDX-License-Identifier: Apache-2.0
"""The rows of domains and their devices in one flush: nearly all there is to store.

They are kept as they travelled, by column, and become bytes when the flush is full, thousands at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from operator import itemgetter
from typing import NamedTuple

from consumer.encoding import Encoded, Row
from consumer.pieces import Piece, encoded
from consumer.tables import (
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_INTERFACE_SAMPLES,
    DOMAIN_LATEST,
    DOMAIN_SAMPLES,
    Table,
)
from publisher.wire.columns import DeviceColumns, DomainColumns, owners
from publisher.wire.packing import COUNTS


class Placement(NamedTuple):
    """Where a domain's report goes: its key, and whether it speaks for the domain now."""

    domain_id: int
    resident: bool


class Placements(NamedTuple):
    """The placements of a host's domains in their order; the key is None where a sample is not stored."""

    ids: Sequence[int | None]
    resident: Sequence[bool]
    # The ids as a column of the wire's kind: a host's placements stay the same for thousands of batches.
    packed_ids: bytes

    @classmethod
    def of(cls, each: Iterable[Placement | None]) -> "Placements":
        """Return them by column, as rows are built of them."""
        placed = [(None, False) if placement is None else placement for placement in each]
        ids = [key for key, _ in placed]
        return cls(ids, [resident for _, resident in placed], COUNTS.pack(ids))


class Origin(NamedTuple):
    """Where and when a batch was sampled; ``at`` in microseconds as the rows module has them."""

    host: str
    host_id: int
    at: int


class Speech(NamedTuple):
    """What a batch says of the domains that live there, beside their samples."""

    at: int
    placements: Placements
    samples: Piece
    libvirt_ids: bytes
    reasons: Iterable[str | None]

    def rows(self) -> Iterator[tuple[int | None, Row]]:
        """Return rows of DOMAIN_SPEAKERS by key."""
        ids, resident, _ = self.placements
        libvirt_ids = COUNTS.unpack(self.libvirt_ids) or repeat(None)
        found = zip(ids, repeat(self.at), libvirt_ids, self.reasons, strict=False)
        return compress(zip(ids, found, strict=True), resident)


class DomainRows:
    """The rows of one flush."""

    def __init__(self, held: Mapping[str, Sequence[Speech]]) -> None:
        self._pieces: dict[Table, list[Piece]] = {}
        self._speeches = {host: list(speeches) for host, speeches in held.items()}

    def add(self, domains: DomainColumns, origin: Origin, placements: Placements) -> None:
        """Add a batch's domains; raises DataRefused, with nothing added, for a text that is no UTF-8."""
        host, host_id, at = origin
        samples = Piece.of(host_id, at, placements.packed_ids, domains.sample)
        found = {DOMAIN_SAMPLES: samples}
        for table, devices in (
            (DOMAIN_BLOCK_SAMPLES, domains.blocks),
            (DOMAIN_INTERFACE_SAMPLES, domains.interfaces),
        ):
            if devices is not None:
                keys = COUNTS.pack(_device_keys(devices, placements.ids))
                found[table] = Piece.of(host_id, at, keys, devices)
        for table, piece in found.items():
            self._pieces.setdefault(table, []).append(piece)
        if any(placements.resident):
            reasons = list(map(domains.reasons.get, domains.uuid)) if domains.reasons else repeat(None)
            self._hear(host, Speech(at, placements, samples, domains.libvirt_id, reasons))

    def hold_back(self, host: str) -> Sequence[Speech]:
        """Take out what a host said last, for the next flush."""
        return self._speeches.pop(host, ())

    def encoded(self) -> dict[Table, Encoded]:
        """Return the rows by host and time, which keeps the pages of the index in the server's cache."""
        found = {
            table: encoded(table, sorted(pieces, key=itemgetter(0, 1)))
            for table, pieces in self._pieces.items()
        }
        if spoken := [speech.samples for speech in self._heard()]:
            if set(map(id, spoken)) == set(map(id, self._pieces.get(DOMAIN_SAMPLES, ()))):
                # Nearly always, unless there is a backlog.
                found[DOMAIN_LATEST] = found[DOMAIN_SAMPLES]
            else:
                found[DOMAIN_LATEST] = encoded(DOMAIN_SAMPLES, spoken)
        return {table: made for table, made in found.items() if made.row_count}

    def speakers(self) -> list[Row]:
        """Return the newest that was said of each domain: rows of DOMAIN_SPEAKERS.

        Of two of one time, the one that came last.
        """
        found: dict[int | None, Row] = {}
        for speech in self._heard():
            found.update(speech.rows())
        return list(found.values())

    def _heard(self) -> list[Speech]:
        speeches = [speech for heard in self._speeches.values() for speech in heard]
        return sorted(speeches, key=itemgetter(0))

    def _hear(self, host: str, speech: Speech) -> None:
        """Note what is said; it replaces what was said before of the same domains, nearly always."""
        heard = self._speeches.setdefault(host, [])
        if heard and heard[-1].placements == speech.placements and heard[-1].at <= speech.at:
            heard[-1] = speech
        else:
            heard.append(speech)


def _device_keys(devices: DeviceColumns, ids: Sequence[int | None]) -> list[int | None]:
    """Return the domain's key for each device, None for what is not stored.

    Of several devices of one name in a domain the first is: a MAC may occur twice.
    """
    keys = [ids[place] for place in owners(devices)]
    named = list(zip(keys, devices.device, strict=True))
    if len(set(named)) < len(named):
        first = {name: place for place, name in reversed(list(enumerate(named)))}
        keys = [key if first[named[place]] == place else None for place, key in enumerate(keys)]
    return keys
