# SPDX-License-Identifier: Apache-2.0
"""What a host reports of a domain of another host: kept apart, and moved with the domain."""

from datetime import timedelta

import pytest

from publisher.wire.samples import DomainDescription
from tests.integration.consumer_messages import StoredRows
from tests.integration.direct_consumer import DirectConsumer
from tests.integration.two_hosts import PAUSED, POST_COPY, RUNNING, STARTING_UP, TwoHosts, stays

TICK = 10

SERIES = """
    SELECT h.host, extract(epoch FROM s.sampled_at)::float8
    FROM domain_samples AS s JOIN hosts AS h USING (host_id) JOIN domains AS d USING (domain_id)
    WHERE d.uuid = %s ORDER BY s.sampled_at, h.host
"""
ELSEWHERE = SERIES.replace("domain_samples", "domain_samples_elsewhere")
DEVICES = """
    SELECT count(*) FROM domain_block_samples AS s JOIN hosts AS h USING (host_id)
    WHERE h.host = 'hv001' AND domain_id = (SELECT domain_id FROM domains WHERE uuid = %s)
"""
TOLD = "SELECT host, kind, domain_id IS NOT NULL, domain_name FROM events_named ORDER BY time"


def ticks(stored: StoredRows, hosts: TwoHosts, query: str = SERIES) -> list[tuple[str, int]]:
    """Return host and tick of each sample of the domain."""
    rows = stored.rows(query, [hosts.uuid])
    return [(host, int((second - hosts.second(0)) / TICK)) for host, second in rows]


