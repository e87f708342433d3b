# SPDX-License-Identifier: Apache-2.0
"""What ``kvmgrid-consumer status`` and ``check`` tell, with the consumer's own rights."""

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pika
import psycopg
import pytest

from consumer.settings import ConsumerSettings, DatabaseSettings, ManagementSettings
from consumer.status.reading import read_status
from consumer.status.report import Status
from consumer.status.text import lines
from deploy.lab.broker_users import Permissions
from deploy.lab.ports import free_ports
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import INGEST_QUEUE, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost

# A minute's garbage of a host that is out of its mind.
FLOOD_COUNT = 400


def settings_of(
    virtual_host: VirtualHost, database: MigratedDatabase, management: ManagementSettings | None = None
) -> ConsumerSettings:
    """Return the settings of a consumer of this test."""
    return ConsumerSettings(
        broker=BrokerSettings(url=virtual_host.consumer_url),
        database=DatabaseSettings(url=database.ingest_url),
        management=management or ManagementSettings(),
    )


def status_of(settings: ConsumerSettings) -> Status:
    """Return the status where both halves answer."""
    status, errors = read_status(settings)
    assert [] == errors
    return status


def floods(status: Status) -> list[str]:
    """Return who is said to flood the queue."""
    return [each.split()[0] for each in status.problems if "floods the queue" in each]


