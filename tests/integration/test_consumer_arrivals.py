# SPDX-License-Identifier: Apache-2.0
"""How hosts and domains that are new are entered."""

import threading
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from publisher.wire.samples import DomainDescription, DomainReport
from tests.integration.consumer_messages import StoredRows, eventually
from tests.integration.direct_consumer import DirectConsumer
from tests.integration.two_hosts import TwoHosts, stays
from tests.services import MigratedDatabase


def test_a_new_host_is_entered_in_one_transaction(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A fleet may arrive at once: each row of a host is written once, and all of them in one commit."""
    consumer, _ = consumers
    said = DomainDescription(title="Mail", metadata="<m/>", autostart=True, persistent=True)
    consumer.take(hosts.batch(0, 0, hosts.domain(description=said)))

    written = stored.rows(
        """
        SELECT xmin::text FROM hosts UNION ALL SELECT xmin::text FROM host_names
        UNION ALL SELECT xmin::text FROM domains UNION ALL SELECT xmin::text FROM domain_names
        UNION ALL SELECT xmin::text FROM residency
        """
    )
    assert (5, 1) == (len(written), len(set(written)))
    assert [("hv000", "Mail", True)] == stored.rows(
        "SELECT host, title, hostname IS NOT NULL FROM domains JOIN hosts USING (host_id)"
    )


def test_a_new_domain_of_a_known_host_is_entered_in_one_transaction(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """It begins its name and its stay as it is added."""
    consumer, _ = consumers
    said = DomainDescription(title="Mail")
    consumer.take(hosts.batch(0, 0), hosts.batch(0, 1, hosts.domain(description=said)))

    written = stored.rows(
        "SELECT xmin::text FROM domains UNION ALL SELECT xmin::text FROM domain_names "
        "UNION ALL SELECT xmin::text FROM residency"
    )
    assert (3, 1) == (len(written), len(set(written)))
    assert [("hv000", 1, None, "discovered")] == stays(stored, hosts)
    assert [("Mail",)] == stored.rows("SELECT title FROM domains")


def test_a_known_host_asks_nothing(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """An ordinary batch leaves the inventory's session where the first one left it."""
    consumer, _ = consumers
    question = """
        SELECT query_start FROM pg_stat_activity
        WHERE application_name = 'kvmgrid-consumer inventory' AND datname = current_database()
    """
    consumer.take(hosts.batch(0, 0, hosts.domain()))
    before = stored.rows(question)
    consumer.take(hosts.batch(0, 1, hosts.domain()), hosts.silent_list(0, 2))

    assert 1 == len(before)
    assert before == stored.rows(question)
    assert 3 == stored.message_count()


@pytest.mark.parametrize("running", [True, False])
def test_a_domain_that_another_consumer_has_entered_is_at_home_at_once(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    *,
    running: bool,
) -> None:
    """A consumer that knows the host from before its new domain stores that domain's samples too."""
    consumer, late = consumers
    new = hosts.domain() if running else hosts.inactive()
    consumer.take(hosts.batch(0, 0))
    late.take(hosts.batch(0, 1))
    consumer.take(hosts.batch(0, 2, new))
    late.take(hosts.batch(0, 3, new))

    assert 2 == stored.count("domain_samples")
    assert [("hv000", 2, None, "discovered")] == stays(stored, hosts)


@pytest.mark.parametrize("host_first", [True, False])
def test_what_another_consumer_is_entering_is_waited_for(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    database: MigratedDatabase,
    *,
    host_first: bool,
) -> None:
    """Two consumers meet a host, or a domain on two hosts, for the first time at the same moment."""
    consumer, late = consumers
    others = hosts.batch(0 if host_first else 1, 0, hosts.domain())
    with psycopg.connect(database.administrator_url) as other:
        other.execute("SET search_path = kvmgrid, public")
        added = "INSERT INTO hosts (host, first_seen_at) VALUES (%s, %s) RETURNING host_id"
        host = other.execute(added, [others.host, others.sampled_at]).fetchone()
        assert host is not None
        if not host_first:
            add_domain(other, host[0], others.sampled_at, hosts)
        met = hosts.domain() if host_first else hosts.inactive()
        taking = threading.Thread(target=consumer.take, args=[hosts.batch(0, 1, met)])
        taking.start()
        waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = current_database()
        """
        eventually(lambda: stored.value(waiting), 1)
    taking.join()

    late.take(others)
    place = ("hv000", 1, None, "discovered") if host_first else ("hv001", 0, None, "discovered")
    assert [place] == stays(stored, hosts)
    assert 2 == stored.count("host_samples")
    assert [(1, 1)] == stored.rows("SELECT count(*), count(DISTINCT name) FROM domain_names")
    assert 0 == stored.value("SELECT count(*) FROM hosts WHERE hostname IS NULL")


def add_domain(connection: psycopg.Connection[Any], host_id: int, at: datetime, hosts: TwoHosts) -> None:
    """Enter the domain as a consumer does that meets it on a host."""
    connection.execute(
        """
        WITH entered AS (
            INSERT INTO domains (uuid, name, host_id, first_seen_at)
            VALUES (%(uuid)s, %(name)s, %(host_id)s, %(at)s)
            RETURNING domain_id
        ), named AS (
            INSERT INTO domain_names (domain_id, name, valid_from)
            SELECT domain_id, %(name)s, %(at)s FROM entered
        )
        INSERT INTO residency (domain_id, host_id, valid_from, how)
        SELECT domain_id, %(host_id)s, %(at)s, 'discovered' FROM entered
        """,
        {"uuid": hosts.uuid, "name": hosts.domain().name, "host_id": host_id, "at": at},
    )


def test_many_new_domains_are_entered_in_portions(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """Whoever else enters one of them waits for a thousand others at most, not for all of a message."""
    consumer, _ = consumers
    many = [hosts.domain(uuid=str(UUID(int=number)), name=f"vm{number}") for number in range(1, 2_101)]
    consumer.take(hosts.batch(0, 0, *many[:2_050]), hosts.batch(0, 1, *many))

    portions = stored.rows("SELECT count(*) FROM domains GROUP BY xmin::text")
    assert [2, 50, 1_024, 1_024] == sorted(count for (count,) in portions)
    assert (2_100, 2_100) == (stored.count("domain_names"), stored.count("residency"))
    assert 4_150 == stored.count("domain_samples")


def test_domains_that_the_database_knows_are_not_new_to_any_consumer(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A consumer that has just started knows none; that costs a host nothing of what it may bring."""
    many = [hosts.domain(uuid=str(UUID(int=number)), name=f"vm{number}") for number in range(1, 4_141)]
    for consumer in consumers:
        consumer.take(hosts.batch(0, 0, *many[:2_050]))
    consumers[1].take(hosts.batch(0, 1, *many[2_050:]))

    assert 0 == stored.count("quarantine")
    assert 4_140 == stored.count("domains")


def test_many_domains_are_renamed_at_once(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """In one transaction, in three statements, however many they are; a late message renames nothing."""
    consumer, _ = consumers

    def named(form: str) -> list[DomainReport]:
        return [
            hosts.domain(uuid=str(UUID(int=number)), name=form.format(number)) for number in range(1, 101)
        ]

    consumer.take(hosts.batch(0, 0, *named("vm{}")), hosts.batch(0, 2, *named("new{}")))
    consumer.take(hosts.batch(0, 1, *named("late{}")))

    written = stored.rows("SELECT xmin::text FROM domain_names WHERE starts_with(name, 'new')")
    assert (100, 1) == (len(written), len(set(written)))
    assert 100 == stored.value("SELECT count(*) FROM domains WHERE starts_with(name, 'new')")
    assert 200 == stored.count("domain_names")
    assert 100 == stored.value(
        "SELECT count(*) FROM domain_names WHERE starts_with(name, 'vm') AND valid_to IS NOT NULL"
    )
