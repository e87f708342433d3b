# SPDX-License-Identifier: Apache-2.0
"""What an operator does with refused messages: ``kvmgrid-consumer quarantine`` and ``dead-letters``."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pika
import psycopg
import pytest

from consumer.broker.dead_letters import DeadLetterQueue
from publisher.wire.broker import BrokerSettings
from publisher.wire.codec import encode
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    keys_of,
    recent,
    small_fleet,
)
from tests.services import MigratedDatabase, VirtualHost

PROGRAM = Path(sys.executable).with_name("kvmgrid-consumer")
# More than the broker's own default for a quorum queue.
MANY_LOOKS = 25


class Answer(NamedTuple):
    """What a command said."""

    status: int
    output: str
    error: str

    @property
    def value(self) -> Any:
        """Its output as JSON."""
        assert self.output, self.error
        return json.loads(self.output)


class Operator:
    """Someone with the settings of a consumer and a terminal."""

    def __init__(self, virtual_host: VirtualHost, database: MigratedDatabase) -> None:
        self._environment = os.environ | {
            "KVMGRID_BROKER__URL": virtual_host.consumer_url,
            "KVMGRID_DATABASE__URL": database.ingest_url,
            "KVMGRID_DATABASE__OWNER_URL": database.owner_url,
        }

    def ask(self, *words: str, answer: str = "") -> Answer:
        """Run a command to its end."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=self._environment,
            input=answer.encode(),
            capture_output=True,
            timeout=60.0,
            check=False,
        )
        return Answer(
            done.returncode, done.stdout.decode("utf-8", "backslashreplace"), done.stderr.decode("utf-8")
        )


@pytest.fixture
def operator(virtual_host: VirtualHost, database: MigratedDatabase) -> Operator:
    """Give an operator of the test's broker and database."""
    return Operator(virtual_host, database)


@pytest.fixture
def refused_batches(
    sender: AnyHostSender, stored: StoredRows, database: MigratedDatabase
) -> list[SampleBatch]:
    """Give two batches that the database refused for a reason that is gone now."""
    fleet = small_fleet(host_count=3)
    bad = [fleet.batch(0, recent(tick), tick) for tick in (1, 2)]
    sender.send(fleet.batch(0, recent(), 0))
    eventually(stored.message_count, 1)
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute(
            "ALTER TABLE kvmgrid.host_samples ADD CONSTRAINT no_more CHECK (host_id <> 1) NOT VALID"
        )
    sender.send(*bad, fleet.batch(1, recent(), 1))
    sender.send_body(b"\x1b[2Jrubbish\xff", sample_key("hv002"), user_id="hv002")
    eventually(lambda: (stored.message_count(), stored.count("quarantine")), (2, 3))
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute("ALTER TABLE kvmgrid.host_samples DROP CONSTRAINT no_more")
    return bad


def test_a_replay_stores_what_can_be_stored_and_leaves_the_rest(
    operator: Operator, refused_batches: list[SampleBatch], stored: StoredRows
) -> None:
    """Batches are stored under their own host with the arrival of then; the rubbish stays, and is told."""
    listed = operator.ask("quarantine", "list", "--json").value
    assert {("hv000", "refused", 2, 0), ("hv002", "malformed", 1, 0)} == {
        (each["host"], each["reason"], each["message_count"], each["unkept_message_count"])
        for each in listed["counts"]
    }
    answer = operator.ask("quarantine", "replay", "--all", "--json")

    assert (1, 2) == (answer.status, answer.value["stored_message_count"]), answer
    assert ["malformed"] == [each["reason"] for each in answer.value["refused"]]
    keys = stored.rows("SELECT extract(epoch FROM sampled_at)::float8, host_id FROM publisher_reports")
    assert {(each.sampled_at.timestamp(), 1) for each in refused_batches} < set(keys)
    assert keys_of(*refused_batches) < stored.domain_keys()
    assert [("hv002",)] == stored.rows("SELECT host FROM quarantine")
    # Arrived when it was refused, not now.
    assert stored.value("SELECT max(received_at) < now() - INTERVAL '1 second' FROM publisher_reports")
    # A second time there is nothing left to store.
    assert 0 == operator.ask("quarantine", "replay", "--all", "--json").value["stored_message_count"]


def test_a_replay_that_was_interrupted_adds_nothing_twice(
    operator: Operator, refused_batches: list[SampleBatch], stored: StoredRows, database: MigratedDatabase
) -> None:
    """Rows are stored before the message leaves quarantine: what is between comes again as a duplicate."""
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute("CREATE TABLE kept AS SELECT * FROM kvmgrid.quarantine")
    operator.ask("quarantine", "replay", "--host", "hv000")
    row_count = stored.count("domain_samples")
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute("DELETE FROM kvmgrid.quarantine")
        administrator.execute("INSERT INTO kvmgrid.quarantine SELECT * FROM kept")
    again = operator.ask("quarantine", "replay", "--host", "hv000", "--json").value

    assert len(refused_batches) == again["stored_message_count"]
    assert 0 == again["row_count"] < again["duplicate_row_count"]
    assert row_count == stored.count("domain_samples")


