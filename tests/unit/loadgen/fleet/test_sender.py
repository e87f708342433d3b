# SPDX-License-Identifier: Apache-2.0
"""How the sender paces itself. The broker is a fake: a real one has no backlog of a chosen length."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from loadgen.fleet.due_message import DueMessage
from loadgen.fleet.fleet import Fleet, FleetShape
from loadgen.fleet.sender import Sender
from publisher.wire.broker import BrokerSettings

NOW = 1_760_000_000.0
FLEET = Fleet(FleetShape(host_count=1, domain_count_per_host=1))


class Channel:
    """Takes what is published and answers what the test wants to the question for the queue."""

    def __init__(self) -> None:
        self.published_count = 0
        self.answer: Callable[[Any], None] | None = None

    def basic_publish(self, *_: object, **__: object) -> None:
        """Count a message."""
        self.published_count += 1

    def queue_declare(self, _queue: str, *, passive: bool, callback: Callable[[Any], None]) -> None:
        """Note the question."""
        assert passive
        self.answer = callback


def lines(second: float) -> Iterator[DueMessage]:
    """Yield samples of one instant without end."""
    while True:
        yield DueMessage(second, FLEET.batch(0, second, 1))


def connected(second: float) -> tuple[Sender, Channel]:
    """Return a sender in the middle of its run, with samples of that time."""
    sender, channel = Sender(BrokerSettings(), wall_seconds=lambda: NOW), Channel()
    loop = SimpleNamespace(call_later=lambda *_: None)
    sender._connection = SimpleNamespace(is_open=True, ioloop=loop)
    sender._channel = channel
    sender._due = lines(second)
    sender._pump()
    return sender, channel


def queue(message_count: int, consumer_count: int) -> SimpleNamespace:
    """Return the broker's answer."""
    return SimpleNamespace(method=SimpleNamespace(message_count=message_count, consumer_count=consumer_count))


@pytest.mark.parametrize(
    ("answer", "goes_on"), [(queue(5_000, 1), False), (queue(10, 1), True), (queue(5_000, 0), True)]
)
def test_history_waits_for_the_consumers(answer: SimpleNamespace, *, goes_on: bool) -> None:
    """While many messages wait for a consumer, no more history is sent; without one nobody waits."""
    sender, channel = connected(NOW - 3_600)
    before = channel.published_count
    sender._ask_backlog()
    assert channel.answer is not None
    channel.answer(answer)
    sender._pump()

    assert before > 0
    assert goes_on == (channel.published_count > before)


def test_the_present_waits_for_nobody() -> None:
    """A live sample is sent however long the queue is, and nobody asks."""
    sender, channel = connected(NOW - 3_600)
    sender._ask_backlog()
    assert channel.answer is not None
    channel.answer(queue(5_000, 1))
    sender._due = lines(NOW)
    sender._sent_second = NOW
    sender._ask_backlog()
    before = channel.published_count
    sender._pump()

    assert channel.published_count > before
