# SPDX-License-Identifier: Apache-2.0
"""The questions of the pages on a migrated database, asked as the dashboard's own role."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from dashboard.database import Database
from dashboard.errors import DatabaseUnavailableError, QueryTimeoutError, SchemaMissingError
from dashboard.filters.sql import EVERYTHING
from dashboard.pages import PAGES
from dashboard.pages.alert.page import ALERT as ALERT_PAGE
from dashboard.pages.alert.queries import ALERT_CHANGES, ALERT_LEDGER, ALERT_OBJECT
from dashboard.pages.alerts.page import ALERTS_PAGE
from dashboard.pages.fleet.queries import (
    CARD_DOMAINS,
    DOMAIN_STATES,
    FLEET_HOSTS,
    SUFFERING_DOMAINS,
)
from dashboard.pages.host.page import HOST as HOST_PAGE
from dashboard.pages.host.past_domains import PAST_QUERIES
from dashboard.pages.host.queries import HOST_NOW, HOST_SAMPLES_ROLLUP
from dashboard.pages.host.stack import HOST_STACK_RAW, HOST_STACK_ROLLUP
from dashboard.pages.vm.page import VM as VM_PAGE
from dashboard.pages.vm.queries import VM_NAMES, VM_NOW, VM_STAYS
from dashboard.pages.vms.page import VMS as VMS_PAGE
from dashboard.pages.vms.queries import VMS_LINES, VMS_ROWS
from dashboard.queries import SCHEMA_STATE, Query
from dashboard.search.names import DOMAIN_NAMES, HOST_NAMES
from dashboard.settings import DatabaseSettings
from deploy.lab.ports import free_ports
from tests.dashboard.alarms import Alarm, Alarms
from tests.dashboard.filled_questions import filled, view_of
from tests.dashboard.fleet_buckets import store_fleet_bucket
from tests.dashboard.host_devices import busy, with_host_devices
from tests.dashboard.lives import Lives, Name, Stay, with_devices
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now
from tests.services import MigratedDatabase

QUERIES = (SCHEMA_STATE, HOST_NAMES, DOMAIN_NAMES, *(query for page in PAGES for query in page.queries))


VM = with_devices(domain(1, "web"))
# Whether they read samples or events, whose tables are large.
HOST_SERIES = [query for query in HOST_PAGE.queries if query.package != HOST_NOW.package]
ON_LARGE_TABLES = [
    *(query for query in VM_PAGE.queries if query not in {VM_NOW, VM_STAYS, VM_NAMES}),
    HOST_STACK_RAW,
    HOST_STACK_ROLLUP,
    *PAST_QUERIES,
]
ON_ALERTS = {ALERT_OBJECT, ALERT_CHANGES, ALERT_LEDGER}
OF_ALERTS = [query for query in ALERT_PAGE.queries if query not in ON_ALERTS]


@pytest.fixture
def connected(database: MigratedDatabase) -> Iterator[Database]:
    """Give the dashboard's own connection to the test's database."""
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    yield connected
    connected.close()


class Seeded(NamedTuple):
    """A database with a host, two VMs and all that is known of them, which no test changes."""

    database: MigratedDatabase
    connected: Database
    stored_at: datetime


@pytest.fixture(scope="module")
def seeded(shared_database: MigratedDatabase) -> Iterator[Seeded]:
    """Give that database, and the dashboard's own connection to it."""
    now = utc_now()
    vms = [VM, domain(2, "spare", state=5), busy(domain(3, "held"))]
    born = now - timedelta(hours=1)
    with (
        closing(Seeder(shared_database.owner_url)) as seeder,
        closing(Lives(shared_database.owner_url)) as lives,
        closing(Alarms(shared_database.owner_url)) as alarms,
        closing(Database(DatabaseSettings(url=shared_database.dashboard_url))) as connected,
    ):
        seeder.store(
            with_host_devices(run_of_batches("hv1", now, 10, Load(domains=vms))),
            [seeder.event("hv1", "domain_started", now, vms[0])],
        )
        for vm in vms:
            lives.lived(vm, [Stay("hv1", born)], [Name(vm.name, born)])
        alarms.notified(alarms.fired(Alarm("hv1", "CPU 93 % busy")), "sent", None)
        alarms.pending("hv1", "cpu_pressure", since=now)
        alarms.silenced({"host": "none"}, "moved")
        store_fleet_bucket(shared_database, now - timedelta(minutes=10), 4.0)
        connected.open()
        yield Seeded(shared_database, connected, now)


