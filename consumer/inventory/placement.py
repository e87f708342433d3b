# SPDX-License-Identifier: Apache-2.0
"""The keys of a host's domains, and where their reports go.

Into the domain's series, if it lived on the host when it was sampled. To what is reported elsewhere, if not.
Into the latest row, if it lives there now.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from publisher.wire.packing import COUNTS


class Placement(NamedTuple):
    """A domain's key, and whether the domain lives on the host that reports it."""

    domain_id: int
    resident: bool
    # It did not live there when it was sampled.
    elsewhere: bool = False


class Placements(NamedTuple):
    """The placements of a host's domains in their order; the key is None for what is in no series."""

    ids: Sequence[int | None]
    resident: Sequence[bool]
    # The ids as a column of the wire's kind: a host's placements stay the same for thousands of batches.
    packed_ids: bytes
    # The keys of those reported though they live elsewhere; nearly always there is none.
    elsewhere_ids: Sequence[int | None] | None = None

    @classmethod
    def of(cls, each: Iterable[Placement | None]) -> "Placements":
        """Return them by column, as rows are built of them."""
        placed = list(each)
        ids = [None if place is None or place.elsewhere else place.domain_id for place in placed]
        resident = [place is not None and place.resident for place in placed]
        elsewhere = [place.domain_id if place is not None and place.elsewhere else None for place in placed]
        return cls(ids, resident, COUNTS.pack(ids), elsewhere if any(elsewhere) else None)
