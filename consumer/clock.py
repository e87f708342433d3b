# SPDX-License-Identifier: Apache-2.0
"""Whether this consumer's own clock is right, by the clocks of the database and of the hosts.

A message may be late for many reasons. But it cannot arrive before it was sampled. So hosts that are ahead
say something about a clock, and hosts that are behind do not. The majority decides:

- The database disagrees, and no host agrees with us: our clock is wrong.
- The database disagrees, and the hosts agree with us: its clock is wrong, which changes no row of ours.
- Most hosts are ahead, though the database agrees: it runs on this machine, and our clock is wrong.

Offsets are kept against the monotonic clock: a clock that is set right shows at once.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Annotated, NamedTuple

import structlog
from msgspec import Meta, MsgspecError, Struct
from msgspec.json import Decoder

from consumer.broker.delivery import Delivery
from consumer.database import Connection, translated_errors
from consumer.errors import ClockWrong
from consumer.statements import statement
from publisher.wire.codec import MAX_BODY_BYTES
from publisher.wire.topics import parse_key

# Fewer hosts are no majority against this consumer and its database.
ACCUSING_HOST_COUNT = 3
_COMPARE_SECONDS = 30.0
_COMPARE_AGAIN_SECONDS = 5.0
_LOG_SECONDS = 60.0
# One message of a host in so many seconds is asked for its time. After the longer time it says nothing.
_LISTEN_SECONDS = 5.0
_FORGET_SECONDS = 300.0
_JUDGE_SECONDS = 1.0
_STEP_SECONDS = 1.0
# A delivery that waited while the clock was set arrived at another time than it says.
_RESTAMP = timedelta(seconds=1)


class _Claim(Struct):
    sampled_at: Annotated[datetime, Meta(tz=True)]


_decoder = Decoder(_Claim)


class _Seen(NamedTuple):
    """Another clock: what it showed, and when by the monotonic clock."""

    seconds: float
    seen_at: float


class ClockJudgement(NamedTuple):
    """Offsets are seconds that the others are ahead of this consumer; None where nobody said anything."""

    is_right: bool
    database_is_wrong: bool
    database_offset_seconds: float | None
    hosts_offset_seconds: float | None
    host_count: int


class Clock:
    """What the others' clocks say about ours; each method may be called by any thread."""

    def __init__(
        self,
        tolerance_seconds: float,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tolerance_seconds = tolerance_seconds
        self._wall = wall
        self._monotonic = monotonic
        self._database: _Seen | None = None
        self._hosts: dict[str, _Seen] = {}
        self._compared_at: float | None = None
        self._judgement = ClockJudgement(True, False, None, None, 0)
        self._judged_at: float | None = None
        # The clock against the monotonic one at that time.
        self._judged_ours = 0.0
        self._logged_at: float | None = None
        self._was_right = True
        self._log = structlog.get_logger()

    def note_arrival(self, delivery: Delivery) -> None:
        """Note the time of a sample, now and then for each host; nothing else of it is read.

        The broker's stamp stands for what the host claims, if there is one. Where it sets none, a host
        may set it, for its own messages as it may set their times.
        """
        known = self._hosts.get(delivery.routing_key)
        now = self._monotonic()
        if known is not None and now - known.seen_at < _LISTEN_SECONDS:
            return
        key = parse_key(delivery.routing_key)
        if key is None or key.event_kind or delivery.user_id != key.host or delivery.redelivered:
            return
        seconds = delivery.stamped_seconds
        if seconds is None:
            seconds = _claimed_seconds(delivery.body)
        if seconds is not None:
            self._hosts[delivery.routing_key] = _Seen(seconds, now)

    def compare(self, connection: Connection) -> None:
        """Ask the database for its time; raise DatabaseAway."""
        asked_at = self._monotonic()
        with translated_errors():
            row = connection.execute(statement("clock/read")).fetchone()
        answered_at = self._monotonic()
        assert row is not None  # noqa: S101 - a function gives one row
        assert isinstance(row[0], datetime)  # noqa: S101 - as the statement says
        self._database = _Seen(row[0].timestamp(), (asked_at + answered_at) / 2)
        self._compared_at = answered_at
        self._judged_at = None

    @property
    def comparison_is_due(self) -> bool:
        """Whether it is time for ``compare``."""
        wait = _COMPARE_SECONDS if self.judgement.is_right else _COMPARE_AGAIN_SECONDS
        return self._compared_at is None or self._monotonic() - self._compared_at >= wait

    @property
    def judgement(self) -> ClockJudgement:
        """What the others say now; it is found anew once a second, and as soon as the clock is set."""
        now = self._monotonic()
        ours = self._wall() - now
        is_set = abs(ours - self._judged_ours) > _STEP_SECONDS
        if self._judged_at is None or is_set or now - self._judged_at >= _JUDGE_SECONDS:
            self._judgement, self._judged_at, self._judged_ours = self._judge(now, ours), now, ours
        return self._judgement

    def require_right(self) -> None:
        """Raise ClockWrong where the others say that this consumer's clock is wrong."""
        if not self.judgement.is_right:
            raise ClockWrong("this consumer's clock is wrong: nothing is stored until it is right")

    def stamped(self, delivery: Delivery) -> Delivery:
        """Return a delivery with the time of its arrival as the clock has it now."""
        if delivery.arrived_seconds is None:
            return delivery
        waited = self._monotonic() - delivery.arrived_seconds
        received_at = datetime.fromtimestamp(self._wall() - waited, UTC)
        if abs(received_at - delivery.received_at) <= _RESTAMP:
            return delivery
        return delivery._replace(received_at=received_at)

    def tell(self) -> None:
        """Log each minute what is wrong, with the witnesses, and once that it is right again."""
        judgement, now = self.judgement, self._monotonic()
        if judgement.is_right and not self._was_right:
            self._log.info("clock_right")
            self._logged_at = None
        self._was_right = judgement.is_right
        if judgement.is_right and not judgement.database_is_wrong:
            return
        if self._logged_at is not None and now - self._logged_at < _LOG_SECONDS:
            return
        self._logged_at = now
        witnesses = {
            "consumer_time": datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="seconds"),
            "database_offset_seconds": _rounded(judgement.database_offset_seconds),
            "hosts_offset_seconds": _rounded(judgement.hosts_offset_seconds),
            "host_count": judgement.host_count,
            "tolerance_seconds": self._tolerance_seconds,
        }
        if judgement.is_right:
            self._log.warning("database_clock_wrong", **witnesses)
        else:
            self._log.error("clock_wrong", **witnesses)

    def _judge(self, now: float, ours: float) -> ClockJudgement:
        database = None if self._database is None else self._database.seconds - self._database.seen_at - ours
        for name, seen in list(self._hosts.items()):
            if now - seen.seen_at > _FORGET_SECONDS:
                self._hosts.pop(name, None)
        offsets = [seen.seconds - seen.seen_at - ours for seen in list(self._hosts.values())]
        hosts = median(offsets) if offsets else None
        is_apart = database is not None and abs(database) > self._tolerance_seconds
        agree = hosts is not None and abs(hosts) <= self._tolerance_seconds
        ahead = hosts is not None and hosts > self._tolerance_seconds and len(offsets) >= ACCUSING_HOST_COUNT
        return ClockJudgement(
            is_right=agree if is_apart else not ahead,
            database_is_wrong=is_apart and agree,
            database_offset_seconds=database,
            hosts_offset_seconds=hosts,
            host_count=len(offsets),
        )


def _claimed_seconds(body: bytes) -> float | None:
    if len(body) > MAX_BODY_BYTES:
        return None
    try:
        return _decoder.decode(body).sampled_at.timestamp()
    except (MsgspecError, ValueError, OverflowError, RecursionError):
        return None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
