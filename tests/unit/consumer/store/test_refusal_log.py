# SPDX-License-Identifier: Apache-2.0
"""How refused messages are told in the log: few lines, however many messages."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.intake.refusal import RefusedMessage
from consumer.store.refusal_log import RefusalLog


class ManualClock:
    """A monotonic clock that the test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def refused(host: str = "hv000", detail: str = "d") -> RefusedMessage:
    """Return a refused delivery."""
    delivery = Delivery(Receipt(1, 1), b"", "", f"{host}.sample", False, datetime.now(UTC), user_id=host)
    return RefusedMessage(delivery, "malformed", detail)


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock that stands still."""
    return ManualClock()


def test_a_flood_is_two_lines_in_ten_seconds(clock: ManualClock) -> None:
    """The first message is told at once, the others with their number and the first of their details."""
    log = RefusalLog(clock)
    with capture_logs() as lines:
        log.note([refused(detail="first")])
        for number in range(500):
            clock.seconds = number / 60
            log.note([refused(detail=f"no. {number}")])
            log.tell()
        clock.seconds = 20.0
        log.tell()

    assert 2 == len(lines)
    assert 501 == sum(line["message_count"] for line in lines)
    assert ["first", "no. 0"] == [line["detail"] for line in lines]


def test_each_host_and_reason_has_its_line(clock: ManualClock) -> None:
    """One host's flood does not hide another host."""
    log = RefusalLog(clock)
    with capture_logs() as lines:
        log.note([refused("hv000"), refused("hv001"), refused("hv000")])

    assert {("hv000", 2), ("hv001", 1)} == {(line["sender"], line["message_count"]) for line in lines}


def test_invented_hosts_share_a_line(clock: ManualClock) -> None:
    """A sender without a user may name any host: neither memory nor log grow with them."""
    log = RefusalLog(clock)
    with capture_logs() as lines:
        log.note([refused(f"hv{number}") for number in range(3_000)])
        log.note([refused(f"other{number}") for number in range(3_000)])
        log.tell(everything=True)

    assert 1_002 == len(lines)
    assert 6_000 == sum(line["message_count"] for line in lines)


def test_the_end_tells_what_was_not_told(clock: ManualClock) -> None:
    """A consumer that stops leaves no message out."""
    log = RefusalLog(clock)
    log.note([refused()])
    with capture_logs() as lines:
        log.note([refused(), refused()])
        log.tell()
        log.tell(everything=True)

    assert [2] == [line["message_count"] for line in lines]
