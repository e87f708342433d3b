# SPDX-License-Identifier: Apache-2.0
"""Domains that a host reports as active though they live on another host: when they have moved, when not.

- Where the domain is inactive at home, or paused for the second half of a post-copy migration, it has moved.
- Where its home is silent, it has moved once the home is stale, and after 30 s at least. The times are those
  of arrival, the tick is the home's. The claimant's clock and tick say nothing about another host.
- What this consumer did not watch does not count. When it, the broker or the database was away, a claim may
  come before the home's own message. So no wait between two claims counts for all of it.
- Otherwise the domain is contested: it stays at home, and the claim is shown.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from consumer.inventory.homes import Home
from consumer.inventory.listing import Listing
from publisher.wire.states import MIGRATING, PAUSED, POST_COPY

# The longest wait of a publisher before it connects again: one host may be back before another.
_SILENCE_SECONDS_MIN = 30.0
# The share of that which one wait between two claims may count for.
_WATCHED_SHARE = 0.4
_CONTESTED_TICKS = 2.0
# The views show a contest for a minute after it was noted last.
_NOTE_SECONDS = 20.0


class _Claim:
    """One host's claim to a domain of another host; times of arrival, but for the sample that began it."""

    def __init__(self, home_id: int | None, at: datetime, sampled_at: datetime) -> None:
        self.home_id = home_id
        self.sampled_at = sampled_at
        self.since = self.last_at = at
        self.silent_seconds = 0.0
        self.noted_at: datetime | None = None


class Contest:
    """The domains that one host claims, in this consumer's memory."""

    def __init__(self) -> None:
        self._claims: dict[int, _Claim] = {}

    def keep(self, domain_ids: Collection[int]) -> None:
        """Forget the claims to all other domains."""
        for domain_id in self._claims.keys() - set(domain_ids):
            del self._claims[domain_id]

    def note(self, domain_id: int, listing: Listing) -> None:
        """Note a domain that lives nowhere: its last home let go of it after this sample."""
        self._claims.setdefault(domain_id, _Claim(None, listing.received_at, listing.at))

    def sampled_at(self, domain_id: int) -> datetime | None:
        """Return when the sample was taken that a claim began with."""
        claim = self._claims.get(domain_id)
        return None if claim is None else claim.sampled_at

    def has_moved(self, home: Home, listing: Listing, arrived_at: datetime | None) -> bool:
        """Note a claim that arrived, and tell whether the domain has left its home.

        ``arrived_at``: when the newest list of the home arrived at this consumer.
        """
        at = listing.received_at
        if home.is_inactive or (home.state, home.state_reason) == (PAUSED, POST_COPY):
            return True
        claim = self._claims.get(home.domain_id)
        if claim is None or claim.home_id != home.host_id:
            self._claims[home.domain_id] = claim = _Claim(home.host_id, at, listing.at)
        silence = max(home.stale_after_seconds, _SILENCE_SECONDS_MIN)
        newest_at = max((each for each in (arrived_at, home.arrived_at) if each is not None), default=None)
        if newest_at is not None and newest_at > claim.last_at:
            claim.silent_seconds = 0.0
        else:
            waited = (at - claim.last_at).total_seconds()
            claim.silent_seconds += min(max(waited, 0.0), _WATCHED_SHARE * silence)
        claim.last_at = max(claim.last_at, at)
        is_silent = newest_at is None or at - newest_at > timedelta(seconds=silence)
        return is_silent and claim.silent_seconds >= silence

    def to_note(self, homes: Mapping[int, Home], at: datetime) -> dict[int, datetime]:
        """Return the contested domains that are to be noted now, and since when each is."""
        found = {}
        for domain_id, claim in self._claims.items():
            home = homes.get(domain_id)
            if home is None or (home.state, home.state_reason) == (PAUSED, MIGRATING):
                continue
            stands = (at - claim.since).total_seconds() > _CONTESTED_TICKS * home.tick_seconds
            is_due = claim.noted_at is None or at - claim.noted_at >= timedelta(seconds=_NOTE_SECONDS)
            is_present = claim.silent_seconds < _CONTESTED_TICKS * home.tick_seconds
            if stands and is_present and is_due:
                claim.noted_at = at
                found[domain_id] = claim.since
        return found
