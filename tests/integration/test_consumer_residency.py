# SPDX-License-Identifier: Apache-2.0
"""Where domains live and what they are called, as two consumers write it down together."""

from datetime import UTC, datetime
from functools import partial

import msgspec
import psycopg
import pytest

from publisher.wire.samples import DomainDescription
from tests.integration.consumer_messages import StoredRows
from tests.integration.direct_consumer import DirectConsumer
from tests.integration.two_hosts import PAUSED, RUNNING, SHUT_OFF, STARTING_UP, TwoHosts, stays
from tests.services import MigratedDatabase


def test_a_domain_is_discovered_and_its_removal_is_known(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A full list without a domain ends its stay; a list that could not be made ends nothing."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.silent_list(0, 1))
    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)

    consumer.take(hosts.batch(0, 2))
    assert [("hv000", 0, 2, "discovered")] == stays(stored, hosts)
    removed_at = datetime.fromtimestamp(hosts.second(2), UTC)
    assert removed_at == stored.value("SELECT removed_at FROM domains WHERE uuid = %s", [hosts.uuid])

    consumer.take(hosts.batch(0, 3, hosts.domain()))
    assert [("hv000", 0, 2, "discovered"), ("hv000", 3, None, "returned")] == stays(stored, hosts)
    assert stored.value("SELECT removed_at FROM domains WHERE uuid = %s", [hosts.uuid]) is None


@pytest.mark.parametrize("departure_first", [True, False])
@pytest.mark.parametrize("same_consumer", [True, False])
def test_departure_and_arrival_pair_as_a_migration(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    *,
    departure_first: bool,
    same_consumer: bool,
) -> None:
    """Whichever is seen first, and by whichever consumer, one stay ends where the next begins."""
    source, target = consumers if not same_consumer else (consumers[0], consumers[0])
    source.take(hosts.batch(0, 0, hosts.domain()))
    target.take(hosts.batch(1, 0))
    if departure_first:
        source.take(hosts.batch(0, 1))
        target.take(hosts.batch(1, 1, hosts.domain()))
    else:
        target.take(hosts.batch(1, 1, hosts.domain()))
        source.take(hosts.batch(0, 1))
    target.now += 5
    target.take(hosts.batch(1, 2, hosts.domain()))

    assert [("hv000", 0, 1, "discovered"), ("hv001", 1, None, "migrated")] == stays(stored, hosts)
    host = stored.value("SELECT host FROM domains JOIN hosts USING (host_id) WHERE uuid = %s", [hosts.uuid])
    assert host == "hv001"
    latest = stored.value(
        "SELECT h.host FROM domain_latest AS l JOIN domains AS d USING (domain_id) "
        "JOIN hosts AS h ON h.host_id = l.host_id WHERE d.uuid = %s",
        [hosts.uuid],
    )
    assert latest == "hv001"


def test_a_definition_left_behind_steals_nothing(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """Every host of a cluster may define a VM. Where it runs is where it lives, and only that is stored."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()))
    for tick in range(1, 5):
        consumer.now += 10
        consumer.take(hosts.batch(1, tick, hosts.inactive()), hosts.batch(0, tick, hosts.domain()))

    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)
    found = stored.rows(
        "SELECT DISTINCT h.host FROM domain_samples AS s JOIN hosts AS h ON h.host_id = s.host_id "
        "JOIN domains AS d USING (domain_id) WHERE d.uuid = %s",
        [hosts.uuid],
    )
    assert [("hv000",)] == found


def test_a_persistent_domain_moves_though_its_old_host_still_lists_it(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """After a migration the source lists the domain as shut off: the active one takes the stay over."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    arriving = hosts.domain(state=PAUSED, state_reason=STARTING_UP)
    consumer.take(hosts.batch(1, 1, arriving), hosts.batch(0, 1, hosts.domain()))
    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)

    consumer.take(hosts.batch(0, 2, hosts.inactive()))
    consumer.now += 5
    consumer.take(hosts.batch(1, 2, hosts.domain()))
    consumer.now += 5
    consumer.take(hosts.batch(0, 3, hosts.inactive()), hosts.batch(1, 3, hosts.domain()))

    assert [("hv000", 0, 2, "discovered"), ("hv001", 2, None, "migrated")] == stays(stored, hosts)


