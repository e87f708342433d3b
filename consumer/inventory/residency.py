# SPDX-License-Identifier: Apache-2.0
"""Where a domain lives. The database decides by the samples' times, so that several consumers agree.

- A full list of a host that no longer names a resident ends its stay; without a list nothing ends.
- A domain begins a stay where it is listed while it lives nowhere: a migration, after a departure elsewhere.
- Only a domain that is active here may end a stay elsewhere; the contest module says when.
- So an inactive definition left behind on another host ends no stay. The incoming half of a migration ends
  none, nor a second VM of the same UUID. A host that lists what is not its own ends none either.
- Late messages change nothing: each statement compares their time with that of the stays. No time is later
  than the arrival of its message, whatever the clock of its host.
- The statement that begins a stay brings what the host had reported of the domain into the domain's series.
- What is read is kept. Consumers notify each other through the database of the domains they have moved.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from psycopg import Notify

from consumer.database import Connection
from consumer.inventory.contest import Contest
from consumer.inventory.homes import Home, find_homes
from consumer.inventory.listing import Arrival, Listing
from consumer.statements import statement

_PAIRING = timedelta(minutes=10)
# How long a notification of another consumer may wait.
_POLL_SECONDS = 1.0
# Somebody who changes the table by hand sends no notification.
_REREAD_SECONDS = 60.0
# PostgreSQL takes 8,000 bytes in a notification: more domains than these may not fit.
_NOTIFIED_COUNT_MAX = 700
# How soon domains that live elsewhere are asked about again.
_RETRY_SECONDS = 1.0
# Domains that have left a host and live nowhere, or soon elsewhere.
_LEFT_COUNT_MAX = 10_000
# Any session may send notifications, as many as it likes.
_UNREADABLE_LOG_SECONDS = 60.0


class _Stays:
    """What this consumer knows of one host's residents."""

    def __init__(self, here: Mapping[int, datetime], read_at: float) -> None:
        # Since when each resident lives here.
        self.here = here
        # Since when each of the other listed domains lives elsewhere; None: nowhere.
        self.elsewhere: dict[int, datetime | None] = {}
        self.read_at = read_at
        self.asked_at = -math.inf


