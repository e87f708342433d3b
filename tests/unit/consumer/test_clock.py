# SPDX-License-Identifier: Apache-2.0
"""Which clock is wrong: the consumer's, the database's, a host's."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from structlog.testing import capture_logs

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.clock import Clock
from consumer.errors import ClockWrong
from publisher.wire.topics import sample_key

TRUE = 1_760_000_000.0
SLOW = -600.0


class Scene:
    """A consumer's clock beside a database and hosts, whose clocks the test sets against the true time."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds
        self.elapsed = 1_000.0
        self.clock = Clock(60.0, wall=self.wall, monotonic=lambda: self.elapsed)

    def wall(self) -> float:
        """Return the time as the consumer has it."""
        return TRUE + self.elapsed + self.offset_seconds

    def database_says(self, offset_seconds: float) -> None:
        """Compare with a database whose clock is off."""
        connection: Any = Mock()
        at = datetime.fromtimestamp(TRUE + self.elapsed + offset_seconds, UTC)
        connection.execute.return_value.fetchone.return_value = (at,)
        self.clock.compare(connection)

    def delivery(self, host: str = "hv1", offset_seconds: float = 0.0, **changes: Any) -> Delivery:
        """Return a message of a host whose clock is off."""
        at = datetime.fromtimestamp(TRUE + self.elapsed + offset_seconds, UTC).isoformat()
        return Delivery(
            receipt=Receipt(1, 1),
            body=f'{{"host":"{host}","sampled_at":"{at}","tick_seconds":1}}'.encode(),
            exchange="",
            routing_key=sample_key(host),
            redelivered=False,
            received_at=datetime.fromtimestamp(self.wall(), UTC),
            user_id=host,
            arrived_seconds=self.elapsed,
        )._replace(**changes)

    def hosts_say(self, *offsets: float) -> None:
        """Hear a message of as many hosts."""
        for number, offset in enumerate(offsets):
            self.clock.note_arrival(self.delivery(f"hv{number}", offset))

    def is_right(self, after_seconds: float = 1.0) -> bool:
        """Let some time pass and return what is thought of the consumer's clock."""
        self.elapsed += after_seconds
        return self.clock.judgement.is_right


def test_nobody_to_ask_is_no_fault() -> None:
    """Without database and hosts the consumer trusts itself."""
    assert Scene(SLOW).is_right()


def test_a_clock_that_the_database_and_no_host_shares_is_wrong() -> None:
    """At a start, before any host is heard; and where the hosts say the same as the database."""
    scene = Scene(SLOW)
    scene.database_says(0.0)
    assert not scene.is_right()
    scene.hosts_say(0.0, 0.0, 0.0)
    assert not scene.is_right()
    with pytest.raises(ClockWrong):
        scene.clock.require_right()


def test_what_the_broker_stamps_stands_for_what_hosts_claim() -> None:
    """Three hosts an hour fast are no majority where the broker's stamps are right; nor are slow ones."""
    scene = Scene()
    scene.database_says(0.0)
    for number in range(3):
        scene.clock.note_arrival(scene.delivery(f"hv{number}", 3_600.0, stamped_seconds=TRUE + scene.elapsed))
    assert scene.is_right()

    slow = Scene(SLOW)
    slow.database_says(SLOW)
    for number in range(3):
        slow.clock.note_arrival(slow.delivery(f"hv{number}", SLOW, stamped_seconds=TRUE + slow.elapsed))
    assert not slow.is_right()


@pytest.mark.parametrize("host_count", [1, 3])
@pytest.mark.parametrize("offset", [-600.0, 3_600.0])
def test_a_database_that_hosts_contradict_is_wrong_itself(host_count: int, offset: float) -> None:
    """Two clocks against one: the consumer goes on and warns."""
    scene = Scene()
    scene.database_says(offset)
    scene.hosts_say(*[0.0] * host_count)

    assert scene.is_right()
    assert scene.clock.judgement.database_is_wrong
    with capture_logs() as logs:
        scene.clock.tell()
    assert [("database_clock_wrong", offset, 0.0, host_count)] == [
        (
            log["event"],
            log["database_offset_seconds"],
            log["hosts_offset_seconds"],
            log["host_count"],
        )
        for log in logs
    ]


