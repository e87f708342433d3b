# SPDX-License-Identifier: Apache-2.0
"""The questions of the table of VMs on a migrated database: orders, filters, rows, and how they are read."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from dashboard.database import Database
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.pages.vms.columns import SORTS
from dashboard.pages.vms.feed import VmsFeed
from dashboard.pages.vms.queries import VMS_ORDER, VMS_ROWS
from dashboard.pages.vms.view import Over, read_view
from dashboard.settings import DatabaseSettings
from tests.dashboard.lives import Lives, Name, Stay, with_devices
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.dashboard.vm_crowd import copy_vm
from tests.services import MigratedDatabase

SLOW = Load(tick_seconds=600.0)
WEB = with_devices(domain(1, "web", cpu_ratio=0.9))
DB = domain(2, "db%1", cpu_ratio=0.1)
STUCK = domain(3, "stuck", state=3)
SPARE = domain(4, "spare", state=5)
LOST = domain(5, "lost")
NOW = Over()._asdict()


@pytest.fixture
def feed(database: MigratedDatabase, seeder: Seeder, lives: Lives) -> Iterator[VmsFeed]:
    """Give a feed over five VMs: two that run, one paused, one off, and one of a silent host."""
    now = utc_now()
    seeder.store(
        [
            host_batch("hv1", now, 1, SLOW._replace(domains=[WEB, DB, STUCK, SPARE])),
            host_batch("hv2", now - timedelta(minutes=10), 1, Load(tick_seconds=10, domains=[LOST])),
        ]
    )
    earlier, later = now - timedelta(hours=2), now - timedelta(minutes=30)
    lives.lived(
        WEB,
        [Stay("hv2", earlier, later), Stay("hv1", later, how="migrated")],
        [Name("first", earlier, later), Name("second", later, now), Name("web", now)],
    )
    for vm in (DB, STUCK, SPARE):
        lives.lived(vm, [Stay("hv1", earlier)])
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "UPDATE kvmgrid.domains SET owner = 'shop', tags = '{ssd,rack:a}', title = 'The shop'"
            " WHERE uuid = %s",
            [WEB.uuid],
        )
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    yield VmsFeed(connected, keep_seconds=0)
    connected.close()


def shown(feed: VmsFeed, search: str) -> list[object]:
    """Return the names of the VMs that an address shows, in its order."""
    order = feed.orders.fresh(read_view(search))
    return [row["name"] for row in feed.ask_rows(order.view.over, order.domain_ids)]


# What each address shows of the five VMs.
SHOWN = {
    "": ["db%1", "lost", "spare", "stuck", "web"],
    "?sort=-name": ["web", "stuck", "spare", "lost", "db%1"],
    "?sort=-cpu": ["web", "lost", "db%1", "spare", "stuck"],
    "?sort=cpu": ["db%1", "lost", "web", "spare", "stuck"],
    "?sort=host&q=state:running": ["db%1", "web"],
    "?sort=-moved": ["web", "db%1", "lost", "spare", "stuck"],
    '?q=state:"shut off"': ["spare"],
    "?q=state:paused": ["stuck"],
    "?q=state:unknown": ["lost"],
    "?q=cpu:unknown": ["spare", "stuck"],
    "?q=shop": ["web"],
    "?q=-shop -name:db": ["lost", "spare", "stuck"],
    "?q=db%25": ["db%1"],
    "?q=name=first": ["web"],
    "?q=SEC": ["web"],
    "?q=-name:first": ["db%1", "lost", "spare", "stuck"],
    "?q=uuid:000000000003": ["stuck"],
    "?q=tag=ssd owner:SHOP": ["web"],
    "?q=host:hv2": ["lost"],
    "?q=mem>70%25 mem<80%25 mem>1.4GiB used=1GiB assigned=2GiB steal>0.9": ["db%1", "lost", "web"],
    "?q=disk=2 net>1 net<1.2Mbit/s lat:unknown": ["db%1", "lost"],
    "?q=lat=3": ["web"],
    "?q=vcpus=2 age>5min": ["lost"],
    "?q=moved<1h": ["web"],
    "?q='; DROP TABLE domains; --": [],
}


def test_vms_are_found_and_ordered_by_what_they_are(feed: VmsFeed) -> None:
    """What is not known comes last either way, and names decide what is equal."""
    found = {search: shown(feed, search.replace(" ", "+").replace(";", "%3B")) for search in SHOWN}
    assert found == SHOWN


def test_every_field_and_every_sort_is_a_column_of_the_question(feed: VmsFeed) -> None:
    """The database knows the name and takes the values of each."""
    for name in SORTS:
        for sign in ("", "-"):
            assert 5 == len(shown(feed, f"?sort={sign}{name}"))
    for field in DOMAIN_FIELDS.fields:
        unit = next(iter(field.measure.units)) if field.measure else ""
        texts = [f"{field.qualifier}:x"] if field.kind == "text" else []
        texts += [f'{field.qualifier}:"{word}"' for word in field.words]
        texts += [f"{field.qualifier}>-1{unit}", f"{field.qualifier}:unknown"] if field.measure else []
        for text in texts:
            assert len(shown(feed, f"?q={text.replace('%', '%25')}")) <= 5


def test_figures_of_a_window_take_the_place_of_those_of_now(
    feed: VmsFeed, database: MigratedDatabase
) -> None:
    """They are shown, sorted and filtered by; a VM without a window has none, and what is no figure stays."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO kvmgrid.domain_window_values (domain_id, window_name, until, steal_ratio_p95,"
            " memory_resident_bytes_p95, network_receive_bytes_per_second_p95,"
            " network_transmit_bytes_per_second_p95)"
            " SELECT d.domain_id, w.name, now(), w.steal, 2147483648, 100, 25 FROM kvmgrid.domains AS d"
            " JOIN (VALUES ('db%1', '24h', 0.5), ('web', '24h', 0.25), ('web', '1h', 0.75))"
            " AS w (vm, name, steal) ON w.vm = d.name"
        )
    assert ["db%1", "web", "lost", "spare", "stuck"] == shown(feed, "?over=p95-24h&sort=-steal")
    assert ["web"] == shown(feed, "?over=p95-1h&q=steal>70")
    assert ["db%1"] == shown(feed, "?over=p95-24h&q=steal>30+mem=100%25")
    order = feed.orders.fresh(read_view("?over=p95-24h&q=name=web"))
    (row,) = feed.ask_rows(order.view.over, order.domain_ids)

    assert (0.25, 2_147_000_000.0, 125.0) == (
        row["steal_ratio"],
        row["memory_resident_bytes"],
        row["network_bytes_per_second"],
    )
    assert "cpu_ratio" not in row
    assert "running" == row["state_name"]