def test_nobody_speaks_for_another_by_a_replay(
    operator: Operator, sender: AnyHostSender, stored: StoredRows
) -> None:
    """User, routing key and body are compared as if the message had just come."""
    batch, other = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    sender.send_body(encode(batch), sample_key(batch.host), user_id=other.host)
    eventually(lambda: stored.count("quarantine"), 1)
    answer = operator.ask("quarantine", "replay", "--all")

    assert 1 == answer.status
    assert "refused again, stays in quarantine: identity" in answer.output
    assert (1, 0) == (stored.count("quarantine"), stored.message_count())


def test_a_message_is_shown_whole_and_harmless_to_a_terminal(
    operator: Operator, refused_batches: list[SampleBatch], stored: StoredRows
) -> None:
    """Escape sequences of the sender are seen, not obeyed; --body gives the bytes."""
    number = str(stored.value("SELECT quarantine_id FROM quarantine WHERE reason = 'malformed'"))
    shown = operator.ask("quarantine", "show", number)
    assert "\x1b" not in shown.output
    assert "\\x1b[2Jrubbish\\xff" in shown.output
    assert "hv002" in shown.output
    assert "\x1b" not in operator.ask("quarantine", "list").output
    assert "body_base64" in operator.ask("quarantine", "show", number, "--json").value

    whole = stored.value("SELECT quarantine_id FROM quarantine WHERE reason = 'refused' ORDER BY 1 LIMIT 1")
    assert (
        encode(refused_batches[0]).decode() == operator.ask("quarantine", "show", str(whole), "--body").output
    )
    missing = operator.ask("quarantine", "show", "999999")
    assert (1, "Error: there is no message 999999 in quarantine\n") == (missing.status, missing.error)


def test_messages_are_dropped_by_what_was_chosen(
    operator: Operator, refused_batches: list[SampleBatch], stored: StoredRows
) -> None:
    """Nothing goes without a choice and a yes; the counts stay."""
    assert 2 == operator.ask("quarantine", "drop").status
    assert 1 == operator.ask("quarantine", "drop", "--reason", "refused", answer="n\n").status
    assert 0 == operator.ask("quarantine", "drop", "--since", "2h", "--host", "hv001", "--yes").status
    assert 3 == stored.count("quarantine")
    dropped = operator.ask("quarantine", "drop", "--reason", "refused", "--until", "2100-01-01", "--yes")

    assert (0, "2 messages dropped\n") == (dropped.status, dropped.output)
    assert [("malformed",)] == stored.rows("SELECT reason FROM quarantine")
    assert 3 == stored.value("SELECT sum(message_count)::bigint FROM quarantine_counts")
    assert len(refused_batches) == 2


@pytest.fixture
def dead(virtual_host: VirtualHost, database: MigratedDatabase) -> list[SampleBatch | bytes]:
    """Give two messages that the broker gave up: one that can be stored now, one that cannot."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
    good = small_fleet().batch(0, recent(), 1)
    sender = AnyHostSender.enrolled(virtual_host)
    sender.send(good)
    sender.send_body(b"rubbish", sample_key("hv001"), user_id="hv001")
    sender.close()
    connection = pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url))
    channel = connection.channel()
    for _ in range(2):
        method, _, _ = channel.basic_get(INGEST_QUEUE)
        assert method is not None
        channel.basic_reject(method.delivery_tag, requeue=False)
    connection.close()
    eventually(lambda: dead_count(virtual_host), 2)
    return [good, b"rubbish"]


def dead_count(virtual_host: VirtualHost) -> int:
    """Return how many dead letters there are, as the broker's queue itself says."""
    connection = pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url))
    with connection:
        declared = connection.channel().queue_declare(DEAD_LETTER_QUEUE, passive=True)
        return int(declared.method.message_count)


def test_a_look_at_dead_letters_leaves_them_there(
    operator: Operator, dead: list[SampleBatch | bytes], virtual_host: VirtualHost
) -> None:
    """However often somebody looks: the broker would give up what is put back too often."""
    for _ in range(MANY_LOOKS):
        with DeadLetterQueue(BrokerSettings(url=virtual_host.consumer_url)) as queue:
            assert len(dead) == len(list(queue.messages()))
        eventually(lambda: dead_count(virtual_host), len(dead))
    listed = operator.ask("dead-letters", "list", "--json").value
    assert ["hv000", "hv001"] == [each["host"] for each in listed]
    assert {"rejected"} == {each["reason"] for each in listed}
    shown = operator.ask("dead-letters", "show", listed[1]["id"])

    assert "rubbish" in shown.output
    eventually(lambda: dead_count(virtual_host), len(dead))


def test_dead_letters_are_replayed_or_dropped(
    operator: Operator,
    dead: list[SampleBatch | bytes],
    virtual_host: VirtualHost,
    database: MigratedDatabase,
) -> None:
    """What can be stored is; what is refused stays for another look, until it is dropped."""
    good, stored = dead[0], StoredRows(database)
    assert isinstance(good, msgspec.Struct)
    answer = operator.ask("dead-letters", "replay", "--all", "--json")

    assert (1, 1) == (answer.status, answer.value["stored_message_count"]), answer
    assert keys_of(good) == stored.domain_keys()
    eventually(lambda: dead_count(virtual_host), 1)
    (left,) = operator.ask("dead-letters", "list", "--json").value
    assert [left["id"]] == [each["id"] for each in answer.value["refused"]]
    dropped = operator.ask("dead-letters", "drop", left["id"], "--yes")
    assert "1 dead letters dropped\n" == dropped.output
    eventually(lambda: dead_count(virtual_host), 0)
    assert "no dead letters\n" == operator.ask("dead-letters", "list").output
