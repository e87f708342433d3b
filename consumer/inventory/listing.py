# SPDX-License-Identifier: Apache-2.0
"""A host's full list of its domains, as far as it says where they live. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from publisher.wire.states import MIGRATING, PAUSED, STARTING_UP

# A domain that arrives by migration is paused for one of these reasons.
_ARRIVING = frozenset({MIGRATING, STARTING_UP})


class Listing(NamedTuple):
    """A full list of the domains of a host."""

    host_id: int
    # When it was sampled, by the host's clock, but no later than it arrived.
    at: datetime
    received_at: datetime
    # Whether each domain is active.
    active: Mapping[int, bool]


class Arrival(NamedTuple):
    """The arrival of the newest list of a host, and when the one before it was sampled."""

    received_at: datetime
    at: datetime
    before_at: datetime | None


def claims(libvirt_id: int | None, state: int, state_reason: int | None) -> bool:
    """Tell whether a domain is active on the host that reports it, and not still arriving there."""
    return libvirt_id is not None and not (state == PAUSED and state_reason in _ARRIVING)