def test_a_row_says_where_a_vm_came_from(feed: VmsFeed, lives: Lives) -> None:
    """The last move only, and who else reports it; rates are those of both directions."""
    lives.contested(DB, "hv2", utc_now())
    rows = {row["name"]: row for row in feed.ask_rows(Over(), feed.orders.fresh(read_view("")).domain_ids)}

    assert "hv2" == rows["web"]["moved_from"]
    assert {"moved_at", "moved_from"} & rows["db%1"].keys() == set()
    assert "hv2" == rows["db%1"]["contested_by"]
    assert (2.0 * 1024**2 // 1000, 137_500.0) == (
        float(rows["web"]["disk_bytes_per_second"]) // 1000,
        rows["web"]["network_bytes_per_second"],
    )
    assert ("The shop", "shop", "ssd rack:a", "second, first") == tuple(
        rows["web"][name] for name in ("title", "owner", "tags", "former_names")
    )
    assert "former_names" not in rows["db%1"]
    assert "cpu_ratio" not in rows["spare"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the nodes of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def test_what_nobody_asks_for_is_not_read(database: MigratedDatabase, seeder: Seeder) -> None:
    """An order reads stays if it is by moves, and names of before if a filter has a name; rows have keys."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW._replace(domains=[WEB]))])
    copy_vm(database.owner_url, WEB.uuid, 2000)
    text = VMS_ORDER.text()
    order = text.replace("{condition}", "cpu_ratio > 0.5")
    former = text.replace("{condition}", "EXISTS (SELECT FROM unnest(former_names) AS n WHERE n = 'x')")
    plans = {}
    with psycopg.connect(database.owner_url) as connection:
        for name, text, parameters in (
            ("cpu", order.replace("{order}", "cpu_ratio DESC"), {"limit": 10} | NOW),
            ("moved", order.replace("{order}", "moved_seconds"), {"limit": 10} | NOW),
            ("former", former.replace("{order}", "name"), {"limit": 10} | NOW),
            ("rows", VMS_ROWS.text(), {"domain_ids": [100001, 100002]} | NOW),
        ):
            explain = f"EXPLAIN (FORMAT json) {text}".encode()
            (((plan,),),) = connection.execute(explain, parameters).fetchall()
            plans[name] = [node.get("Relation Name", "") for node in nodes(plan["Plan"])]
            if name == "rows":
                for node in nodes(plan["Plan"]):
                    if node.get("Relation Name") in {"domains", "domain_latest", "residency"}:
                        assert "Index" in node["Node Type"] or "Bitmap" in node["Node Type"], node

    assert "residency" not in plans["cpu"]
    assert "residency" in plans["moved"]
    assert "domain_names" not in plans["cpu"] + plans["moved"]
    assert "domain_names" in plans["former"]
