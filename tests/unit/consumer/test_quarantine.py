# SPDX-License-Identifier: Apache-2.0
"""How much of a host's rubbish is kept."""

from datetime import UTC, datetime
from typing import Any

from consumer.delivery import Delivery
from consumer.quarantine import Quarantine, Rejected
from consumer.receipts import Receipt
from consumer.settings import QuarantineSettings


class Recorder:
    """Stands for a connection: keeps the parameters of what is executed."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def execute(self, _query: bytes, parameters: dict[str, Any]) -> None:
        """Keep a row."""
        self.rows.append(parameters)


class Clock:
    """A monotonic clock that the test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def rejected(user: str = "hv000", detail: str = "d") -> Rejected:
    """Return a delivery of 100 bytes that was refused."""
    delivery = Delivery(
        receipt=Receipt(1, 1),
        body=b"x" * 100,
        exchange="",
        routing_key=f"{user}.sample",
        redelivered=False,
        received_at=datetime.now(UTC),
        user_id=user,
    )
    return Rejected(delivery, "malformed", detail)


def quarantine(clock: Clock) -> Quarantine:
    """Return a quarantine that keeps two messages an hour and 10 bytes of each."""
    return Quarantine(QuarantineSettings(kept_per_hour_count=2, body_bytes=10), clock)


def test_an_hour_s_share_is_kept_per_host() -> None:
    """One host's flood does not take the other host's place."""
    connection: Any = Recorder()
    store = quarantine(Clock())
    for user in ("hv000",) * 5 + ("hv001",):
        store.store(connection, rejected(user))

    assert ["hv000", "hv000", "hv001"] == [row["user_id"] for row in connection.rows]
    assert [("hv000", "malformed", 3)] == list(store.left_out())


def test_what_was_left_out_is_told_when_the_hour_is_over() -> None:
    """The count of the hour becomes one row, without a body."""
    connection: Any = Recorder()
    clock = Clock()
    store = quarantine(clock)
    for _ in range(5):
        store.store(connection, rejected())
    clock.seconds = 3_600.0
    store.store(connection, rejected())

    count, last = connection.rows[2:]
    assert ("3 more messages within an hour were counted, not kept", None) == (count["detail"], count["body"])
    assert b"x" * 10 == last["body"]
    assert [] == list(store.left_out())


def test_a_detail_is_text_that_the_database_takes() -> None:
    """Errors quote what was sent: NUL is escaped and the length capped."""
    connection: Any = Recorder()
    quarantine(Clock()).store(connection, rejected(detail="a\x00" + "x" * 9_000))

    assert connection.rows[0]["detail"].startswith("a\\x00x")
    assert 2_000 == len(connection.rows[0]["detail"])
