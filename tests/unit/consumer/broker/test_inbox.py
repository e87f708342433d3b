# SPDX-License-Identifier: Apache-2.0
"""The inbox: first in, first out, and whose messages wait."""

import queue
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.broker.delivery import Delivery
from consumer.broker.inbox import Inbox
from consumer.broker.receipts import Receipt

KEYS = ("hv000.sample", "hv001.sample", "hv001.event.reboot")


def delivery(tag: int, routing_key: str) -> Delivery:
    """Return a delivery of this key."""
    return Delivery(
        receipt=Receipt(1, tag),
        body=b"",
        exchange="",
        routing_key=routing_key,
        redelivered=False,
        received_at=datetime.now(UTC),
    )


@given(st.lists(st.sampled_from((*KEYS, None)), max_size=40))
def test_it_gives_in_turn_and_knows_what_waits(steps: list[str | None]) -> None:
    """Against a plain list: a key puts, None takes."""
    inbox, model = Inbox(), list[Delivery]()
    for tag, routing_key in enumerate(steps):
        if routing_key is not None:
            model.append(delivery(tag, routing_key))
            inbox.put(model[-1])
        elif model:
            assert model.pop(0) == inbox.get(0.0)
        waiting = {each.routing_key for each in model}
        assert waiting == {key for key in KEYS if inbox.holds(key)}


def test_an_empty_inbox_says_so() -> None:
    """The intake goes on to look at the clock."""
    with pytest.raises(queue.Empty):
        Inbox().get(0.001)
