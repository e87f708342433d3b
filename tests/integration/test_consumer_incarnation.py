# SPDX-License-Identifier: Apache-2.0
"""The database becomes another one under a running consumer: no sample gets under another host's key."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from consumer.database import connect
from consumer.errors import DatabaseAway
from consumer.incarnation import read_incarnation
from consumer.schema.migration import migrate
from consumer.schema.roles import bootstrap
from consumer.settings import DatabaseSettings
from deploy.lab import services
from deploy.lab.postgresql import PostgreSql
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    keys_of,
    recent,
    small_fleet,
)
from tests.integration.direct_consumer import DirectConsumer
from tests.services import MigratedDatabase, VirtualHost

FLEET = small_fleet(host_count=4, domain_count=3)
ALPHA, BETA, GAMMA, DELTA = range(4)
DELETIONS = """
    DELETE FROM residency WHERE host_id = {0}; DELETE FROM host_latest WHERE host_id = {0};
    DELETE FROM domain_names WHERE domain_id IN (SELECT domain_id FROM domains WHERE host_id = {0});
    DELETE FROM domain_latest WHERE host_id = {0}; DELETE FROM domains WHERE host_id = {0};
    DELETE FROM host_names WHERE host_id = {0}; DELETE FROM publisher_reports WHERE host_id = {0};
    DELETE FROM host_samples WHERE host_id = {0}; DELETE FROM domain_samples WHERE host_id = {0};
    DELETE FROM hosts WHERE host_id = {0};
"""


class Messages:
    """The messages of four hosts; no two of one time."""

    def __init__(self) -> None:
        self._tick = 0

    def of(self, *hosts: int) -> list[SampleBatch]:
        """Return the next message of each host, with the descriptions of its VMs."""
        return [self._next(host) for host in hosts]

    def _next(self, host: int) -> SampleBatch:
        self._tick += 1
        return FLEET.batch(host, recent(self._tick), self._tick, described=True)


@pytest.fixture
def messages() -> Messages:
    """Give the messages of a test."""
    return Messages()


@pytest.fixture
def consumer(database: MigratedDatabase) -> Iterator[DirectConsumer]:
    """Give a consumer of the shared server."""
    consumer = DirectConsumer(database.ingest_url)
    yield consumer
    consumer.close()


def assert_stored(stored: StoredRows, sent: list[SampleBatch]) -> None:
    """Compare the tables with what was sent, by the names behind the keys: None stands for a lost key."""
    hosts = """
        SELECT h.host, extract(epoch FROM s.sampled_at)::float8
        FROM {} AS s LEFT JOIN hosts AS h USING (host_id)
    """
    domains = """
        SELECT d.uuid::text, h.host, extract(epoch FROM s.sampled_at)::float8
        FROM domain_samples AS s LEFT JOIN domains AS d USING (domain_id)
        LEFT JOIN hosts AS h ON h.host_id = s.host_id
    """
    expected = sorted((batch.host, batch.sampled_at.timestamp()) for batch in sent)
    assert expected == sorted(stored.rows(hosts.format("publisher_reports")), key=str)
    assert expected == sorted(stored.rows(hosts.format("host_samples")), key=str)
    assert {
        (report.uuid, batch.host, batch.sampled_at.timestamp())
        for batch in sent
        for report in batch.domains or ()
    } == set(stored.rows(domains))
    assert dict(expected) == dict(stored.rows(hosts.format("host_latest")))
    assert keys_of(*sent) == stored.domain_keys()


def copy_of(server: PostgreSql, to: Path) -> Path:
    """Copy a stopped server's data, with owners and rights."""
    subprocess.run(["cp", "-a", str(server.data_directory), str(to)], check=True)
    return to


def sent_and_stored(consumer: DirectConsumer, messages: Messages, *hosts: int) -> list[SampleBatch]:
    """Store the next message of each host."""
    batches = messages.of(*hosts)
    for batch in batches:
        consumer.insist(partial(consumer.take, batch))
    return batches


def delete_host(administrator: psycopg.Connection, host: str) -> None:
    """Delete a host with all its history, in a transaction that stays open."""
    administrator.execute("SET search_path = kvmgrid, public")
    ((host_id,),) = administrator.execute("SELECT host_id FROM hosts WHERE host = %s", [host]).fetchall()
    administrator.execute(DELETIONS.format(host_id).encode())