@pytest.mark.parametrize("consumer_count", [1, 2])
def test_a_migrated_domain_is_known_from_where_it_runs_alone(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    consumer_count: int,
) -> None:
    """What the source says of its left-behind definition reaches neither newest nor stored samples."""
    source, target = consumers[0], consumers[consumer_count - 1]
    source.take(hosts.batch(0, 0, hosts.domain()))
    target.take(hosts.batch(1, 0))
    # Not known yet to be elsewhere, the domain is off; from then on it is where it runs.
    source.take(hosts.batch(0, 1, hosts.inactive()))
    target.take(hosts.batch(1, 2, hosts.domain()))
    for tick in (3, 5):
        for consumer in consumers:
            consumer.now += 10
        source.take(hosts.batch(0, tick, hosts.inactive()))
        assert [("hv001", RUNNING)] == stored.rows("SELECT host, state FROM domains_now")
        target.take(hosts.batch(1, tick + 1, hosts.domain()))

    samples = stored.rows("SELECT host, state FROM domain_metrics ORDER BY time")
    assert [("hv000", RUNNING), ("hv000", SHUT_OFF), *[("hv001", RUNNING)] * 3] == samples


def test_two_running_domains_of_one_uuid_do_not_flap(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """As long as the first host keeps reporting the domain as running, it stays there."""
    consumer, _ = consumers
    for tick in range(5):
        consumer.now += 10
        consumer.take(hosts.batch(0, tick, hosts.domain()), hosts.batch(1, tick, hosts.domain()))

    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)


def test_a_domain_restarted_elsewhere_leaves_a_silent_host(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """After five of its ticks a silent host loses a domain to where it runs, from its first sample there."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    for tick in range(3, 8):
        consumer.now += 10
        consumer.take(hosts.batch(1, tick, hosts.domain()))
    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)

    consumer.now += 10
    consumer.take(hosts.batch(1, 8, hosts.domain()))
    assert [("hv000", 0, 3, "discovered"), ("hv001", 3, None, "migrated")] == stays(stored, hosts)
    samples = stored.rows("SELECT host, count(*) FROM domain_metrics GROUP BY host ORDER BY host")
    assert [("hv000", 1), ("hv001", 6)] == samples


def test_a_definition_left_behind_locks_nothing(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    database: MigratedDatabase,
) -> None:
    """A host that lists a domain of another host is stored while the domain is locked by someone else."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 1, hosts.inactive()))
    with psycopg.connect(database.administrator_url) as other:
        other.execute("SELECT FROM kvmgrid.domains FOR UPDATE")
        for tick in (2, 3):
            consumer.now += 10
            consumer.take(hosts.batch(1, tick, hosts.inactive()))

    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)
    assert 4 == stored.count("host_samples")


def test_late_batches_rewrite_no_history(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """What comes late from a spool is stored as samples and moves nothing."""
    early, late = consumers
    early.take(
        hosts.batch(0, 0, hosts.domain()),
        hosts.batch(0, 4),
        hosts.batch(1, 5, hosts.domain()),
    )
    before = stays(stored, hosts)
    late.take(hosts.batch(0, 2, hosts.domain()), hosts.batch(0, 3, hosts.domain(name="old")))

    assert [("hv000", 0, 4, "discovered"), ("hv001", 4, None, "migrated")] == before == stays(stored, hosts)
    assert 4 == stored.value("SELECT count(*) FROM domain_samples")


def test_late_lists_change_no_stay_and_wake_no_consumer(
    consumers: tuple[DirectConsumer, DirectConsumer],
    stored: StoredRows,
    hosts: TwoHosts,
    database: MigratedDatabase,
) -> None:
    """A list older than an arrival, or than a departure to nowhere, costs no transaction of the stays.

    A past that is sent late has thousands of them, and each notification lets all consumers read again.
    """
    early, late = consumers
    early.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(0, 4), hosts.batch(1, 5, hosts.domain()))
    with psycopg.connect(database.administrator_url, autocommit=True) as listening:
        listening.execute("LISTEN kvmgrid_residency")
        late.take(hosts.batch(1, 2), hosts.batch(1, 3))
        early.take(hosts.batch(1, 6))
        (departed,) = listening.notifies(timeout=10.0, stop_after=1)
        late.take(hosts.batch(1, 5, hosts.domain()), hosts.batch(0, 2, hosts.domain()))
        listening.execute("SELECT pg_notify('kvmgrid_residency', 'end of the test')")
        (end,) = listening.notifies(timeout=10.0, stop_after=1)

    assert departed.payload.isdigit()
    assert "end of the test" == end.payload
    assert [("hv000", 0, 4, "discovered"), ("hv001", 4, 6, "migrated")] == stays(stored, hosts)


