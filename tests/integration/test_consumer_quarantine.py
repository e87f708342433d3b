# SPDX-License-Identifier: Apache-2.0
"""What is refused is counted for good and kept within its budgets, before it is acknowledged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.failpoint import VARIABLE
from consumer.intake.refusal import Reason, RefusedMessage
from consumer.settings import QuarantineSettings
from consumer.store.quarantine import Quarantine
from publisher.wire.topics import INGEST_QUEUE, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost

KIB = 1024
# The database counts 1 KiB for a row, and its texts.
TIGHT = QuarantineSettings(
    host_budget_bytes=100 * KIB, budget_bytes=150 * KIB, body_bytes=50 * KIB, kept_per_hour_count=2
)
USAGE = """
    SELECT u.host, u.kept_message_count, u.kept_bytes = coalesce(q.kept_bytes, 0)
    FROM quarantine_usage AS u
    LEFT JOIN (SELECT host, sum(kept_bytes) AS kept_bytes FROM quarantine GROUP BY host) AS q USING (host)
    ORDER BY u.host
"""


@pytest.fixture
def ingest(database: MigratedDatabase) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Give a connection as a consumer has it."""
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        yield connection


def refused(
    size: int,
    user: str | None = "hv000",
    *,
    reason: Reason = "malformed",
    at: datetime | None = None,
    detail: str = "d",
) -> RefusedMessage:
    """Return a delivery of a size that was refused."""
    return RefusedMessage(
        Delivery(
            receipt=Receipt(1, 1),
            body=b"\x00\xff" * (size // 2),
            exchange="",
            routing_key="hv000.sample",
            redelivered=False,
            received_at=at or datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
            user_id=user,
        ),
        reason,
        detail,
    )


def test_bodies_are_whole_within_the_budget_and_all_are_counted(
    ingest: psycopg.Connection[tuple[object, ...]], stored: StoredRows
) -> None:
    """Two bodies fit; of two more the beginning is kept; the others are counted, in bytes too."""
    Quarantine(TIGHT).store(ingest, [refused(45 * KIB) for _ in range(3)])
    Quarantine(TIGHT).store(ingest, [refused(45 * KIB) for _ in range(5)])

    lengths = stored.rows("SELECT octet_length(body), body_bytes FROM quarantine ORDER BY quarantine_id")
    assert [(45 * KIB, 45 * KIB)] * 2 + [(2 * KIB, 45 * KIB)] * 2 == lengths
    assert [("hv000", "malformed", 8, 8 * 45 * KIB, 6, 2)] == stored.rows(
        "SELECT host, reason, message_count, message_bytes, unkept_message_count, head_count"
        " FROM quarantine_counts"
    )
    assert [("hv000", 4, True)] == stored.rows(USAGE)


def test_another_hour_has_other_beginnings_and_another_host_another_budget(
    ingest: psycopg.Connection[tuple[object, ...]], stored: StoredRows
) -> None:
    """Counts are by host, reason and hour; who sends without a user is named by the routing key."""
    subject = Quarantine(TIGHT)
    later = datetime(2026, 1, 1, 13, tzinfo=UTC)
    subject.store(ingest, [refused(45 * KIB) for _ in range(6)])
    subject.store(ingest, [refused(45 * KIB, at=later), refused(10 * KIB, "hv001"), refused(10, None)])

    counts = stored.rows(
        "SELECT host, hour, message_count, unkept_message_count FROM quarantine_counts ORDER BY host, hour"
    )
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert [("hv000", noon, 7, 5), ("hv000", later, 1, 1), ("hv001", noon, 1, 0)] == counts
    assert [("hv000", 5, True), ("hv001", 1, True)] == stored.rows(USAGE)


def test_what_leaves_makes_room(
    ingest: psycopg.Connection[tuple[object, ...]], stored: StoredRows, database: MigratedDatabase
) -> None:
    """Retention, drop and replay remove rows: the next body is kept whole again. A TRUNCATE frees all."""
    subject = Quarantine(TIGHT)
    subject.store(ingest, [refused(45 * KIB) for _ in range(4)])
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("DELETE FROM quarantine WHERE octet_length(body) = 2048")
        owner.execute(
            "DELETE FROM quarantine WHERE quarantine_id = (SELECT min(quarantine_id) FROM quarantine)"
        )
    assert [("hv000", 1, True)] == stored.rows(USAGE)

    subject.store(ingest, [refused(45 * KIB)])
    assert [(2,)] == stored.rows("SELECT count(*) FROM quarantine WHERE octet_length(body) = body_bytes")
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("TRUNCATE quarantine")
    assert [("hv000", 0, True)] == stored.rows(USAGE)


def test_a_detail_is_text_that_the_database_takes(
    ingest: psycopg.Connection[tuple[object, ...]], stored: StoredRows
) -> None:
    """Errors quote what was sent: NUL is escaped and the length capped."""
    Quarantine(TIGHT).store(ingest, [refused(2, detail="a\x00" + "x" * 9_000)])

    detail = stored.value("SELECT detail FROM quarantine")
    assert detail.startswith("a\\x00x")
    assert 2_000 == len(detail)


def test_what_was_not_committed_is_not_counted(
    ingest: psycopg.Connection[tuple[object, ...]], stored: StoredRows
) -> None:
    """Counts and rows are one transaction: a flush that failed comes again, and is counted then."""
    ingest.execute("BEGIN")
    Quarantine(TIGHT).store(ingest, [refused(10)])
    ingest.execute("ROLLBACK")

    assert (0, 0) == (stored.count("quarantine"), stored.count("quarantine_counts"))


@pytest.mark.parametrize("failpoint", ["after_commit", "before_ack"])
def test_every_refused_message_is_accounted_for_after_a_kill(
    virtual_host: VirtualHost, database: MigratedDatabase, stored: StoredRows, failpoint: str
) -> None:
    """300 messages of one host and reason within one hour: none is gone, however the consumer ends."""
    count = 300
    settings = ["KVMGRID_INGEST__FLUSH_SECONDS=0.05", "KVMGRID_INGEST__PREFETCH_COUNT=40"]
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, settings) as first:
        first.wait_for("consuming")
    with ConsumerProcess(
        virtual_host.consumer_url, database.ingest_url, settings, environment={VARIABLE: f"{failpoint}:3"}
    ) as first:
        first.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        for number in range(count):
            sender.send_body(b"rubbish %d" % number, sample_key("hv000"), user_id="hv000")
        first.wait(60.0)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, settings) as second:
        sender.send(small_fleet().batch(1, recent(), 1))
        sender.close()
        eventually(stored.message_count, 1)
        eventually(lambda: virtual_host.broker.admin.queue_depth(INGEST_QUEUE, virtual_host.name), 0)
        assert 0 == second.stop()
        lines = second.output().count("messages_quarantined")

    bodies = {bytes(body) for (body,) in stored.rows("SELECT body FROM quarantine")}
    assert {b"rubbish %d" % number for number in range(count)} == bodies
    counted = stored.value("SELECT sum(message_count)::bigint FROM quarantine_counts")
    # What the kill came between comes again, and is counted again.
    assert count <= counted == stored.count("quarantine") <= count + 80
    assert 0 == stored.value("SELECT sum(unkept_message_count)::bigint FROM quarantine_counts")
    assert lines < 10