def parameters(query: Query[Any], now: datetime) -> dict[str, Any]:
    """Return what a question needs, for host number 1 and the last hour."""
    known = {
        "host": "hv1",
        "host_id": 1,
        "start": now - timedelta(hours=1),
        "end": now + timedelta(seconds=1),
        "earliest": now - timedelta(days=400),
        "latest": now + timedelta(days=1),
        "limit": 10,
        "bucket_seconds": 60,
        "shown_count": 2,
        "figure": "cpu",
        "top_count": 10,
        "chosen": [],
        "stored_seconds": 60,
        "uuid": VM.uuid,
        "domain_id": 1,
        "device": VM.interfaces[0].device if "interface" in query.name else "vda",
        "since": now - timedelta(hours=1),
        "at": now + timedelta(seconds=1),
        "starts_ms": [round((now - timedelta(seconds=60)).timestamp() * 1000)],
        "ends_ms": [round((now - timedelta(seconds=30)).timestamp() * 1000)],
        "steal_ratio_min": 0.005,
        "latency_seconds_min": 0.05,
        "domain_ids": [1, 2],
        "hosts": ["hv1"],
        "statistic": "now",
        "window": "",
        "alert_id": 1,
    }
    return {name: value for name, value in known.items() if f"%({name})s" in query.text()}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_rows_have_the_columns_of_their_type(seeded: Seeded, query: Query[Any]) -> None:
    """Each question answers with the fields of its row type, in their order, for a host with everything."""
    values = parameters(query, seeded.stored_at)
    view = view_of(query)
    condition = EVERYTHING if "{condition}" in query.text() else None
    order = sql.SQL("name") if "{order}" in query.text() else None
    rows = seeded.connected.fetch(query, values, view=view, condition=condition, order=order)
    assert rows
    assert isinstance(rows[0], query.row_type)
    with psycopg.connect(seeded.database.dashboard_url) as connection:
        cursor = connection.execute(filled(query).encode(), values)
        assert cursor.description is not None
        assert list(query.row_type._fields) == [column.name for column in cursor.description]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_questions_say_what_they_are(query: Query[Any]) -> None:
    """The header of each file names purpose, parameters and columns."""
    header = [line for line in query.text().splitlines() if line.startswith("--")]
    for word in ("SPDX-License-Identifier", "Purpose:", "Parameters:", "Columns:"):
        assert any(word in line for line in header)


ON_WHAT_IS_NOW = [
    HOST_NAMES,
    DOMAIN_NAMES,
    FLEET_HOSTS,
    CARD_DOMAINS,
    DOMAIN_STATES,
    SUFFERING_DOMAINS,
    HOST_NOW,
    VM_NOW,
    *(query for query in VMS_PAGE.queries if query is not VMS_LINES),
    *ALERTS_PAGE.queries,
    ALERT_OBJECT,
]