def test_a_rename_keeps_the_history_of_names(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """Each name has its time; a late batch with the old name does not bring it back."""
    consumer, other = consumers
    name = hosts.domain().name
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(0, 2, hosts.domain(name="renamed")))
    other.take(hosts.batch(0, 1, hosts.domain()), hosts.batch(0, 3, hosts.domain(name="renamed")))

    names = stored.rows(
        "SELECT n.name, n.valid_to IS NULL FROM domain_names AS n JOIN domains USING (domain_id) "
        "WHERE uuid = %s ORDER BY n.valid_from",
        [hosts.uuid],
    )
    assert [(name, False), ("renamed", True)] == names
    assert stored.value("SELECT name FROM domains WHERE uuid = %s", [hosts.uuid]) == "renamed"


def test_a_description_is_kept_until_the_next(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """Descriptions come once after each change: a batch without one leaves the last in place."""
    consumer, _ = consumers
    described = DomainDescription(title="Mail", metadata="<m/>", autostart=True, persistent=True)
    consumer.take(
        hosts.batch(0, 0, hosts.domain(description=described)),
        hosts.batch(0, 1, hosts.domain()),
    )

    described_as = stored.rows(
        "SELECT title, metadata, autostart, persistent FROM domains WHERE uuid = %s", [hosts.uuid]
    )
    assert [("Mail", "<m/>", True, True)] == described_as


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_description_that_comes_before_the_domain_lives_here_is_kept(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts, *, is_lost: bool
) -> None:
    """It is sent once, with the incoming half of a migration, and holds when the domain has arrived.

    A connection that is lost meanwhile takes what was read along, and not what was said.
    """
    consumer, _ = consumers
    said = DomainDescription(title="Mail")
    arriving = hosts.domain(state=PAUSED, state_reason=STARTING_UP, description=said)
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    consumer.take(hosts.batch(1, 1, arriving))
    assert stored.value("SELECT title FROM domains WHERE uuid = %s", [hosts.uuid]) is None

    if is_lost:
        stored.end_consumers_sessions()
    for batch in (hosts.batch(0, 2), hosts.batch(1, 3, hosts.domain())):
        consumer.insist(partial(consumer.take, batch))
    assert stored.value("SELECT title FROM domains WHERE uuid = %s", [hosts.uuid]) == "Mail"


def test_a_late_description_does_not_overwrite_a_later_one(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """What comes from a spool hours later is older than what is known."""
    consumer, other = consumers
    older, newer = (DomainDescription(title=title) for title in ("older", "newer"))
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(0, 2, hosts.domain(description=newer)))
    other.take(hosts.batch(0, 1, hosts.domain(description=older)))

    assert stored.value("SELECT title FROM domains WHERE uuid = %s", [hosts.uuid]) == "newer"


def test_a_host_keeps_its_names_and_facts(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A renamed host is the same host; what it was called before stays known."""
    consumer, _ = consumers
    first, second = hosts.batch(0, 0), hosts.batch(0, 1)
    identity = msgspec.structs.replace(
        second.identity, hostname="new.example.org", cpu_count=7, tags=["rack:b1", "ssd"]
    )
    consumer.take(first)
    assert [(first.identity.tags,)] == stored.rows("SELECT tags FROM hosts_now")
    consumer.take(msgspec.structs.replace(second, identity=identity))

    assert [(["rack:b1", "ssd"],)] == stored.rows("SELECT tags FROM hosts_now")
    assert [("hv000", "new.example.org", 7)] == stored.rows("SELECT host, hostname, cpu_count FROM hosts")
    names = stored.rows("SELECT hostname, valid_to IS NULL FROM host_names ORDER BY valid_from")
    assert [(first.identity.hostname, False), ("new.example.org", True)] == names


def test_a_domain_that_is_off_moves_at_once_when_its_old_host_lets_go(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A cold migration shows with the new host's next batch: no sample of it is left out for long."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.inactive()), hosts.batch(1, 0))
    consumer.take(
        hosts.batch(1, 1, hosts.inactive()),
        hosts.batch(0, 1),
        hosts.batch(1, 2, hosts.inactive()),
    )

    assert [("hv000", 0, 1, "discovered"), ("hv001", 1, None, "migrated")] == stays(stored, hosts)
    assert 2 == stored.count("domain_samples")