def test_beyond_the_budget_a_kill_loses_no_count(
    virtual_host: VirtualHost, database: MigratedDatabase, stored: StoredRows
) -> None:
    """What is not kept is counted before it is acknowledged: nothing waits in memory for an hour to end."""
    settings = [
        "KVMGRID_QUARANTINE__HOST_BUDGET_BYTES=20000",
        "KVMGRID_QUARANTINE__KEPT_PER_HOUR_COUNT=1",
        "KVMGRID_INGEST__FLUSH_SECONDS=0.05",
    ]
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, settings) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        for _ in range(200):
            sender.send_body(b"x" * 3_000, sample_key("hv000"), user_id="hv000")
        sender.close()
        eventually(lambda: stored.value("SELECT sum(message_count)::bigint FROM quarantine_counts"), 200)
        consumer.kill()

    message_count, message_bytes, unkept = stored.rows(
        "SELECT sum(message_count)::bigint, sum(message_bytes)::bigint, sum(unkept_message_count)::bigint"
        " FROM quarantine_now"
    )[0]
    assert (200, 600_000) == (message_count, message_bytes)
    assert 200 - unkept == stored.value(
        "SELECT count(*) FROM quarantine WHERE octet_length(body) = body_bytes"
    )
    assert stored.value("SELECT sum(kept_bytes)::bigint FROM quarantine") <= 20_000 * 9 // 8


def test_outdated_counts_go_with_their_level(database: MigratedDatabase, stored: StoredRows) -> None:
    """Retention of the level quarantine holds for rows and counts."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        Quarantine(TIGHT).store(
            owner, [refused(10, at=datetime.now(UTC) - timedelta(days=40)), refused(10, at=datetime.now(UTC))]
        )
        owner.execute("SELECT kvmgrid.apply_retention()")

    assert (1, 1) == (stored.count("quarantine"), stored.count("quarantine_counts"))
    assert [("hv000", 1, True)] == stored.rows(USAGE)