def test_a_database_on_the_same_machine_is_outvoted_by_three_hosts() -> None:
    """It has the same wrong clock. But messages cannot come before they were sampled."""
    scene = Scene(SLOW)
    scene.database_says(SLOW)
    scene.hosts_say(0.0, 0.0)
    assert scene.is_right()
    scene.hosts_say(0.0, 0.0, 0.0)
    assert not scene.is_right()


def test_one_host_far_ahead_or_a_backlog_says_nothing() -> None:
    """Most hosts decide, and a message may be late for many reasons."""
    scene = Scene()
    scene.database_says(0.0)
    scene.hosts_say(3_600.0, 0.0, 0.0)
    assert scene.is_right()
    scene.elapsed += 10.0
    scene.hosts_say(-3_600.0, -3_000.0, -2_000.0)
    assert scene.is_right()


def test_a_clock_that_is_set_right_shows_at_once() -> None:
    """What was heard holds against the monotonic clock: nobody need say it again."""
    scene = Scene(SLOW)
    scene.database_says(SLOW)
    scene.hosts_say(0.0, 0.0, 0.0)
    assert not scene.is_right()
    scene.offset_seconds = 0.0
    scene.database_says(0.0)
    assert scene.is_right()


def test_a_clock_that_is_set_wrong_shows_at_once() -> None:
    """The next message is not judged by it."""
    scene = Scene()
    scene.database_says(0.0)
    assert scene.is_right()
    scene.offset_seconds = SLOW
    assert not scene.is_right(after_seconds=0.0)


def test_hosts_that_are_not_heard_any_more_say_nothing() -> None:
    """While nothing is taken, nothing is heard: after five minutes some messages are let in to ask again."""
    scene = Scene(SLOW)
    scene.hosts_say(0.0, 0.0, 0.0)
    assert not scene.is_right(299.0)
    assert scene.is_right(2.0)


def test_messages_that_say_nothing_about_now_are_not_heard() -> None:
    """Those that came before, those of an event, of another user, and rubbish."""
    scene = Scene(SLOW)
    for number in range(3):
        host = f"hv{number}"
        good = scene.delivery(host)
        for bad in (
            good._replace(redelivered=True),
            good._replace(routing_key=f"{host}.event.lifecycle"),
            good._replace(user_id="another"),
            good._replace(body=b"\xff"),
            good._replace(body=b'{"sampled_at":"2026-01-01T00:00:00"}'),
            good._replace(body=b"[" * 100_000),
            good._replace(body=b" " * (8 * 1024 * 1024) + good.body),
        ):
            scene.clock.note_arrival(bad)
    assert 0 == scene.clock.judgement.host_count


def test_a_wrong_clock_is_told_each_minute_and_its_end_once() -> None:
    """With the witnesses, so that a person knows which clock to set."""
    scene = Scene(SLOW)
    scene.database_says(0.0)
    events = []
    for _ in range(125):
        scene.is_right()
        with capture_logs() as logs:
            scene.clock.tell()
        events += logs
    scene.offset_seconds = 0.0
    for _ in range(3):
        scene.is_right()
        with capture_logs() as logs:
            scene.clock.tell()
        events += logs

    assert ["clock_wrong"] * 3 + ["clock_right"] == [each["event"] for each in events]
    first = events[0]
    assert (600.0, None, 0) == (
        first["database_offset_seconds"],
        first["hosts_offset_seconds"],
        first["host_count"],
    )


def test_the_database_is_asked_more_often_while_the_clock_is_wrong() -> None:
    """Each 30 s, or each 5 s."""
    scene = Scene()
    assert scene.clock.comparison_is_due
    scene.database_says(0.0)
    due = [scene.is_right(each) and scene.clock.comparison_is_due for each in (29.0, 1.0)]
    assert [False, True] == due
    scene.offset_seconds = SLOW
    scene.database_says(0.0)
    assert [False, True] == [
        not scene.is_right(each) and scene.clock.comparison_is_due for each in (4.0, 1.0)
    ]


def test_what_waited_while_the_clock_was_set_is_stamped_again() -> None:
    """It arrived when it arrived, whatever the clock showed then; what was not received just now stays."""
    scene = Scene(SLOW)
    held, replayed = scene.delivery(), scene.delivery(arrived_seconds=None)
    begun_at = scene.elapsed
    scene.elapsed += 30.0
    assert held == scene.clock.stamped(held)
    scene.offset_seconds = 0.0

    assert TRUE + begun_at == pytest.approx(scene.clock.stamped(held).received_at.timestamp())
    assert replayed == scene.clock.stamped(replayed)
