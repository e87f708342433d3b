# SPDX-License-Identifier: Apache-2.0
"""Windows of VMs and buckets of the fleet, against an aggregate of the samples; two workers, kills."""

import psycopg
import pytest
from psycopg import sql

from consumer.failpoint import VARIABLE
from consumer.rollups.upkeep import Upkeep
from consumer.settings import DatabaseSettings, RetentionSettings
from deploy.lab.readiness import wait_until
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import eventually
from tests.integration.rollup_site import Site, history
from tests.integration.windows_query import UNLIKE_FLEET, UNLIKE_WINDOWS
from tests.services import VirtualHost

WHOLE = "SELECT count(*) FROM domain_window_marks WHERE until IS NOT NULL AND filling IS NULL"
NEW = f"{WHOLE} AND until > now() - INTERVAL '2 hours'"
BEGINNINGS = "SELECT (window_name, until)::text, begun_at FROM domain_window_marks"
ROWS = "SELECT window_name, count(*) FROM domain_windows GROUP BY 1 ORDER BY 1"


def unlike(site: Site) -> list[tuple[object, ...]]:
    """Return what differs from the samples."""
    return [*site.stored.rows(UNLIKE_WINDOWS), *site.stored.rows(UNLIKE_FLEET)]


def roll_up(site: Site) -> None:
    """Let the upkeep do all that is due, windows too: a vacuum may hold its lock for a moment."""
    done = (0, 0, 4)
    assert wait_until(
        lambda: not site.upkeep.round() and (*site.waiting(), site.stored.value(NEW)) == done,
        timeout_seconds=60.0,
    )


def make_again(site: Site) -> None:
    """Let all windows be of yesterday, and due."""
    with psycopg.connect(site.database.administrator_url) as connection:
        connection.execute(
            "UPDATE kvmgrid.domain_window_marks SET until = until - INTERVAL '1 day', begun_at = '-infinity'"
        )
        connection.execute("UPDATE kvmgrid.domain_window_values SET until = until - INTERVAL '1 day'")


def test_windows_and_the_fleet_are_what_the_samples_make(site: Site) -> None:
    """Over midnights: days, hours and 5 minutes have a part. Late samples count from the next time on."""
    batches = history(60.0, tick_seconds=150)
    late = batches[5::70]
    del batches[5::70]
    site.store(*batches)
    roll_up(site)
    assert 4 == site.stored.value(WHOLE)
    assert [("1h", 4), ("24h", 4), ("30d", 4), ("7d", 4)] == site.stored.rows(ROWS)
    assert site.stored.count("domain_samples_1d_buckets") > 0
    assert site.stored.count("fleet_5m") > 700
    assert [] == unlike(site)

    site.store(*late)
    roll_up(site)
    assert [] == site.stored.rows(UNLIKE_FLEET)
    make_again(site)
    roll_up(site)
    assert [] == unlike(site)


def test_a_vm_is_in_the_windows_that_it_has_samples_in(site: Site) -> None:
    """One that was silent for the last hours leaves the short windows when these are made again."""
    batches = history(30.0, tick_seconds=150)
    silent = [batch for batch in batches if batch.host == batches[0].host]
    site.store(*[batch for batch in batches if batch.host != batches[0].host], *silent[:60])
    roll_up(site)
    assert [("1h", 2), ("24h", 2), ("30d", 4), ("7d", 4)] == site.stored.rows(ROWS)

    site.store(silent[-3])
    make_again(site)
    roll_up(site)
    assert [("1h", 4), ("24h", 4), ("30d", 4), ("7d", 4)] == site.stored.rows(ROWS)
    with psycopg.connect(site.database.administrator_url) as connection:
        for level in ("5m", "1h"):
            connection.execute(
                sql.SQL(
                    "DELETE FROM {} WHERE domain_id IN"
                    " (SELECT domain_id FROM kvmgrid.domains_now WHERE host = %s)"
                ).format(sql.Identifier("kvmgrid", f"domain_samples_{level}_buckets")),
                [batches[0].host],
            )
    make_again(site)
    roll_up(site)
    assert ("1h", 2) in site.stored.rows(ROWS)


def test_a_window_waits_until_its_time_has_come(site: Site) -> None:
    """Nothing is made twice: the next one begins with new buckets, and long after one that took long."""
    site.store(*history(2.0))
    roll_up(site)
    made = dict(site.stored.rows(BEGINNINGS))
    roll_up(site)
    # Five minutes may be over meanwhile: with its new end a window is another one.
    assert all(made.get(window, begun_at) == begun_at for window, begun_at in site.stored.rows(BEGINNINGS))

    before = site.stored.rows("SELECT window_name, begun_at FROM domain_window_marks")
    with psycopg.connect(site.database.administrator_url) as connection:
        connection.execute(
            "UPDATE kvmgrid.domain_window_marks SET until = until - pace, work = INTERVAL '1 minute'"
            " WHERE window_name IN ('1h', '24h')"
        )
        connection.execute(
            "UPDATE kvmgrid.domain_window_marks SET begun_at = begun_at - INTERVAL '51 minutes'"
            " WHERE window_name = '24h'"
        )
    roll_up(site)
    changed = set(site.stored.rows("SELECT window_name, begun_at FROM domain_window_marks")) - set(before)
    assert {"24h"} == {name for name, _ in changed}


def test_two_workers_share_one_window(site: Site) -> None:
    """Each goes on where the other has come to; while one has its step open the other does none."""
    site.store(*history(2.0, host_count=3))
    roll_up(site)
    make_again(site)
    with (
        psycopg.connect(site.database.ingest_url, autocommit=True) as one,
        psycopg.connect(site.database.ingest_url, autocommit=True) as other,
    ):
        step = "SELECT window_name, written_count, is_whole FROM kvmgrid.fill_domain_windows(2)"
        with one.transaction():
            assert ("1h", 2, False) == one.execute(step).fetchone()
            assert None is other.execute(step).fetchone()
        assert ("1h", 2, False) == other.execute(step).fetchone()
        assert ("1h", 2, False) == one.execute(step).fetchone()
        assert ("1h", 0, True) == other.execute(step).fetchone()
        assert ("24h", 2, False) == one.execute(step).fetchone()
    upkeeps = [Upkeep(DatabaseSettings(url=site.database.ingest_url), RetentionSettings()) for _ in range(2)]
    for upkeep in upkeeps:
        upkeep.round()
        upkeep.close()
    assert [] == unlike(site)


@pytest.mark.parametrize("failpoint", ["before_window:2", "after_window:2"])
def test_a_killed_upkeep_leaves_no_window_half_made(
    site: Site, virtual_host: VirtualHost, failpoint: str
) -> None:
    """The next consumer goes on behind the last domain that was committed."""
    site.store(*history(3.0))
    roll_up(site)
    make_again(site)
    with ConsumerProcess(
        virtual_host.consumer_url, site.database.ingest_url, environment={VARIABLE: failpoint}
    ) as doomed:
        assert -9 == doomed.wait(60.0), doomed.output()
    with ConsumerProcess(virtual_host.consumer_url, site.database.ingest_url):
        eventually(lambda: site.stored.value(NEW), 4)
    assert [] == unlike(site)
