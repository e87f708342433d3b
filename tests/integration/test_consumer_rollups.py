# SPDX-License-Identifier: Apache-2.0
"""The upkeep of rollups by real consumers: killed anywhere, two at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from consumer.failpoint import VARIABLE
from consumer.schema.retention import store
from consumer.settings import ConsumerSettings, DatabaseSettings, RetentionSettings
from consumer.status.reading import read_status
from consumer.status.text import lines
from publisher.wire.broker import BrokerSettings
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, eventually, small_fleet
from tests.integration.rollup_site import WIDTHS, Site, ago, history
from tests.migration.seeding import HYPERTABLES
from tests.services import VirtualHost

BUCKET_SECONDS = 300
HOUR_SECONDS = 3_600
MIGRATED = "UPDATE schema_migrations SET applied_at = now() - make_interval(secs => %s) RETURNING number"


def test_what_is_over_is_rolled_up_and_what_is_late_again(site: Site) -> None:
    """Every level is what its samples make; a late sample shows after the next round, wherever it belongs."""
    batches = history(3.0)
    late = batches[3::40]
    del batches[3::40]
    site.store(*batches)
    site.roll_up()
    assert [] == site.differences()
    assert site.stored.count("domain_samples_1h_buckets") > 0

    site.store(*late)
    assert site.waiting()[1] > 0
    site.roll_up()
    assert [] == site.differences()


@pytest.mark.parametrize(
    "failpoint",
    [
        "before_announced:1",
        "after_announced:1",
        "before_filled:2",
        "after_late:1",
        # Those of the next test are these, over a midnight.
        pytest.param("after_filled:5", marks=pytest.mark.long),
        pytest.param("before_late:1", marks=pytest.mark.long),
    ],
)
def test_a_killed_upkeep_loses_no_bucket(site: Site, virtual_host: VirtualHost, failpoint: str) -> None:
    """Wherever SIGKILL strikes, the next consumer goes on where the database says."""
    batches = history(1.5)
    late = batches[3:40:5]
    del batches[3:40:5]
    site.store(*batches)
    site.roll_up()
    step_back(site, timedelta(minutes=40))
    site.store(*late)
    assert site.waiting() > (0, 0)

    kill_and_go_on(site, virtual_host, failpoint)
    assert [] == site.differences()


@pytest.mark.parametrize(
    "failpoint",
    [
        "after_filled:3",
        "before_late:1",
        pytest.param("before_filled:3", marks=pytest.mark.long),
        pytest.param("after_late:1", marks=pytest.mark.long),
    ],
)
def test_a_killed_upkeep_loses_no_day(site: Site, virtual_host: VirtualHost, failpoint: str) -> None:
    """The same over a midnight: days are filled in or made again when it strikes."""
    batches = history(26.0, tick_seconds=150)
    late = batches[3:600:50]
    del batches[3:600:50]
    site.store(*batches)
    site.roll_up()
    assert site.stored.count("domain_samples_1d_buckets") > 0
    step_back(site, timedelta(hours=26), levels=["1d"])
    site.store(*late)

    kill_and_go_on(site, virtual_host, failpoint)
    assert site.stored.count("domain_samples_1d_buckets") > 0
    assert [] == site.differences()


def kill_and_go_on(site: Site, virtual_host: VirtualHost, failpoint: str) -> None:
    """Have a consumer killed at a failpoint, and the next one do all that is due."""
    with ConsumerProcess(
        virtual_host.consumer_url, site.database.ingest_url, environment={VARIABLE: failpoint}
    ) as doomed:
        assert -9 == doomed.wait(60.0), doomed.output()
    with ConsumerProcess(virtual_host.consumer_url, site.database.ingest_url):
        eventually(site.waiting, (0, 0))


def step_back(site: Site, period: timedelta, levels: Sequence[str] = tuple(WIDTHS)) -> None:
    """Have the upkeep fill in a period again: as if it had stopped then, with nobody storing since."""
    widths = {level: WIDTHS[level] for level in levels}
    at = datetime.fromtimestamp(ago(period.total_seconds()) // BUCKET_SECONDS * BUCKET_SECONDS, UTC)
    with psycopg.connect(site.database.administrator_url) as connection:
        connection.execute("SET search_path = kvmgrid, public")
        if "5m" in widths:
            connection.execute("UPDATE rollup_announced SET announced = %s", [at])
        for level, width in widths.items():
            for relation in HYPERTABLES:
                table = sql.Identifier(f"{relation}_{level}_buckets")
                query = sql.SQL("DELETE FROM {} WHERE bucket >= time_bucket(%s, %s)").format(table)
                connection.execute(query, [width, at])
            connection.execute(
                "UPDATE rollup_marks SET done = time_bucket(%s, %s) WHERE level = %s AND done > %s",
                [width, at, level, at],
            )


def test_a_killed_flush_leaves_no_sample_without_its_bucket(site: Site, virtual_host: VirtualHost) -> None:
    """Between the reading of the mark and the commit: the message comes again, and is noted again."""
    batches = history(0.5)
    site.store(*batches[:10])
    site.roll_up()
    sender_batches = batches[10:]
    with ConsumerProcess(
        virtual_host.consumer_url, site.database.ingest_url, environment={VARIABLE: "after_mark:1"}
    ) as doomed:
        doomed.wait_for("consuming")
        send(virtual_host, sender_batches)
        assert -9 == doomed.wait(60.0)
    with ConsumerProcess(virtual_host.consumer_url, site.database.ingest_url):
        eventually(site.stored.message_count, len(batches))
    # What a consumer would do in its next round.
    site.roll_up()
    assert [] == site.differences()


def send(virtual_host: VirtualHost, batches: list[SampleBatch]) -> None:
    """Publish batches as their hosts would."""
    sender = AnyHostSender.enrolled(virtual_host)
    sender.send(*batches)
    sender.close()


def test_the_second_consumer_takes_over(site: Site, virtual_host: VirtualHost) -> None:
    """Two run; whichever works is killed in the middle of it, and the other goes on without being told."""
    site.store(*history(8.0))
    site.roll_up()
    step_back(site, timedelta(hours=7))
    urls = virtual_host.consumer_url, site.database.ingest_url
    doom = {VARIABLE: "before_filled:4"}
    with ConsumerProcess(*urls, environment=doom) as one, ConsumerProcess(*urls, environment=doom) as other:
        assert [-9, -9] == [each.wait(60.0) for each in (one, other)]
        assert site.waiting() > (0, 0)
    with ConsumerProcess(*urls):
        eventually(site.waiting, (0, 0))
    assert [] == site.differences()


def test_a_worker_is_not_disturbed(site: Site) -> None:
    """While another session is at it, a round does nothing; the next one does."""
    site.store(*history(0.5))
    with psycopg.connect(site.database.administrator_url) as worker:
        worker.execute("LOCK TABLE kvmgrid.rollup_worker IN SHARE UPDATE EXCLUSIVE MODE")
        assert not site.upkeep.round()
        assert 0 == site.stored.count("host_samples_5m_buckets")
    site.roll_up()
    assert site.stored.count("host_samples_5m_buckets") > 0


def test_status_tells_how_far_the_rollups_are(site: Site, virtual_host: VirtualHost) -> None:
    """Behind, then with notes that wait, which are a problem when they wait for long."""
    settings = ConsumerSettings(
        broker=BrokerSettings(url=virtual_host.consumer_url),
        database=DatabaseSettings(url=site.database.ingest_url),
    )
    batches = history(2.0)
    site.store(*batches[::2])
    site.stored.rows(MIGRATED, [60.0])
    status = read_status(settings).status
    assert ["5m", "1h", "1d"] == [level.level for level in status.levels]
    assert status.levels[0].lag_seconds > HOUR_SECONDS
    # A new fleet's past waits for its first rollups.
    assert status.levels[0].done_at is None
    assert not any("rollups of" in problem for problem in status.problems)
    site.stored.rows(MIGRATED, [HOUR_SECONDS + 60.0])
    assert any("rollups of 5m" in problem for problem in read_status(settings).status.problems)

    site.roll_up()
    site.stored.rows(
        "UPDATE rollup_marks SET done = done - INTERVAL '1 hour' WHERE level = '5m' RETURNING level"
    )
    assert any("rollups of 5m" in problem for problem in read_status(settings).status.problems)

    site.roll_up()
    site.store(*batches[1::2])
    status = read_status(settings).status
    assert [0.0, 0.0, 0.0] == [level.lag_seconds for level in status.levels]
    assert status.late_notes is not None
    assert status.late_notes.note_count > 0
    assert not any("rolled up" in problem or "rollups" in problem for problem in status.problems)
    assert any(line.startswith("rolled up, 5m ") for line in lines(status))

    site.stored.rows("UPDATE rollup_late SET noted_at = now() - INTERVAL '11 minutes' RETURNING id")
    assert any("wait to be rolled up" in problem for problem in read_status(settings).status.problems)


def test_outdated_samples_stay_until_they_are_rolled_up(site: Site) -> None:
    """A stalled upkeep loses no history: retention takes what is rolled up, and nothing else."""
    fleet = small_fleet()
    old = [fleet.batch(0, ago(3 * 24 * HOUR_SECONDS - tick), tick) for tick in range(0, 600, 60)]
    site.store(*old)
    with psycopg.connect(site.database.owner_url, autocommit=True) as owner:
        store(owner, RetentionSettings(raw="1d"))
    site.upkeep.once()
    assert len(old) == site.stored.count("host_samples")

    site.roll_up()
    site.upkeep.once()
    assert 0 == site.stored.count("host_samples")
    kept = site.stored.value(
        "SELECT sum(sample_count) FROM host_samples_5m WHERE bucket < now() - INTERVAL '1 day'"
    )
    assert len(old) == kept


def test_rollups_wait_while_an_older_consumer_stores(site: Site) -> None:
    """It notes nothing that is late: what is stored stays raw until it has ended."""
    site.store(*history(0.5))
    with psycopg.connect(site.database.ingest_url, application_name="kvmgrid-consumer writer"):
        assert not site.upkeep.round()
        assert 0 == site.stored.count("host_samples_5m_buckets")
    site.roll_up()
    assert site.stored.count("host_samples_5m_buckets") > 0
