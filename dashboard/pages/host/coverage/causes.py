# SPDX-License-Identifier: Apache-2.0
"""Why samples are missing, by what the publisher said before and behind them.

Each message has a number in its spool. It says how many were given up, and how many ticks were left out.
So a gap tells by its two edges whether nothing was sampled or something did not arrive.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from dashboard import units
from dashboard.pages.host.coverage.flaw import NOTHING_SAYS_WHY, TICKS_HELD, Flaw
from dashboard.queries import HostEvent

# So many of the missing ticks must have been numbered, or left out, for these to be the cause.
_SHARE_THAT_EXPLAINS = 0.5
# Events have numbers too: the end and the start of a publisher are two.
_NUMBERS_OF_EVENTS = 2
_EVENT_WORDS = {
    "publisher_stopping": "its publisher was stopped",
    "host_suspended": "the host was suspended",
}


class Said(Protocol):
    """What a publisher said with one sample."""

    @property
    def time_seconds(self) -> float:
        """When it was sampled, by the host's clock."""

    @property
    def received_seconds(self) -> float | None:
        """When it was received, by the consumer's clock."""

    @property
    def epoch(self) -> str | None:
        """Name of its spool."""

    @property
    def sequence(self) -> int | None:
        """Its number in the spool."""

    @property
    def boot_id(self) -> str | None:
        """Another one with each boot."""

    @property
    def cpu_seconds(self) -> float | None:
        """CPU time used since the publisher started."""

    @property
    def missed_tick_count(self) -> int | None:
        """Ticks left out since it started."""

    @property
    def dropped_message_count(self) -> int | None:
        """Messages given up since it started."""

    @property
    def spool_message_count(self) -> int | None:
        """Messages that waited before it."""


class Edges(NamedTuple):
    """What was said last before a gap and first behind it; None where nothing is known to have been said."""

    before: Said | None
    after: Said | None


def explained(flaw: Flaw, edges: Edges, tick_seconds: float, events: Sequence[HostEvent] = ()) -> Flaw:
    """Return a gap with its kind and its reason."""
    before, after = edges
    told = _told_by_events(flaw, tick_seconds, events)
    if before is None or after is None or after.received_seconds is None or before.received_seconds is None:
        return flaw._replace(reason=told or NOTHING_SAYS_WHY)
    lost_count = max(1.0, flaw.missing_seconds / tick_seconds - 1)
    return (
        _clock_leap(flaw, before, after, tick_seconds)
        or _rebooted(flaw, before, after)
        or _given_up(flaw, before, after)
        or _not_arrived(flaw, before, after, lost_count)
        or _left_out(flaw, before, after, lost_count)
        or flaw._replace(reason=told or _told_by_process(before, after) or NOTHING_SAYS_WHY)
    )


def _rebooted(flaw: Flaw, before: Said, after: Said) -> Flaw | None:
    if before.boot_id == after.boot_id:
        return None
    return flaw._replace(reason="the host was started anew: another boot behind the gap")


def _given_up(flaw: Flaw, before: Said, after: Said) -> Flaw | None:
    count = _rise(before.dropped_message_count, after.dropped_message_count)
    if not count:
        return None
    messages = units.counted(count, "message", "messages")
    return flaw._replace(kind="lost", reason=f"its spool gave up {messages}: the broker was away too long")


def _not_arrived(flaw: Flaw, before: Said, after: Said, lost_count: float) -> Flaw | None:
    count = _numbered(before, after) - flaw.sample_count
    if count <= _NUMBERS_OF_EVENTS or count < _SHARE_THAT_EXPLAINS * lost_count:
        return None
    return flaw._replace(kind="lost", reason=f"{count} messages were numbered and never arrived")


def _left_out(flaw: Flaw, before: Said, after: Said, lost_count: float) -> Flaw | None:
    count = _rise(before.missed_tick_count, after.missed_tick_count)
    if not count or count < _SHARE_THAT_EXPLAINS * lost_count:
        return None
    ticks = units.counted(count, "tick", "ticks")
    return flaw._replace(reason=f"its publisher left out {ticks}: a reading took too long")


def _told_by_events(flaw: Flaw, tick_seconds: float, events: Sequence[HostEvent]) -> str | None:
    first, last = flaw.start_seconds - tick_seconds, flaw.end_seconds + tick_seconds
    kinds = (event.kind for event in events if first <= event.time.timestamp() <= last)
    return next((_EVENT_WORDS[kind] for kind in kinds if kind in _EVENT_WORDS), None)


def _told_by_process(before: Said, after: Said) -> str | None:
    if before.epoch != after.epoch:
        return "its publisher began a new spool"
    # CPU time counts from the start of the process.
    if (after.cpu_seconds or 0.0) < (before.cpu_seconds or 0.0):
        return "its publisher was started anew"
    return None


def _clock_leap(flaw: Flaw, before: Said, after: Said, tick_seconds: float) -> Flaw | None:
    """Return a gap through which no time passed for the consumer: the clock was set forward.

    What waited in a spool arrives at once too, and is no leap.
    """
    if before.received_seconds is None or after.received_seconds is None or flaw.sample_count:
        return None
    if before.boot_id != after.boot_id or before.spool_message_count or after.spool_message_count:
        return None
    received_seconds = after.received_seconds - before.received_seconds
    leap_seconds = after.time_seconds - before.time_seconds - received_seconds
    if not 0 <= received_seconds <= TICKS_HELD * tick_seconds or leap_seconds <= flaw.length_seconds / 2:
        return None
    reason = f"the host's clock was set forward by {units.duration(leap_seconds)}: nothing is missing"
    return flaw._replace(kind="clock", reason=reason, missing_seconds=0.0)


def _numbered(before: Said, after: Said) -> int:
    """Return how many numbers of one spool lie between two messages."""
    if before.epoch != after.epoch or before.sequence is None or after.sequence is None:
        return 0
    return after.sequence - before.sequence - 1


def _rise(before: int | None, after: int | None) -> int:
    return 0 if before is None or after is None else max(0, after - before)