def test_a_cold_copy_is_put_back_under_a_running_consumer(
    own_postgresql: PostgreSql,
    own_database: MigratedDatabase,
    virtual_host: VirtualHost,
    messages: Messages,
    tmp_path: Path,
) -> None:
    """Hosts that came after the copy get keys anew, with what was in hand; nothing sent since is lost."""
    stored = StoredRows(own_database)
    with ConsumerProcess(
        virtual_host.consumer_url, own_database.ingest_url, ["KVMGRID_INGEST__FLUSH_SECONDS=0.05"]
    ) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        before = messages.of(ALPHA, ALPHA)
        sender.send(*before)
        eventually(stored.message_count, 2)
        own_postgresql.stop()
        copy = copy_of(own_postgresql, tmp_path / "copy")
        own_postgresql.launch()
        sender.send(*messages.of(BETA, GAMMA))
        eventually(stored.message_count, 4)

        own_postgresql.stop()
        since = messages.of(BETA, GAMMA)
        sender.send(*since)
        consumer.wait_for("database_away")
        shutil.rmtree(own_postgresql.data_directory)
        subprocess.run(["cp", "-a", str(copy), str(own_postgresql.data_directory)], check=True)
        own_postgresql.launch()
        since += messages.of(BETA, DELTA, GAMMA, ALPHA)
        sender.send(*since[2:])
        sender.close()
        eventually(stored.message_count, len(before) + len(since))
        assert_stored(stored, before + since)
        assert consumer.alive


def test_a_database_is_dropped_and_made_again(
    consumer: DirectConsumer,
    database: MigratedDatabase,
    database_server: services.Database,
    messages: Messages,
) -> None:
    """What was in hand is stored with the keys of the new database."""
    sent_and_stored(consumer, messages, ALPHA, BETA, GAMMA)
    since = messages.of(GAMMA, BETA)
    in_hand, begun = consumer.gather(*since), consumer.begin()

    database_server.admin.drop_database(database.name)
    with pytest.raises(DatabaseAway):
        consumer.store(in_hand)
    database_server.admin.create_database(database.name)
    with psycopg.connect(database.administrator_url, autocommit=True) as connection:
        bootstrap(connection, [])
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        migrate(connection)

    since += sent_and_stored(consumer, messages, DELTA)
    consumer.insist(partial(consumer.store, in_hand))
    # A flush that was begun before holds the types of the old database.
    rest = messages.of(GAMMA, ALPHA)
    consumer.add(begun, *rest)
    begun.seal()
    consumer.insist(partial(consumer.store, begun))

    assert_stored(StoredRows(database), since + rest)


def test_a_standby_that_lacks_the_last_commits_is_promoted(
    own_postgresql: PostgreSql, own_database: MigratedDatabase, messages: Messages
) -> None:
    """A consumer that knows both servers goes on with the promoted one, by the keys of that one."""
    standby = PostgreSql()
    # A cold copy that never saw the log since is a standby that lags.
    own_postgresql.stop()
    copy_of(own_postgresql, standby.data_directory)
    own_postgresql.launch()
    (standby.data_directory / "standby.signal").touch()
    standby.superuser_password = own_postgresql.superuser_password
    (standby.directory / "whole").touch()
    with standby:
        standby.launch()
        ports = f"{own_postgresql.port},127.0.0.1:{standby.port}"
        both = own_database.ingest_url.replace(str(own_postgresql.port), ports)
        consumer = DirectConsumer(f"{both}?target_session_attrs=read-write")
        sent_and_stored(consumer, messages, ALPHA, BETA, GAMMA)
        since = messages.of(BETA, GAMMA)
        in_hand = consumer.gather(*since)

        promoted = own_database.ingest_url.replace(str(own_postgresql.port), str(standby.port))
        with connect(DatabaseSettings(url=promoted), "test", autocommit=True) as connection:
            with pytest.raises(DatabaseAway, match="standby"):
                read_incarnation(connection)
            own_postgresql.kill()
            with pytest.raises(DatabaseAway):
                consumer.store(in_hand)
            with psycopg.connect(standby.database_url(), autocommit=True) as administrator:
                administrator.execute("SELECT pg_promote()")
            since += sent_and_stored(consumer, messages, DELTA)
            consumer.insist(partial(consumer.store, in_hand))
            since += sent_and_stored(consumer, messages, GAMMA, ALPHA)
            assert "00000002" == read_incarnation(connection).timeline
        consumer.close()

        url = own_database.administrator_url.replace(str(own_postgresql.port), str(standby.port))
        assert_stored(StoredRows(own_database._replace(administrator_url=url)), since)


