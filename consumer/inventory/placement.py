# SPDX-License-Identifier: Apache-2.0
"""The keys of a host's domains, and which of them live there: only then its report is their latest."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from publisher.wire.packing import COUNTS


class Placement(NamedTuple):
    """A domain's key, and whether the domain lives on the host that reports it."""

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