def run(
    command: str, virtual_host: VirtualHost, database: MigratedDatabase, *options: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the consumer's command line."""
    environment = {
        **os.environ,
        "KVMGRID_BROKER__URL": virtual_host.consumer_url,
        "KVMGRID_DATABASE__URL": database.ingest_url,
    }
    return subprocess.run(
        [sys.executable, "-m", "consumer", command, *options],
        env=environment | more,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def nowhere(scheme: str) -> str:
    """Return the URL of a server that is not there."""
    (port,) = free_ports(1)
    return f"{scheme}://somebody@127.0.0.1:{port}/"


@pytest.fixture
def stopped_consumer(virtual_host: VirtualHost, database: MigratedDatabase) -> None:
    """Have the queues declared by a consumer that has ended."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")


def test_status_counts_what_is_missing_waiting_and_set_aside(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Three messages are missing between 1, 2, 5 and 7; one was rubbish; two wait for the next consumer."""
    fleet, stored = small_fleet(host_count=1), StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(*(fleet.batch(0, recent(number), number) for number in (1, 2, 5)))
        sender.send(fleet.batch(0, time.time(), 7))
        sender.send_body(b"?", sample_key("hv000"), user_id="hv000")
        eventually(lambda: (stored.message_count(), stored.count("quarantine")), (4, 1))
    sender.send(*(fleet.batch(0, recent(number), number) for number in (8, 9)))
    sender.close()
    settings = settings_of(virtual_host, database)
    eventually(lambda: status_of(settings).backlog_message_count, 2)

    status = status_of(settings)
    (host,) = status.hosts
    assert ("hv000", 3) == (host.host, host.missing_message_count)
    assert [("malformed", 1)] == [(each.reason, each.message_count) for each in status.quarantine]
    assert [("hv000", 4, 1)] == [
        (each.host, each.stored_message_count, each.fresh_message_count) for each in status.senders
    ]
    assert any(line.startswith("hv000") for line in lines(status))
    assert 0 == status.consumer_count
    assert "no consumer reads the queue" in status.problems[0]


def test_what_waits_and_whose_clock_is_wrong_is_told(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """A host an hour ahead is a problem by name; late messages that wait are counted with their age."""
    fleet, stored = small_fleet(host_count=1), StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(fleet.batch(0, time.time() + 3600.0, 1))
        eventually(stored.message_count, 1)
        sender.close()
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        connection.execute(
            """
            INSERT INTO kvmgrid.parked_messages
                (day, received_at, exchange, routing_key, user_id, body_bytes, body)
            VALUES (
                '2020-01-01', now() - INTERVAL '1 hour', 'kvmgrid.samples', 'hv000.sample', 'hv000', 3, 'abc'
            )
            """
        )

    status = status_of(settings_of(virtual_host, database))

    assert status.parked is not None
    assert (1, 3) == (status.parked.message_count, status.parked.body_bytes)
    assert ("hv000", 3) == (status.parked.host, status.parked.host_body_bytes)
    assert status.parked.oldest_seconds == pytest.approx(3600.0, abs=60.0)
    assert any(problem.startswith("1 late messages wait") for problem in status.problems)
    (host,) = status.hosts
    assert host.clock_offset_seconds == pytest.approx(3600.0, abs=60.0)
    assert any(problem.startswith("hv000: its clock is 3,") for problem in status.problems)
    assert any(line.startswith("late, set by") for line in lines(status))


def test_a_host_that_floods_the_queue_is_named(virtual_host: VirtualHost, database: MigratedDatabase) -> None:
    """It never sent anything good, so that it is no host; it is told within ten seconds, with the remedy."""
    settings = settings_of(virtual_host, database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        for number in range(FLOOD_COUNT):
            sender.send_body(b"?%d" % number, sample_key("hv666"), user_id="hv666")
        sender.close()
        eventually(lambda: floods(status_of(settings)), ["hv666"], timeout_seconds=10.0)
        result = run("status", virtual_host, database, "--json")
    told: dict[str, Any] = json.loads(result.stdout)

    assert 1 == result.returncode
    assert [] == told["hosts"]
    (host,) = told["quarantined_hosts"]
    assert ("hv666", ["malformed"]) == (host["host"], host["reasons"])
    assert "hv666" == told["senders"][0]["host"]
    (flood,) = [each for each in told["problems"] if each.startswith("hv666 floods the queue: ")]
    assert f"{FLOOD_COUNT} set aside" in flood
    assert flood.endswith("deploy/rabbitmq/enrol suspend hv666 ends it")


def test_each_half_is_told_without_the_other(
    virtual_host: VirtualHost, database: MigratedDatabase, stopped_consumer: None
) -> None:
    """A broker that is away hides nothing of the database, and the other way round; the exit status tells."""
    del stopped_consumer
    without_broker = run("status", virtual_host, database, "--json", KVMGRID_BROKER__URL=nowhere("amqp"))
    told = json.loads(without_broker.stdout)
    assert (69, None, 0) == (
        without_broker.returncode,
        told["backlog_message_count"],
        told["migration_count"],
    )
    assert "cannot be reached" in told["broker_error"]
    without_database = run("status", virtual_host, database, KVMGRID_DATABASE__URL=nowhere("postgresql"))
    assert 69 == without_database.returncode
    assert "waiting in the queue            0 messages" in without_database.stdout
    assert "database: " in without_database.stdout
    neither = run(
        "status",
        virtual_host,
        database,
        KVMGRID_BROKER__URL=nowhere("amqp"),
        KVMGRID_DATABASE__URL=nowhere("postgresql"),
    )
    assert 69 == neither.returncode
    assert ["broker", "database"] == [line.partition(":")[0] for line in neither.stdout.splitlines()]


def test_absurd_sequences_do_no_harm(
    virtual_host: VirtualHost, database: MigratedDatabase, stopped_consumer: None
) -> None:
    """Sequences as far apart as can be, in several epochs, add up to more than a bigint holds."""
    del stopped_consumer
    insert = """
        INSERT INTO kvmgrid.publisher_reports (host_id, sampled_at, received_at, epoch, sequence, boot_id,
            publisher_version, tick_seconds, spool_message_count, spool_bytes, dropped_message_count,
            missed_tick_count, hypervisor_state, abandoned_call_count, collectors)
        SELECT h.host_id, now() - n * INTERVAL '1 minute', now(), 'epoch ' || n / 2,
            CASE n %% 2 WHEN 0 THEN 0 ELSE 9223372036854775807 END,
            'boot', '1', 10, 0, 0, 0, 0, 'absent', 0, '[]'
        FROM kvmgrid.hosts AS h, generate_series(0, 7) AS n
        WHERE h.host = %s
    """
    dropped = """
        INSERT INTO kvmgrid.dropped_ranges
        SELECT host_id, 'epoch ' || n %% 4, n, 9223372036854775807, now()
        FROM kvmgrid.hosts, generate_series(1, 12) AS n
    """
    with psycopg.connect(database.administrator_url) as connection:
        connection.execute("INSERT INTO kvmgrid.hosts (host, first_seen_at) VALUES ('hv000', now())")
        connection.execute(insert, ["hv000"])
        connection.execute(dropped, [])
    (host,) = status_of(settings_of(virtual_host, database)).hosts

    assert 2**63 - 1 == host.missing_message_count
    gaps = StoredRows(database).rows("SELECT missing_count, reported_dropped_count FROM publisher_gaps")
    assert [(2**63 - 2, 2**63 - 2)] * 4 == gaps


class Reader:
    """Takes messages and never acknowledges one, as a consumer that hangs."""

    def __init__(self, url: str, count: int) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = self._connection.channel()
        channel.basic_qos(prefetch_count=count)
        channel.basic_consume(INGEST_QUEUE, lambda *_: None)
        self.close = self._connection.close


def management_of(virtual_host: VirtualHost, folder: Path, tags: str) -> ManagementSettings:
    """Make a user of the management interface and return the settings that use it."""
    user, password = f"monitor-{secrets.token_hex(4)}", secrets.token_hex(8)
    virtual_host.broker.admin.add_user(user, password, tags=tags)
    virtual_host.broker.admin.set_permissions(user, virtual_host.name, Permissions("^$", "^$", "^$"))
    file = folder / f"{user}.password"
    file.write_text(password)
    return ManagementSettings(url=virtual_host.broker.admin.url, user=user, password_file=file)


def test_what_a_hanging_consumer_holds_is_told(
    virtual_host: VirtualHost, database: MigratedDatabase, stopped_consumer: None, tmp_path: Path
) -> None:
    """Its messages are not ready any more: without the management there is a bound, with it the number."""
    del stopped_consumer
    fleet = small_fleet(host_count=1)
    virtual_host.add_publisher("hv-unheard")
    sender = AnyHostSender.enrolled(virtual_host)
    sender.send(*(fleet.batch(0, recent(number), number) for number in range(10)))
    sender.close()
    reader = Reader(virtual_host.consumer_url, 7)
    monitoring = settings_of(virtual_host, database, management_of(virtual_host, tmp_path, "monitoring"))
    eventually(lambda: status_of(monitoring).in_hand_message_count, 7)
    told = status_of(monitoring)
    assert (3, 1, None) == (told.backlog_message_count, told.consumer_count, told.never_heard_hosts)
    management = management_of(virtual_host, tmp_path, "administrator")
    assert ["hv-unheard"] == status_of(settings_of(virtual_host, database, management)).never_heard_hosts
    plain = status_of(settings_of(virtual_host, database))
    assert (3, None, 2_000) == (
        plain.backlog_message_count,
        plain.in_hand_message_count,
        plain.in_hand_limit_count,
    )
    assert any("at most 2,000" in line for line in lines(plain))
    reader.close()


def test_a_management_that_is_away_is_told(
    virtual_host: VirtualHost, database: MigratedDatabase, stopped_consumer: None
) -> None:
    """The rest of the status does not need it."""
    del stopped_consumer
    management = ManagementSettings(url=nowhere("http").replace("somebody@", ""))
    status = status_of(settings_of(virtual_host, database, management))

    assert 0 == status.backlog_message_count
    assert "does not answer" in (status.management_error or "")


def test_check_finds_the_lab_set_up(
    virtual_host: VirtualHost, database: MigratedDatabase, stopped_consumer: None
) -> None:
    """Frames, messages, locks and connections are as docs/install.md wants them."""
    del stopped_consumer
    result = run("check", virtual_host, database)

    assert (0, ["OK"] * 6) == (result.returncode, [line.split()[0] for line in result.stdout.splitlines()])
    assert "Apache edition of TimescaleDB" in result.stdout
    assert "frames of at most 16,384 bytes" in result.stdout
    assert "messages of at most 16,777,216 bytes" in result.stdout
    assert 69 == run("check", virtual_host, database, KVMGRID_BROKER__URL=nowhere("amqp")).returncode