@pytest.mark.parametrize("is_stored_first", [True, False])
def test_a_host_that_was_deleted_is_entered_anew(
    consumer: DirectConsumer, database: MigratedDatabase, messages: Messages, *, is_stored_first: bool
) -> None:
    """No row gets a key that is no more, nor do those of its VMs. A host that stays keeps its rows."""
    kept = sent_and_stored(consumer, messages, ALPHA)
    sent_and_stored(consumer, messages, BETA)
    since = messages.of(BETA)
    in_hand = consumer.gather(*since)
    with psycopg.connect(database.administrator_url) as administrator:
        delete_host(administrator, since[0].host)
        # Until it is committed nobody waits for it.
        kept += sent_and_stored(consumer, messages, ALPHA)

    if is_stored_first:
        consumer.store(in_hand)
        since += sent_and_stored(consumer, messages, ALPHA, BETA, DELTA)
    else:
        since += sent_and_stored(consumer, messages, BETA, DELTA, ALPHA)
        consumer.store(in_hand)

    assert_stored(StoredRows(database), kept + since)


def test_a_message_that_waits_for_a_deletion_is_not_refused(
    consumer: DirectConsumer, database: MigratedDatabase, messages: Messages
) -> None:
    """A new VM refers to its host's row; when that has gone meanwhile, host and VM are entered anew."""
    sent_and_stored(consumer, messages, ALPHA)
    (batch,) = messages.of(ALPHA)
    first, *others = batch.domains or []
    new = msgspec.structs.replace(first, uuid=str(uuid4()))
    batch = msgspec.structs.replace(batch, domains=[new, *others])
    waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND application_name = 'kvmgrid-consumer inventory'
    """
    with ThreadPoolExecutor() as threads:
        with psycopg.connect(database.administrator_url) as administrator:
            delete_host(administrator, batch.host)
            taken = threads.submit(consumer.insist, partial(consumer.take, batch))
            eventually(partial(StoredRows(database).value, waiting), 1)
        taken.result()

    assert_stored(StoredRows(database), [batch])


def test_keys_are_given_again_after_all_hosts_were_removed(
    consumer: DirectConsumer, database: MigratedDatabase, messages: Messages
) -> None:
    """Where numbering begins anew, a number that was one host's becomes another's: none is mistaken."""
    sent_and_stored(consumer, messages, ALPHA, BETA)
    since = messages.of(ALPHA, BETA)
    in_hand = consumer.gather(*since)
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        administrator.execute(
            "TRUNCATE kvmgrid.hosts, kvmgrid.domains, kvmgrid.host_samples, kvmgrid.domain_samples,"
            " kvmgrid.publisher_reports, kvmgrid.host_latest, kvmgrid.domain_latest RESTART IDENTITY CASCADE"
        )
    other = DirectConsumer(database.ingest_url)
    since += sent_and_stored(other, messages, DELTA, BETA)
    other.close()

    since += sent_and_stored(consumer, messages, BETA)
    consumer.store(in_hand)

    assert_stored(StoredRows(database), since)


def test_a_lost_connection_is_the_end_of_what_was_read(
    consumer: DirectConsumer, database: MigratedDatabase, messages: Messages
) -> None:
    """A server that was set back with its memory shows no sign of it but that connections break."""
    sent = sent_and_stored(consumer, messages, ALPHA, BETA)
    swapped = messages.of(ALPHA, BETA)
    in_hand = consumer.gather(*swapped)
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        administrator.execute("ALTER TABLE kvmgrid.hosts DISABLE TRIGGER ALL")
        for old, new in ((ALPHA, "aside"), (BETA, sent[0].host), (None, sent[1].host)):
            name = "aside" if old is None else sent[old].host
            administrator.execute("UPDATE kvmgrid.hosts SET host = %s WHERE host = %s", [new, name])
        administrator.execute("ALTER TABLE kvmgrid.hosts ENABLE TRIGGER ALL")
    StoredRows(database).end_consumers_sessions()
    consumer.insist(partial(consumer.store, in_hand))

    keys = dict(StoredRows(database).rows("SELECT host, host_id FROM hosts"))
    for batch in swapped:
        query = "SELECT host_id FROM host_samples WHERE sampled_at = %s"
        assert keys[batch.host] == StoredRows(database).value(query, [batch.sampled_at])
