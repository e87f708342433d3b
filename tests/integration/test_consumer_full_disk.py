# SPDX-License-Identifier: Apache-2.0
"""The disk of the database is full: what pauses, what goes on, and that nothing is lost for it.

The trial F9 of the faults shows that storing pauses and goes on.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import psycopg
import pytest
from structlog.testing import capture_logs

from consumer.schema.retention import write_periods
from consumer.settings import RetentionSettings
from deploy.lab.postgresql import PostgreSql
from deploy.lab.readiness import wait_until
from tests.benchmark.consumer_process import ConsumerProcess
from tests.faults.small_disk import SmallDisk, small_disk
from tests.integration.consumer_messages import (
    DAY_SECONDS,
    AnyHostSender,
    StoredRows,
    eventually,
    locked_past,
    small_fleet,
    yesterday,
)
from tests.integration.rollup_site import Site, history
from tests.services import (
    MigratedDatabase,
    VirtualHost,
    as_seen_by_each_role,
    migrate_as_owner,
    prepare,
    random_logins,
)

DISK_BYTES = 400 * 1024 * 1024
LATE_COUNT = 20
# To drop a table PostgreSQL writes to its catalog, whose pages may be full.
CATALOG_BYTES = 1024 * 1024
DISK_FULL = "53100"
DONE = "SELECT relation, level, done FROM rollup_marks WHERE done IS NOT NULL ORDER BY 1, 2"


class Server(NamedTuple):
    """A database server and its disk."""

    postgresql: PostgreSql
    disk: SmallDisk

    @contextmanager
    def full(self, room_bytes: int = 0) -> Iterator[None]:
        """Fill the disk, to the last byte or but for some room; free it at the end at the latest."""
        # A new file of the write-ahead log would end the server: what is tried on the full disk fits in one.
        with psycopg.connect(self.postgresql.database_url(), autocommit=True) as connection:
            for statement in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"):
                connection.execute(statement)
        self.disk.fill(room_bytes)
        try:
            yield
        finally:
            self.disk.free()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give a server whose disk a test may fill."""
    with small_disk(DISK_BYTES) as disk, PostgreSql.start(directory=disk.path / "server") as postgresql:
        postgresql.admin.require_data_directory(postgresql.data_directory)
        yield Server(postgresql, disk)


@pytest.fixture
def database(server: Server) -> Iterator[MigratedDatabase]:
    """Give a migrated database on that disk."""
    name, admin, logins = f"disk_{secrets.token_hex(4)}", server.postgresql.admin, random_logins()
    admin.create_database(name)
    prepare(admin, name, logins)
    migrate_as_owner(admin, name, logins)
    yield as_seen_by_each_role(admin, name, logins)
    admin.drop_database(name)


def test_what_cannot_be_parked_is_not_acknowledged(
    server: Server, database: MigratedDatabase, virtual_host: VirtualHost
) -> None:
    """Late messages whose day is locked wait unacknowledged: a killed consumer's come to the next one."""
    stored, fleet = StoredRows(database), small_fleet(host_count=1)
    late = [fleet.batch(0, yesterday() + tick, tick) for tick in range(LATE_COUNT)]
    urls = virtual_host.consumer_url, database.ingest_url
    sender = AnyHostSender.enrolled(virtual_host)
    with ExitStack() as consumers, ExitStack() as lock:
        doomed = consumers.enter_context(ConsumerProcess(*urls))
        doomed.wait_for("consuming")
        sender.send(late[0])
        eventually(stored.message_count, 1)
        lock.enter_context(locked_past(database))
        with server.full():
            sender.send(*late[1:])
            doomed.wait_for("late_waits")
            doomed.wait_for(DISK_FULL)
            assert 0 == stored.count("parked_messages")
            doomed.kill()
            waiting = consumers.enter_context(ConsumerProcess(*urls))
            waiting.wait_for(DISK_FULL)
        eventually(lambda: stored.count("parked_messages"), LATE_COUNT - 1)
        assert 1 == stored.message_count()
        lock.close()
        eventually(stored.message_count, LATE_COUNT)
        eventually(lambda: stored.count("parked_messages"), 0)
        assert waiting.alive
    sender.close()
    assert 0 == stored.count("quarantine")


def test_rollups_pause_and_go_on(server: Server, site: Site) -> None:
    """No level goes past a sample while the disk is full, which is told once; afterwards all are as made."""
    batches = history(1.0)
    site.store(*batches)

    def has_moved() -> bool:
        before = site.stored.rows(DONE)
        return site.upkeep.round() or before != site.stored.rows(DONE)

    with server.full(), capture_logs() as logs:
        # Buckets without samples need no room.
        assert wait_until(lambda: not has_moved(), timeout_seconds=60.0)
        before = site.stored.rows(DONE)
    assert max(done for _, _, done in before) <= min(batch.sampled_at for batch in batches)
    (told,) = [entry for entry in logs if entry["event"] == "rollups_failed"]
    assert DISK_FULL in told["error"]

    site.roll_up()
    assert before != site.stored.rows(DONE)
    assert [] == site.differences()


def test_retention_goes_on(server: Server, site: Site) -> None:
    """What is outdated and rolled up is removed from the full disk; what is not rolled up stays."""
    fleet = small_fleet()
    # Chunks hold a day: what begins at noon is in one.
    begun = yesterday() - DAY_SECONDS
    site.store(*(fleet.batch(0, begun + tick, tick) for tick in range(0, 600, 60)))
    site.roll_up()
    waiting = [fleet.batch(0, begun + DAY_SECONDS + tick, tick) for tick in range(0, 600, 60)]
    site.store(*waiting)
    with psycopg.connect(site.database.owner_url, autocommit=True) as owner:
        write_periods(owner, RetentionSettings(raw="2h"))
    with server.full(CATALOG_BYTES), capture_logs() as logs:
        site.upkeep.once()
        assert len(waiting) == site.stored.count("host_samples")
    assert "outdated_removed" in [entry["event"] for entry in logs]
