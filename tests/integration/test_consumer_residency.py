# SPDX-License-Identifier: Apache-2.0
"""Where domains live and what they are called, as two consumers write it down together."""

from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from publisher.wire.samples import DomainDescription
from tests.integration.consumer_desk import DirectConsumer
from tests.integration.consumer_site import StoredRows
from tests.integration.consumer_world import PAUSED, RUNNING, SHUT_OFF, STARTING_UP, TwoHosts, stays
from tests.services import MigratedDatabase


def test_a_domain_is_discovered_and_its_removal_is_known(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """A full list without a domain ends its stay; a list that could not be made ends nothing."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.domain()), world.silent_list(0, 1))
    assert [("hv000", 0, None, "discovered")] == stays(books, world)

    desk.take(world.batch(0, 2))
    assert [("hv000", 0, 2, "discovered")] == stays(books, world)
    removed_at = datetime.fromtimestamp(world.second(2), UTC)
    assert removed_at == books.value("SELECT removed_at FROM domains WHERE uuid = %s", [world.uuid])

    desk.take(world.batch(0, 3, world.domain()))
    assert [("hv000", 0, 2, "discovered"), ("hv000", 3, None, "returned")] == stays(books, world)
    assert books.value("SELECT removed_at FROM domains WHERE uuid = %s", [world.uuid]) is None


@pytest.mark.parametrize("departure_first", [True, False])
@pytest.mark.parametrize("same_consumer", [True, False])
def test_departure_and_arrival_pair_as_a_migration(
    desks: tuple[DirectConsumer, DirectConsumer],
    books: StoredRows,
    world: TwoHosts,
    *,
    departure_first: bool,
    same_consumer: bool,
) -> None:
    """Whichever is seen first, and by whichever consumer, one stay ends where the next begins."""
    source, target = desks if not same_consumer else (desks[0], desks[0])
    source.take(world.batch(0, 0, world.domain()))
    target.take(world.batch(1, 0))
    if departure_first:
        source.take(world.batch(0, 1))
        target.take(world.batch(1, 1, world.domain()))
    else:
        target.take(world.batch(1, 1, world.domain()))
        source.take(world.batch(0, 1))
    target.now += 5
    target.take(world.batch(1, 2, world.domain()))

    assert [("hv000", 0, 1, "discovered"), ("hv001", 1, None, "migrated")] == stays(books, world)
    host = books.value("SELECT host FROM domains JOIN hosts USING (host_id) WHERE uuid = %s", [world.uuid])
    assert host == "hv001"
    latest = books.value(
        "SELECT h.host FROM domain_latest AS l JOIN domains AS d USING (domain_id) "
        "JOIN hosts AS h ON h.host_id = l.host_id WHERE d.uuid = %s",
        [world.uuid],
    )
    assert latest == "hv001"


def test_a_definition_left_behind_steals_nothing(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """Every host of a cluster may define a VM; where it runs is where it lives, and only that is stored."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.domain()))
    for tick in range(1, 5):
        desk.now += 10
        desk.take(world.batch(1, tick, world.inactive()), world.batch(0, tick, world.domain()))

    assert [("hv000", 0, None, "discovered")] == stays(books, world)
    hosts = books.rows(
        "SELECT DISTINCT h.host FROM domain_samples AS s JOIN hosts AS h ON h.host_id = s.host_id "
        "JOIN domains AS d USING (domain_id) WHERE d.uuid = %s",
        [world.uuid],
    )
    assert [("hv000",)] == hosts


def test_a_persistent_domain_moves_though_its_old_host_still_lists_it(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """After a migration the source lists the domain as shut off: the active one takes the stay over."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.domain()), world.batch(1, 0))
    arriving = world.domain(state=PAUSED, state_reason=STARTING_UP)
    desk.take(world.batch(1, 1, arriving), world.batch(0, 1, world.domain()))
    assert [("hv000", 0, None, "discovered")] == stays(books, world)

    desk.take(world.batch(0, 2, world.inactive()))
    desk.now += 5
    desk.take(world.batch(1, 2, world.domain()))
    desk.now += 5
    desk.take(world.batch(0, 3, world.inactive()), world.batch(1, 3, world.domain()))

    assert [("hv000", 0, 2, "discovered"), ("hv001", 2, None, "migrated")] == stays(books, world)


@pytest.mark.parametrize("consumer_count", [1, 2])
def test_a_migrated_domain_is_known_from_where_it_runs_alone(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts, consumer_count: int
) -> None:
    """What the source says of its left-behind definition reaches neither newest nor stored samples."""
    source, target = desks[0], desks[consumer_count - 1]
    source.take(world.batch(0, 0, world.domain()))
    target.take(world.batch(1, 0))
    # Not known yet to be elsewhere, the domain is off; from then on it is where it runs.
    source.take(world.batch(0, 1, world.inactive()))
    target.take(world.batch(1, 2, world.domain()))
    for tick in (3, 5):
        for desk in desks:
            desk.now += 10
        source.take(world.batch(0, tick, world.inactive()))
        assert [("hv001", RUNNING)] == books.rows("SELECT host, state FROM domains_now")
        target.take(world.batch(1, tick + 1, world.domain()))

    samples = books.rows("SELECT host, state FROM domain_metrics ORDER BY time")
    assert [("hv000", RUNNING), ("hv000", SHUT_OFF), *[("hv001", RUNNING)] * 3] == samples


def test_two_running_domains_of_one_uuid_do_not_flap(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """As long as the first host keeps reporting the domain as running, it stays there."""
    desk, _ = desks
    for tick in range(5):
        desk.now += 10
        desk.take(world.batch(0, tick, world.domain()), world.batch(1, tick, world.domain()))

    assert [("hv000", 0, None, "discovered")] == stays(books, world)


def test_a_domain_restarted_elsewhere_leaves_a_silent_host(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """A host that died cannot list its domains; after five silent ticks it loses them to where they run."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.domain()), world.batch(1, 0))
    for tick in (3, 7):
        desk.now += 40
        desk.take(world.batch(1, tick, world.domain()))

    assert [("hv000", 0, 7, "discovered"), ("hv001", 7, None, "migrated")] == stays(books, world)


def test_a_definition_left_behind_locks_nothing(
    desks: tuple[DirectConsumer, DirectConsumer],
    books: StoredRows,
    world: TwoHosts,
    database: MigratedDatabase,
) -> None:
    """A host that lists a domain of another host is stored while the domain is locked by someone else."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.domain()), world.batch(1, 1, world.inactive()))
    with psycopg.connect(database.administrator_url) as other:
        other.execute("SELECT FROM kvmgrid.domains FOR UPDATE")
        for tick in (2, 3):
            desk.now += 10
            desk.take(world.batch(1, tick, world.inactive()))

    assert [("hv000", 0, None, "discovered")] == stays(books, world)
    assert 4 == books.count("host_samples")


def test_late_batches_rewrite_no_history(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """What comes late from a spool is stored as samples and moves nothing."""
    early, late = desks
    early.take(world.batch(0, 0, world.domain()), world.batch(0, 4), world.batch(1, 5, world.domain()))
    before = stays(books, world)
    late.take(world.batch(0, 2, world.domain()), world.batch(0, 3, world.domain(name="old")))

    assert [("hv000", 0, 4, "discovered"), ("hv001", 4, None, "migrated")] == before == stays(books, world)
    assert 4 == books.value("SELECT count(*) FROM domain_samples")


def test_a_rename_keeps_the_history_of_names(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """Each name has its time; a late batch with the old name does not bring it back."""
    desk, other = desks
    name = world.domain().name
    desk.take(world.batch(0, 0, world.domain()), world.batch(0, 2, world.domain(name="renamed")))
    other.take(world.batch(0, 1, world.domain()), world.batch(0, 3, world.domain(name="renamed")))

    names = books.rows(
        "SELECT n.name, n.valid_to IS NULL FROM domain_names AS n JOIN domains USING (domain_id) "
        "WHERE uuid = %s ORDER BY n.valid_from",
        [world.uuid],
    )
    assert [(name, False), ("renamed", True)] == names
    assert books.value("SELECT name FROM domains WHERE uuid = %s", [world.uuid]) == "renamed"


def test_a_description_is_kept_until_the_next(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """Descriptions come once after each change: a batch without one leaves the last in place."""
    desk, _ = desks
    described = DomainDescription(title="Mail", metadata="<m/>", autostart=True, persistent=True)
    desk.take(world.batch(0, 0, world.domain(description=described)), world.batch(0, 1, world.domain()))

    stored = books.rows(
        "SELECT title, metadata, autostart, persistent FROM domains WHERE uuid = %s", [world.uuid]
    )
    assert [("Mail", "<m/>", True, True)] == stored


def test_a_description_that_comes_before_the_domain_lives_here_is_kept(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """It is sent once, with the incoming half of a migration, and holds when the domain has arrived."""
    desk, _ = desks
    said = DomainDescription(title="Mail")
    arriving = world.domain(state=PAUSED, state_reason=STARTING_UP, description=said)
    desk.take(world.batch(0, 0, world.domain()), world.batch(1, 0))
    desk.take(world.batch(1, 1, arriving))
    assert books.value("SELECT title FROM domains WHERE uuid = %s", [world.uuid]) is None

    desk.take(world.batch(0, 2), world.batch(1, 3, world.domain()))
    assert books.value("SELECT title FROM domains WHERE uuid = %s", [world.uuid]) == "Mail"


def test_a_late_description_does_not_overwrite_a_later_one(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """What comes from a spool hours later is older than what is known."""
    desk, other = desks
    older, newer = (DomainDescription(title=title) for title in ("older", "newer"))
    desk.take(world.batch(0, 0, world.domain()), world.batch(0, 2, world.domain(description=newer)))
    other.take(world.batch(0, 1, world.domain(description=older)))

    assert books.value("SELECT title FROM domains WHERE uuid = %s", [world.uuid]) == "newer"


def test_a_host_keeps_its_names_and_facts(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """A renamed host is the same host; what it was called before stays known."""
    desk, _ = desks
    first, second = world.batch(0, 0), world.batch(0, 1)
    identity = msgspec.structs.replace(second.identity, hostname="new.example.org", cpu_count=7)
    desk.take(first, msgspec.structs.replace(second, identity=identity))

    assert [("hv000", "new.example.org", 7)] == books.rows("SELECT host, hostname, cpu_count FROM hosts")
    names = books.rows("SELECT hostname, valid_to IS NULL FROM host_names ORDER BY valid_from")
    assert [(first.identity.hostname, False), ("new.example.org", True)] == names


def test_a_domain_that_is_off_moves_at_once_when_its_old_host_lets_go(
    desks: tuple[DirectConsumer, DirectConsumer], books: StoredRows, world: TwoHosts
) -> None:
    """A cold migration shows with the new host's next batch: no sample of it is left out for long."""
    desk, _ = desks
    desk.take(world.batch(0, 0, world.inactive()), world.batch(1, 0))
    desk.take(world.batch(1, 1, world.inactive()), world.batch(0, 1), world.batch(1, 2, world.inactive()))

    assert [("hv000", 0, 1, "discovered"), ("hv001", 1, None, "migrated")] == stays(books, world)
    assert 2 == books.count("domain_samples")
