# SPDX-License-Identifier: Apache-2.0
"""The history of hosts, rolled up by the mechanism: raw retention takes nothing of the chart of a year."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from consumer.schema.retention import enforce
from dashboard.database import Database
from dashboard.pages.host.queries import HOST_SAMPLES_ROLLUP, HostPoint
from dashboard.settings import DatabaseSettings
from deploy.lab.readiness import wait_until
from tests.benchmark.charts import Charts
from tests.benchmark.figures.charts import WARM_LIMIT_MILLISECONDS
from tests.benchmark.stored_history import HistoryShape, write_samples
from tests.migration.rolling_up import roll_up
from tests.services import MigratedDatabase

HOST_ID = 2
PATIENCE_SECONDS = 120.0


def write(database: MigratedDatabase, shape: HistoryShape, now: datetime) -> None:
    """Write the samples of all that time, as of a fleet that has always been watched."""
    with psycopg.connect(
        database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        write_samples(connection, shape, now)


def year(database: MigratedDatabase, now: datetime) -> list[HostPoint]:
    """Return the points of the chart of a year."""
    dashboard = Database(DatabaseSettings(url=database.dashboard_url))
    dashboard.open()
    try:
        parameters: dict[str, int | datetime] = {
            "host_id": HOST_ID,
            "start": now - timedelta(days=365),
            "end": now,
            "bucket_seconds": 86_400,
        }
        return dashboard.fetch(HOST_SAMPLES_ROLLUP, parameters, view="host_samples_1d")
    finally:
        dashboard.close()


def oldest_sample(owner: psycopg.Connection) -> datetime:
    """Return when the oldest stored sample was taken."""
    ((oldest,),) = owner.execute("SELECT min(sampled_at) FROM host_samples").fetchall()
    assert isinstance(oldest, datetime)
    return oldest


def dropped(ingest: psycopg.Connection) -> bool:
    """Let retention pass once; return whether it dropped samples of hosts."""
    return any(each.removed_count for each in enforce(ingest) if each.relation == "host_samples")


def keep_a_year(
    database: MigratedDatabase, ingest: psycopg.Connection, shape: HistoryShape, kept: timedelta
) -> Charts:
    """Write, roll up and let retention pass; check that all of the year is there, and old samples are not."""
    now = datetime.now(UTC)
    write(database, shape, now)
    from_samples = year(database, now)
    assert min(365, shape.raw_for.days) <= len(from_samples)

    roll_up(ingest, ["host_samples"])
    # Sums are added in another order.
    for made, point in zip(from_samples, rolled := year(database, now), strict=True):
        assert made == pytest.approx(point, rel=1e-9)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE retention SET keep = %s WHERE level = 'raw'", [kept])
        # A chunk that autovacuum is at is left for another round, and the others with it.
        assert wait_until(lambda: dropped(ingest), timeout_seconds=PATIENCE_SECONDS)
        # A chunk holds a day.
        assert now - kept - timedelta(days=1) <= oldest_sample(owner)
    assert rolled == year(database, now)
    return Charts(database.dashboard_url, shape.tick, now)


def test_raw_retention_takes_nothing_of_the_chart_of_a_year(
    database: MigratedDatabase, ingest: psycopg.Connection
) -> None:
    """Samples of eight days were stored; all but two days are dropped, and drawn as before."""
    history = timedelta(days=8)
    shape = HistoryShape(host_count=2, tick=timedelta(hours=1), raw_for=history, days_for=history)
    charts = keep_a_year(database, ingest, shape, timedelta(days=2))
    assert charts.asked(HOST_ID, "now-1y").row_count >= history.days


@pytest.mark.long
@pytest.mark.timeout(2_400)
def test_the_chart_of_a_year_of_a_fleet_is_fast(
    database: MigratedDatabase, ingest: psycopg.Connection
) -> None:
    """400 days of 24 hosts: drawn within the limit from days that were rolled up, without their samples."""
    history = timedelta(days=400)
    shape = HistoryShape(host_count=24, tick=timedelta(minutes=15), raw_for=history, days_for=history)
    charts = keep_a_year(database, ingest, shape, timedelta(days=30))
    opened = charts.opened()
    try:
        # The first ones read what is in memory from then on.
        taken = [charts.drawn(opened, 1 + ordinal % 24, "now-1y") for ordinal in range(72)]
    finally:
        opened.close()
    assert sorted(taken[24:])[45] <= WARM_LIMIT_MILLISECONDS
