# SPDX-License-Identifier: Apache-2.0
"""How much of a host's rubbish is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.intake.refusal import RefusedMessage
from consumer.settings import QuarantineSettings
from consumer.store.quarantine import Quarantine
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode


class Recorder:
    """Stands for a connection: keeps the parameters of what is committed."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.fails = False

    def execute(self, _query: bytes, parameters: dict[str, Any]) -> None:
        """Keep a row."""
        self.rows.append(parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all rows or, while it fails, none."""
        before = len(self.rows)
        yield
        if self.fails:
            del self.rows[before:]
            raise psycopg.OperationalError("away")


class ManualClock:
    """A monotonic clock that the test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def refused(user: str = "hv000", detail: str = "d") -> RefusedMessage:
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
    return RefusedMessage(delivery, "malformed", detail)


def quarantine(clock: ManualClock) -> Quarantine:
    """Return a quarantine that keeps two messages an hour and 10 bytes of each."""
    return Quarantine(QuarantineSettings(kept_per_hour_count=2, body_bytes=10), clock)


def test_an_hour_s_share_is_kept_per_host() -> None:
    """One host's flood does not take the other host's place."""
    connection: Any = Recorder()
    quarantine(ManualClock()).store(connection, [refused(user) for user in ("hv000",) * 5 + ("hv001",)])

    assert ["hv000", "hv000", "hv001"] == [row["user_id"] for row in connection.rows]


@pytest.mark.parametrize(("seconds", "everything"), [(3_600.0, False), (1.0, True)])
def test_what_was_left_out_is_told_when_the_hour_or_the_process_is_over(
    seconds: float, everything: bool
) -> None:
    """The count becomes one row, without a body, and the next hour has its own share."""
    connection: Any = Recorder()
    clock = ManualClock()
    store = quarantine(clock)
    store.store(connection, [refused() for _ in range(5)])
    store.write_counts(connection)
    assert 2 == len(connection.rows)

    clock.seconds = seconds
    store.write_counts(connection, everything=everything)
    store.write_counts(connection, everything=True)
    store.store(connection, [refused()])
    count, last = connection.rows[2:]
    assert "3 more messages within an hour were counted, not kept" == count["detail"]
    assert ("hv000", "malformed") == (count["user_id"], count["reason"])
    assert b"x" * 10 == last["body"]


def test_what_was_not_committed_is_not_counted() -> None:
    """A flush that failed comes again, and is kept then."""
    connection: Any = Recorder()
    store = quarantine(ManualClock())
    connection.fails = True
    for _ in range(3):
        with pytest.raises(psycopg.OperationalError):
            store.store(connection, [refused() for _ in range(5)])
    connection.fails = False
    store.store(connection, [refused() for _ in range(5)])
    store.write_counts(connection, everything=True)

    assert ["d", "d", "3 more messages within an hour were counted, not kept"] == [
        row["detail"] for row in connection.rows
    ]


def test_a_whole_batch_is_kept() -> None:
    """What a large host sends can be read and sent again; a part of JSON can be neither."""
    body = encode(Fleet(FleetShape(host_count=1, domain_count_per_host=200)).batch(0, 1.7e9, 1))
    connection: Any = Recorder()
    each = refused()
    Quarantine(QuarantineSettings(), ManualClock()).store(
        connection, [each._replace(delivery=each.delivery._replace(body=body))]
    )

    assert body == connection.rows[0]["body"]


def test_a_detail_is_text_that_the_database_takes() -> None:
    """Errors quote what was sent: NUL is escaped and the length capped."""
    connection: Any = Recorder()
    quarantine(ManualClock()).store(connection, [refused(detail="a\x00" + "x" * 9_000)])

    assert connection.rows[0]["detail"].startswith("a\\x00x")
    assert 2_000 == len(connection.rows[0]["detail"])
