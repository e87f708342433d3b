# SPDX-License-Identifier: Apache-2.0
"""Where a domain lives. The database decides by the samples' times, so that several consumers agree.

- A full list of a host that no longer names a resident ends its stay; without a list nothing ends.
- A domain begins a stay where it is listed while it lives nowhere: a migration, after a departure elsewhere.
- Only a domain that is active here may end a stay elsewhere. It must be inactive there, or that host silent.
- So an inactive definition left behind on another host ends no stay. Nor does the incoming half of a
  migration, nor a second VM of the same UUID.
- Late messages change nothing: each statement compares their time with that of the stays.
- What is read is kept. Consumers notify each other through the database of the domains they have moved.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Notify

from consumer.database import Connection
from consumer.statements import statement
from publisher.wire.states import MIGRATING, PAUSED, STARTING_UP

_PAIRING = timedelta(minutes=10)
# How long a notification of another consumer may wait.
_POLL_SECONDS = 1.0
# Somebody who changes the table by hand sends no notification.
_REREAD_SECONDS = 60.0
# PostgreSQL takes 8,000 bytes in a notification: more domains than these may not fit.
_NOTIFIED_COUNT_MAX = 700
# How soon domains that live elsewhere are asked about again.
_RETRY_SECONDS = 1.0

# A domain that arrives by migration is paused for one of these reasons.
_ARRIVING = frozenset({MIGRATING, STARTING_UP})


class Listing(NamedTuple):
    """A full list of the domains of a host."""

    host_id: int
    at: datetime
    tick_seconds: float
    # Whether each domain is active.
    active: Mapping[int, bool]


class _Stays:
    """What this consumer knows of one host's residents."""

    def __init__(self, here: set[int], read_at: float) -> None:
        self.here = here
        self.elsewhere: frozenset[int] = frozenset()
        self.read_at = read_at


def claims(libvirt_id: int | None, state: int, state_reason: int | None) -> bool:
    """Tell whether a domain is active on the host that reports it, and not still arriving there."""
    return libvirt_id is not None and not (state == PAUSED and state_reason in _ARRIVING)


class Residency:
    """The stays as far as this consumer has to know them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stays: dict[int, _Stays] = {}
        self._polled_at = -math.inf

    def listen(self, connection: Connection) -> None:
        """Begin with a connection; nothing is known, since notifications without one are lost."""
        self._stays.clear()
        connection.add_notify_handler(self._on_notified)
        connection.execute(statement("inventory/notifications_listen"))

    def poll_notifications(self, connection: Connection) -> None:
        """Receive the notifications of other consumers."""
        self._polled_at = self._monotonic()
        connection.execute(statement("inventory/notifications_poll"))

    @property
    def poll_is_due(self) -> bool:
        """Whether it is time for ``poll_notifications``."""
        return self._monotonic() - self._polled_at >= _POLL_SECONDS

    def current(self, host_id: int) -> bool:
        """Tell whether a host's residents have been read lately, and nothing about them is open."""
        stays = self._stays.get(host_id)
        return (
            stays is not None and not stays.elsewhere and self._monotonic() - stays.read_at < _REREAD_SECONDS
        )

    def update(self, connection: Connection, listing: Listing) -> frozenset[int]:
        """Bring the stays up to a listing and return the listed domains that live on its host."""
        now = self._monotonic()
        stays = self._stays.get(listing.host_id)
        listed = listing.active.keys()
        # A domain that is new to the database has begun its stay there already, whoever entered it.
        if (
            stays is None
            or now - stays.read_at >= _REREAD_SECONDS
            or not listed <= stays.here | stays.elsewhere
        ):
            stays = self._read(connection, listing.host_id)
        missing, arrived = stays.here - listed, listed - stays.here
        retry = arrived and now - stays.read_at >= _RETRY_SECONDS
        if missing or ((arrived - stays.elsewhere or retry) and _may_begin(connection, listing, arrived)):
            self._change(connection, listing, missing=missing, arrived=arrived)
            stays = self._read(connection, listing.host_id)
        stays.elsewhere = frozenset(listed - stays.here)
        return frozenset(listed & stays.here)

    def _read(self, connection: Connection, host_id: int) -> _Stays:
        rows = connection.execute(statement("inventory/residents"), {"host_id": host_id})
        stays = _Stays({int(str(row[0])) for row in rows}, self._monotonic())
        self._stays[host_id] = stays
        return stays

    def _on_notified(self, notify: Notify) -> None:
        """Let the next listing of each host concerned read its stays again, whoever moved the domains."""
        moved = {int(each) for each in notify.payload.split(",") if each}
        for stays in self._stays.values():
            if not moved or moved & stays.here or moved & stays.elsewhere:
                stays.read_at = -math.inf

    def _change(
        self, connection: Connection, listing: Listing, *, missing: set[int], arrived: set[int]
    ) -> None:
        ids = sorted(missing | arrived)
        here = {"host_id": listing.host_id, "at": listing.at}
        with connection.transaction():
            connection.execute(statement("inventory/domains_lock"), {"domain_ids": ids})
            connection.execute(statement("inventory/stays_end"), {**here, "domain_ids": sorted(missing)})
            active = sorted(domain_id for domain_id in arrived if listing.active[domain_id])
            connection.execute(
                statement("inventory/stays_elsewhere_end"),
                {**here, "domain_ids": active, "tick_seconds": listing.tick_seconds},
            )
            connection.execute(
                statement("inventory/stays_begin"),
                {**here, "domain_ids": sorted(arrived), "pairing": _PAIRING},
            )
            connection.execute(
                statement("inventory/domains_set_home"), {**here, "domain_ids": sorted(arrived)}
            )
            moved = ",".join(map(str, ids)) if len(ids) <= _NOTIFIED_COUNT_MAX else ""
            connection.execute(statement("inventory/moves_notify"), {"domain_ids": moved})


def _may_begin(connection: Connection, listing: Listing, arrived: set[int]) -> bool:
    """Tell whether any of these may begin a stay: a definition left behind for days must lock nothing."""
    return (
        any(listing.active[domain_id] for domain_id in arrived)
        or connection.execute(
            statement("inventory/domains_without_home"), {"domain_ids": sorted(arrived)}
        ).rowcount
        > 0
    )