@pytest.mark.parametrize("query", ON_WHAT_IS_NOW, ids=lambda query: query.name)
def test_what_is_now_reads_no_time_series(shared_database: MigratedDatabase, query: Query[Any]) -> None:
    """The pages that refresh every second or two read one row per host or VM, never a series of samples."""
    with psycopg.connect(shared_database.owner_url) as connection:
        assert connection.execute(filled(query).encode(), parameters(query, utc_now())) is not None
        plan = connection.execute(
            f"EXPLAIN {filled(query)}".encode(), parameters(query, utc_now())
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "host_samples" not in text
    assert "domain_samples" not in text


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the nodes of a plan that read a chunk of a hypertable."""
    if "_hyper_" in plan.get("Relation Name", ""):
        yield plan
    for below in plan.get("Plans", ()):
        yield from scans(below)


@pytest.mark.parametrize("query", [*ON_LARGE_TABLES, *HOST_SERIES, *OF_ALERTS], ids=lambda query: query.name)
def test_an_object_is_found_by_its_key(seeded: Seeded, query: Query[Any]) -> None:
    """Samples and events of one VM or host are read through an index that begins with it."""
    text = query.text().replace("{view}", str(view_of(query)))
    is_of_host = query in HOST_SERIES or "host" in query.name
    keys = ("host_id =", "domain_id =") if is_of_host else ("domain_id =",)
    with psycopg.connect(seeded.database.owner_url) as connection:
        # The tables are too small for an index to pay.
        connection.execute("SET enable_seqscan = off")
        explain = f"EXPLAIN (FORMAT json) {text}".encode()
        ((plans,),) = connection.execute(explain, parameters(query, seeded.stored_at)).fetchall()
    found = [node for plan in plans for node in scans(plan["Plan"])]
    assert found
    for node in found:
        condition = str([node.get("Index Cond"), node.get("Plans")])
        assert any(key in condition for key in keys), node


def test_the_grid_gets_the_first_vms_and_the_states_of_all(connected: Database, seeder: Seeder) -> None:
    """The lists of a host are in the order of names; those of what is shown end early."""
    vms = [domain(1, "web"), domain(2, "batch", state=3), domain(3, "spare", state=5)]
    now = utc_now()
    seeder.store(run_of_batches("hv2", now, 1, Load(domains=[domain(4, "other")])))
    seeder.store(run_of_batches("hv1", now, 1, Load(domains=vms)))
    found = {row.host: row for row in connected.fetch(CARD_DOMAINS, {"shown_count": 2})}
    assert {"hv1", "hv2"} == found.keys()
    assert ["other"] == found["hv2"].names
    shown = found["hv1"]
    assert (["batch", "spare"], [vms[1].uuid, vms[2].uuid]) == (shown.names, shown.uuids)
    assert (["paused", "shut off", "running"], ["fresh"] * 3) == (shown.state_names, shown.freshnesses)
    assert ([now] * 2, [None] * 2, [2, 2]) == (shown.sampled_ats, shown.cpu_ratios, shown.vcpu_counts)


def test_rollups_average_and_keep_the_extremes(connected: Database, seeder: Seeder) -> None:
    """A bucket has the mean of its samples, and the least and greatest of them."""
    end = utc_now().replace(second=50) - timedelta(minutes=2)
    batches = run_of_batches("hv1", end, 6)
    seeder.store(batches)
    (point,) = connected.fetch(
        HOST_SAMPLES_ROLLUP,
        {"host_id": 1, "bucket_seconds": 60, "start": end - timedelta(minutes=1), "end": end},
        view="host_samples_1m",
    )
    values = [batch.sample.cpu_busy_ratio or 0.0 for batch in batches]
    assert pytest.approx(sum(values) / 6, rel=1e-5) == point.cpu_busy_ratio
    assert pytest.approx(min(values), rel=1e-5) == point.cpu_busy_ratio_min
    assert pytest.approx(max(values), rel=1e-5) == point.cpu_busy_ratio_max
    assert (10.0, 10.0) == (point.interval_seconds, point.interval_seconds_max)


def test_buckets_that_are_taken_together_weigh_as_much_as_they_have_samples(
    connected: Database, seeder: Seeder
) -> None:
    """Four samples of one minute and eight of two others are twelve, not three averages."""
    end = (utc_now() - timedelta(minutes=10)).replace(minute=2, second=50)
    batches = run_of_batches("hv1", end, 12)
    seeder.store(batches)
    (point,) = connected.fetch(
        HOST_SAMPLES_ROLLUP,
        {"host_id": 1, "bucket_seconds": 900, "start": end.replace(minute=0, second=0), "end": end},
        view="host_samples_1m",
    )
    values = [batch.sample.cpu_busy_ratio or 0.0 for batch in batches]
    assert end.replace(minute=0, second=0).timestamp() == point.time_seconds
    assert pytest.approx(sum(values) / 12, rel=1e-5) == point.cpu_busy_ratio
    assert pytest.approx(min(values), rel=1e-5) == point.cpu_busy_ratio_min
    assert pytest.approx(max(values), rel=1e-5) == point.cpu_busy_ratio_max


@pytest.mark.parametrize(
    ("ages_seconds", "expected"), [((3600, 5), True), ((3600, 60), False), ((5, 4), False)]
)
def test_a_host_whose_old_samples_arrive_now_is_catching_up(
    connected: Database,
    database: MigratedDatabase,
    seeder: Seeder,
    *,
    ages_seconds: tuple[int, int],
    expected: bool,
) -> None:
    """A host that sends its past is told from one that has fallen silent, and from a live one."""
    sampled, received = (timedelta(seconds=age) for age in ages_seconds)
    seeder.store(run_of_batches("hv1", utc_now() - sampled, 1))
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("UPDATE host_latest SET received_at = now() - %s", [received])
    (on_grid,) = connected.fetch(FLEET_HOSTS)
    (on_page,) = connected.fetch(HOST_NOW, {"host": "hv1"})
    assert (expected, expected) == (on_grid.is_catching_up, on_page.is_catching_up)


def test_the_dashboard_changes_nothing(connected: Database, database: MigratedDatabase) -> None:
    """Its role cannot write, whatever a statement says."""
    assert connected.state().host_count == 0
    with (
        psycopg.connect(database.dashboard_url, autocommit=True) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
    ):
        connection.execute("DELETE FROM kvmgrid.hosts")


def test_a_slow_question_is_given_up(database: MigratedDatabase) -> None:
    """A question beyond the statement timeout ends with words for it."""
    slow: Query[Any] = Query("tests", "slow", tuple)
    connected = Database(DatabaseSettings(url=database.dashboard_url, statement_timeout_seconds=0.2))
    connected._texts["tests", "slow"] = "SELECT pg_sleep(20)"
    connected.open()
    with pytest.raises(QueryTimeoutError, match=r"more than 0\.2 s"):
        connected.fetch(slow)
    connected.close()


def test_an_empty_database_has_no_schema(database: MigratedDatabase) -> None:
    """Tables that are missing are told apart from a database that is away."""
    with psycopg.connect(database.administrator_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA kvmgrid CASCADE")
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    with pytest.raises(SchemaMissingError):
        connected.state()
    # A function that is missing is a schema that is too old, as well.
    with pytest.raises(SchemaMissingError):
        connected.fetch(VMS_ROWS, {"domain_ids": [1], "statistic": "now", "window": ""})
    connected.close()


def test_an_outage_is_noted_once_and_names_no_password() -> None:
    """A database out of reach is known since its first failure, and its password stands nowhere."""
    url = f"postgresql://nobody:secret-word@127.0.0.1:{free_ports(1)[0]}/kvmgrid"
    connected = Database(DatabaseSettings(url=url, connect_timeout_seconds=2))
    connected.open()
    with pytest.raises(DatabaseUnavailableError) as first:
        connected.state()
    since = connected.away_since
    assert since is not None
    with pytest.raises(DatabaseUnavailableError):
        connected.state()
    assert since == connected.away_since
    assert "secret-word" not in str(first.value)
    connected.close()