def test_a_live_migration_leaves_no_gap(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """What the target reported since the last sample of the source comes into the series, with its disks."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    arriving = hosts.domain(state=PAUSED, state_reason=STARTING_UP)
    consumer.take(hosts.batch(1, 1, arriving), hosts.event(1, 1, "domain_started"))
    consumer.take(hosts.batch(0, 2, hosts.domain()), hosts.batch(1, 3, hosts.domain()))
    assert [("hv001", 1), ("hv001", 3)] == ticks(stored, hosts, ELSEWHERE)
    assert [("hv001", "domain_started", False, "told")] == stored.rows(TOLD)

    consumer.take(hosts.batch(0, 4))
    consumer.now += 5
    consumer.take(hosts.batch(1, 5, hosts.domain()))

    assert [("hv000", 0, 3, "discovered"), ("hv001", 3, None, "migrated")] == stays(stored, hosts)
    assert [("hv000", 0), ("hv000", 2), ("hv001", 3), ("hv001", 5)] == ticks(stored, hosts)
    assert 2 * len(hosts.domain().blocks) == stored.value(DEVICES, [hosts.uuid])
    assert [("hv001", "domain_started", True, "told")] == stored.rows(TOLD)


def test_what_is_being_stored_when_the_stay_begins_is_not_left_behind(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A sample and an event prepared before the migration was known, and stored after, are in the series."""
    consumer, other = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    sample = other.prepare(hosts.batch(1, 2, hosts.domain()))
    event = other.prepare(hosts.event(1, 2, "domain_resumed"))
    consumer.take(hosts.batch(0, 1), hosts.batch(1, 3, hosts.domain()))
    other.store(sample)
    other.store(event)

    assert [("hv000", 0), ("hv001", 2), ("hv001", 3)] == ticks(stored, hosts)
    assert [] == ticks(stored, hosts, ELSEWHERE)
    assert [("hv001", "domain_resumed", True, "told")] == stored.rows(TOLD)


def test_late_samples_of_an_earlier_stay_belong_to_the_series(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A spool that empties after the migration fills the history of the source, and only that."""
    consumer, late = consumers
    consumer.take(hosts.batch(0, 1, hosts.domain()), hosts.batch(1, 1))
    consumer.take(hosts.batch(0, 5), hosts.batch(1, 6, hosts.domain()))
    # Before the first stay, within it, and after it.
    late.take(*(hosts.batch(0, tick, hosts.domain(name="late")) for tick in (0, 3, 7)))
    late.take(hosts.batch(0, 4, hosts.inactive()), hosts.event(0, 4, "domain_stopped"))

    expected = [("hv000", 0), ("hv000", 1), ("hv000", 3), ("hv000", 4), ("hv001", 6)]
    assert expected == ticks(stored, hosts)
    assert [("hv000", 7)] == ticks(stored, hosts, ELSEWHERE)
    assert [("hv001", RUNNING)] == stored.rows("SELECT host, state FROM domains_now")
    assert [("hv000", "domain_stopped", True, "told")] == stored.rows(TOLD)
    assert stored.value("SELECT name FROM domains WHERE uuid = %s", [hosts.uuid]) != "late"


def test_lists_in_a_wrong_order_are_judged_again(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """The target's list of after the move came before the source's of before it, as parked ones may."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    consumer.take(hosts.batch(1, 3, hosts.domain()), hosts.batch(1, 4, hosts.domain()))
    consumer.take(hosts.batch(0, 1, hosts.domain()), hosts.batch(0, 2))
    assert [("hv001", 3), ("hv001", 4)] == ticks(stored, hosts, ELSEWHERE)
    consumer.judge_again()

    assert [] == ticks(stored, hosts, ELSEWHERE)
    assert [("hv000", 0), ("hv000", 1), ("hv001", 3), ("hv001", 4)] == ticks(stored, hosts)
    assert ["discovered", "migrated"] == [how for *_, how in stays(stored, hosts)]
    # What comes next is placed by it.
    consumer.take(hosts.batch(1, 5, hosts.domain()), hosts.batch(0, 5))
    assert [("hv001", 4), ("hv001", 5)] == ticks(stored, hosts)[-2:]
    assert [("hv001", RUNNING)] == stored.rows("SELECT host, state FROM domains_now")


def test_the_newest_list_is_judged_though_an_older_one_came_after_it(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """The source let go of the domain before this consumer heard that it had it."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 2), hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    consumer.take(hosts.batch(1, 3, hosts.domain()))
    assert [("hv001", 3)] == ticks(stored, hosts, ELSEWHERE)
    consumer.judge_again()

    assert [] == ticks(stored, hosts, ELSEWHERE)
    assert [("hv000", 0), ("hv001", 3)] == ticks(stored, hosts)


def test_a_post_copy_migration_moves_the_domain_at_once(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """The source holds the paused half until all memory has come over: the domain runs on the target."""
    consumer, _ = consumers
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    half = hosts.domain(state=PAUSED, state_reason=POST_COPY)
    consumer.take(hosts.batch(0, 2, half), hosts.batch(1, 3, hosts.domain()))

    assert [("hv000", 0, 3, "discovered"), ("hv001", 3, None, "migrated")] == stays(stored, hosts)


def test_an_outage_of_the_consumer_gives_no_domain_away(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """The claim comes first out of a backlog; the home's own message follows, and the domain stays."""
    consumer, _ = consumers
    for tick in (0, 30, 60):
        consumer.now += 300
        consumer.take(hosts.batch(1, tick, hosts.domain()) if tick else hosts.batch(1, tick))
        consumer.take(hosts.batch(0, tick, hosts.domain()))

    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)


def test_a_claim_against_a_running_domain_is_shown(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """After two ticks in which both hosts report the domain as running, it is contested."""
    consumer, _ = consumers
    contested = "SELECT h.host FROM contested_domains JOIN hosts AS h USING (host_id)"
    for tick in range(3):
        consumer.now += 10
        consumer.take(hosts.batch(0, tick, hosts.domain()), hosts.batch(1, tick, hosts.domain()))
    assert [] == stored.rows(contested)

    consumer.now += 10
    consumer.take(hosts.batch(0, 3, hosts.domain()), hosts.batch(1, 3, hosts.domain()))
    assert [("hv001",)] == stored.rows(contested)


@pytest.mark.parametrize("regained_by", [0, 1])
def test_what_the_loser_said_of_a_domain_does_not_stay(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts, regained_by: int
) -> None:
    """Its title goes with its stay, and the next home's description holds though its time is older."""
    consumer = consumers[0]
    name = hosts.domain().name
    consumer.take(hosts.batch(0, 0, hosts.inactive()), hosts.batch(1, 0))
    theirs = DomainDescription(title="theirs")
    consumer.take(hosts.batch(1, 1, hosts.domain(name="taken", description=theirs)))
    found = "SELECT name, title FROM domains WHERE uuid = %s"
    assert [("taken", "theirs")] == stored.rows(found, [hosts.uuid])

    ours = DomainDescription(title="ours")
    consumers[regained_by].take(hosts.batch(0, 1, hosts.inactive(description=ours)))
    consumer.take(hosts.batch(1, 2))
    consumers[regained_by].now += 10
    consumers[regained_by].take(hosts.batch(0, 3, hosts.domain()))
    assert [(name, "ours")] == stored.rows(found, [hosts.uuid])


def test_a_clock_that_is_ahead_takes_no_domain(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A claim is made when it arrives: no stay begins or ends after that."""
    consumer, _ = consumers
    honest = hosts.batch(0, 0, hosts.domain())
    consumer.take(honest, hosts.batch(1, 0))
    at = honest.sampled_at + timedelta(seconds=10)
    for tick in (29, 30):
        consumer.now += 10
        consumer.take(hosts.batch(1, tick, hosts.domain()), received_at=at)
        consumer.take(hosts.batch(0, 1, hosts.domain()), received_at=at)
        at += timedelta(seconds=10)
    assert [("hv000", 0, None, "discovered")] == stays(stored, hosts)

    # Its own domain begins and ends no later than these arrive.
    consumer.take(hosts.batch(0, 3), received_at=at)
    consumer.take(hosts.batch(1, 31, hosts.domain()), received_at=at + timedelta(seconds=10))
    consumer.take(hosts.batch(1, 32), received_at=at + timedelta(seconds=20))
    latest = stored.value("SELECT max(valid_to) FROM residency")
    assert latest <= at + timedelta(seconds=20)