class Residency:
    """The stays as far as this consumer has to know them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stays: dict[int, _Stays] = {}
        self._contests: dict[int, Contest] = {}
        # The newest lists of each host that arrived at this consumer.
        self._arrivals: dict[int, Arrival] = {}
        # Of these, the newest that the stays were brought up to.
        self._newest: dict[int, Listing] = {}
        # The last list of another host that had a domain which has left it since.
        self._left_at: dict[int, datetime] = {}
        self._polled_at = -math.inf
        self._unreadable_at = -math.inf
        self._log = structlog.get_logger()

    def listen(self, connection: Connection) -> None:
        """Begin with a connection; nothing is known, since notifications without one are lost."""
        self._stays.clear()
        self._contests.clear()
        self._arrivals.clear()
        self._newest.clear()
        self._left_at.clear()
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

    def note_arrival(self, host_id: int, at: datetime, received_at: datetime) -> None:
        """Note that a list of a host has arrived; ``at``: as in a Listing."""
        last = self._arrivals.get(host_id)
        if last is None or last.at < at:
            self._arrivals[host_id] = Arrival(received_at, at, None if last is None else last.at)
        else:
            # A late one, or the same one again: the database was away.
            self._arrivals[host_id] = last._replace(received_at=received_at)

    def current(self, host_id: int) -> bool:
        """Tell whether a host's residents have been read lately, and nothing about them is open."""
        stays = self._stays.get(host_id)
        return (
            stays is not None and not stays.elsewhere and self._monotonic() - stays.read_at < _REREAD_SECONDS
        )

    def lives_here(self, host_id: int, domain_id: int, at: datetime) -> bool:
        """Tell whether a domain is known to have lived on a host at an instant, and since then."""
        stays = self._stays.get(host_id)
        if stays is None or self._monotonic() - stays.read_at >= _REREAD_SECONDS:
            return False
        since = stays.here.get(domain_id)
        return since is not None and since <= at

    def update(self, connection: Connection, listing: Listing) -> Mapping[int, datetime]:
        """Bring the stays up to a listing; return the domains that live on its host, and since when."""
        arrival = self._arrivals.get(listing.host_id)
        if arrival is None or arrival.at <= listing.at:
            self._newest[listing.host_id] = listing
        return self._bring_up(connection, listing)

    def judge_again(self, connection: Connection) -> None:
        """Judge the newest lists again where domains are claimed: lists may have come in a wrong order.

        A host may have claimed a domain before the list came by which its home lets go of it.
        """
        claiming = {host_id for host_id, stays in self._stays.items() if stays.elsewhere}
        claimed = {domain_id for host_id in claiming for domain_id in self._stays[host_id].elsewhere}
        found = find_homes(connection, claimed).values() if claimed else ()
        homes = {home.host_id for home in found if home.host_id is not None}
        # Homes first: a domain that they let go of may begin its stay then.
        for host_id in (*sorted(homes & self._newest.keys()), *sorted(claiming & self._newest.keys())):
            self._stays.pop(host_id, None)
            self._bring_up(connection, self._newest[host_id])
            # The host's next list is placed anew.
            self._stays[host_id].read_at = -math.inf

    def _bring_up(self, connection: Connection, listing: Listing) -> Mapping[int, datetime]:
        now = self._monotonic()
        stays = self._stays.get(listing.host_id)
        listed = listing.active.keys()
        # A domain that is new to the database has begun its stay there already, whoever entered it.
        if (
            stays is None
            or now - stays.read_at >= _REREAD_SECONDS
            or not listed <= stays.here.keys() | stays.elsewhere.keys()
        ):
            stays = self._read(connection, listing.host_id)
        # A late list is older than stays that have begun since, and ends none of them.
        missing = {key for key, since in stays.here.items() if key not in listed and since < listing.at}
        arrived = listed - stays.here.keys()
        lost: dict[int, int] = {}
        may_begin = False
        if not arrived:
            self._contests.pop(listing.host_id, None)
        if arrived and (arrived - stays.elsewhere.keys() or now - stays.asked_at >= _RETRY_SECONDS):
            homes = find_homes(connection, arrived)
            stays.elsewhere = {domain_id: home.since for domain_id, home in homes.items()}
            stays.asked_at = now
            lost = self._judge(connection, listing, homes)
            may_begin = bool(lost) or any(home.may_begin(listing.at) for home in homes.values())
        if missing or may_begin:
            self._change(connection, listing, missing=missing, arrived=arrived, lost=lost)
            asked_at, elsewhere = stays.asked_at, stays.elsewhere
            stays = self._read(connection, listing.host_id)
            stays.asked_at, stays.elsewhere = asked_at, elsewhere
        stays.elsewhere = {
            domain_id: stays.elsewhere.get(domain_id) for domain_id in listed - stays.here.keys()
        }
        return stays.here

    def reported_here(self, connection: Connection, listing: Listing, at: datetime) -> set[int]:
        """Return the listed domains that lived on the host of the listing at an instant."""
        stays = self._stays[listing.host_id]
        asked = []
        found = set()
        for domain_id in listing.active:
            since = stays.here.get(domain_id)
            if since is not None and since <= at:
                found.add(domain_id)
                continue
            elsewhere_since = stays.elsewhere.get(domain_id)
            if since is not None or elsewhere_since is None or at < elsewhere_since:
                asked.append(domain_id)
        if asked:
            parameters = {"host_id": listing.host_id, "domain_ids": asked, "at": at}
            rows = connection.execute(statement("inventory/stays_cover"), parameters)
            found.update(int(str(row[0])) for row in rows)
        return found

    def _read(self, connection: Connection, host_id: int) -> _Stays:
        rows = connection.execute(statement("inventory/residents"), {"host_id": host_id})
        here = {int(str(key)): since for key, since in rows if isinstance(since, datetime)}
        stays = _Stays(here, self._monotonic())
        self._stays[host_id] = stays
        return stays

    def _judge(self, connection: Connection, listing: Listing, homes: Mapping[int, Home]) -> dict[int, int]:
        """Return the claimed domains that their hosts have lost, each with the host; note the contests."""
        claimed = {key: home for key, home in homes.items() if listing.active[key]}
        contest = self._contests.setdefault(listing.host_id, Contest())
        contest.keep(claimed.keys())
        lost = {}
        for domain_id, home in claimed.items():
            if home.host_id is None:
                contest.note(domain_id, listing)
                continue
            arrival = self._arrivals.get(home.host_id)
            if contest.has_moved(home, listing, None if arrival is None else arrival.received_at):
                lost[domain_id] = home.host_id
                if arrival is not None:
                    self._note_left({domain_id}, arrival.at)
        if contested := contest.to_note(claimed, listing.received_at):
            connection.execute(
                statement("inventory/contests_note"),
                {
                    "host_id": listing.host_id,
                    "at": listing.received_at,
                    "domain_ids": list(contested),
                    "sinces": list(contested.values()),
                },
            )
        return lost

    def _on_notified(self, notify: Notify) -> None:
        """Let the next listing of each host concerned read its stays again, whoever moved the domains."""
        try:
            moved = {int(each) for each in notify.payload.split(",") if each}
        except ValueError:
            now = self._monotonic()
            if now - self._unreadable_at >= _UNREADABLE_LOG_SECONDS:
                self._unreadable_at = now
                self._log.warning(
                    "notification_unreadable", backend_pid=notify.pid, detail=notify.payload[:100]
                )
            return
        for stays in self._stays.values():
            if not moved or not moved.isdisjoint(stays.here) or not moved.isdisjoint(stays.elsewhere):
                stays.read_at = -math.inf

    def _change(
        self,
        connection: Connection,
        listing: Listing,
        *,
        missing: Collection[int],
        arrived: Collection[int],
        lost: Mapping[int, int],
    ) -> None:
        ids, begun = sorted({*missing, *arrived}), sorted(arrived)
        here = {"host_id": listing.host_id, "at": listing.at}
        arrival = self._arrivals.get(listing.host_id)
        if arrival is not None and arrival.before_at is not None:
            self._note_left(missing, arrival.before_at)
        left_ats = [self._left_at.get(domain_id) for domain_id in begun]
        arrivals = {
            **here,
            "pairing": _PAIRING,
            "domain_ids": begun,
            "left_ats": left_ats,
            "claimed_ats": self._claimed_ats(listing.host_id, begun, left_ats),
        }
        with connection.transaction():
            connection.execute(statement("inventory/domains_lock"), {"domain_ids": ids})
            connection.execute(statement("inventory/stays_end"), {**here, "domain_ids": sorted(missing)})
            connection.execute(
                statement("inventory/stays_elsewhere_end"),
                {"at": listing.at, "domain_ids": list(lost), "host_ids": list(lost.values())},
            )
            connection.execute(statement("inventory/stays_begin"), arrivals)
            connection.execute(statement("inventory/domains_set_home"), {**here, "domain_ids": begun})
            connection.execute(statement("inventory/claims_apply"), {"domain_ids": ids})
            moved = ",".join(map(str, ids)) if len(ids) <= _NOTIFIED_COUNT_MAX else ""
            connection.execute(statement("inventory/moves_notify"), {"domain_ids": moved})

    def _note_left(self, domain_ids: Collection[int], at: datetime) -> None:
        if len(self._left_at) > _LEFT_COUNT_MAX:
            self._left_at.clear()
        self._left_at.update(dict.fromkeys(domain_ids, at))

    def _claimed_ats(
        self, host_id: int, domain_ids: Sequence[int], left_ats: Sequence[datetime | None]
    ) -> list[datetime | None]:
        """Return since when a host reported domains after the last list of the host that they have left."""
        contest = self._contests.get(host_id)
        claimed_ats = [None if contest is None else contest.sampled_at(key) for key in domain_ids]
        return [
            None if left_at is None or claimed_at is None else max(left_at, claimed_at)
            for left_at, claimed_at in zip(left_ats, claimed_ats, strict=True)
        ]
