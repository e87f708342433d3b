# SPDX-License-Identifier: Apache-2.0
"""The table of VMs in a browser, with two thousand of them: more than a browser holds."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, expect

from deploy.lab.ports import free_ports
from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.dashboard.vm_crowd import copy_vm
from tests.services import MigratedDatabase

SLOW = Load(tick_seconds=6000.0)
CROWD_COUNT = 1995
GAP = "\u00a0"
WEB = domain(1, "web", cpu_ratio=0.0)
SCRIPT = domain(4, "<img src=x onerror=window.hit=1>")
FORMULA = domain(5, '=cmd|"/c calc"!A0')


@pytest.fixture
def crowd(seeder: Seeder, database: MigratedDatabase) -> Seeder:
    """Store two thousand VMs: four of one host, one of a silent host, and a crowd."""
    now = utc_now()
    vms = [WEB, domain(2, "batch", state=3), domain(3, "spare", state=5), SCRIPT]
    seeder.store(
        [
            host_batch("hv1", now, 1, SLOW._replace(domains=vms)),
            host_batch("gone", now - timedelta(minutes=10), 1, Load(tick_seconds=10, domains=[FORMULA])),
        ]
    )
    copy_vm(database.owner_url, WEB.uuid, CROWD_COUNT)
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO kvmgrid.domain_names (domain_id, name, valid_from, valid_to)"
            " SELECT domain_id, 'shop', now() - INTERVAL '2 days', now() - INTERVAL '1 day'"
            " FROM kvmgrid.domains WHERE name = 'crowd-00007'"
        )
    # All of the crowd is on the host that reports.
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "UPDATE kvmgrid.domain_latest AS l SET host_id = h.host_id FROM kvmgrid.hosts AS h"
            " WHERE l.domain_id > 100000 AND h.host = 'hv1'"
        )
    return seeder


def row(page: Page, name: str) -> Locator:
    """Return the pinned half of a row, where its name stands."""
    return page.locator(".ag-pinned-left-cols-container .ag-row").filter(
        has_text=re.compile(f"^{re.escape(name)}$")
    )


def cell(page: Page, name: str, column: str) -> Locator:
    """Return a cell of the VM of this name."""
    row_id = row(page, name).get_attribute("row-id")
    return page.locator(f'[row-id="{row_id}"] [col-id="{column}"]')


def place(page: Page, name: str) -> Locator:
    """Return the row, which says at which place it is."""
    return row(page, name)


def head(page: Page, column: str) -> Locator:
    """Return the head of a column."""
    return page.locator(f'.ag-header-cell[col-id="{column}"]')


def count(page: Page) -> Locator:
    """Return what says how many VMs there are."""
    return page.locator("[data-part=count]")


def show_only(page: Page, text: str) -> None:
    """Type a filter and apply it."""
    page.get_by_label("Filter VMs").fill(text)
    page.get_by_label("Filter VMs").press("Enter")


def test_the_address_is_all_of_the_table(page: Page, dashboard: Dashboard, crowd: Seeder) -> None:
    """Sort, filter, columns and rows far down, by mouse and key; back undoes each, and a link has it all."""
    assert crowd is not None
    page.goto(f"{dashboard.url}/vms")
    expect(count(page)).to_have_text("2,000 VMs")
    expect(place(page, "batch")).to_have_attribute("row-index", "2")
    head(page, "cpu_ratio").locator(".ag-header-cell-text").click()
    expect(page).to_have_url(re.compile(r"/vms\?sort=-cpu$"))
    expect(head(page, "cpu_ratio")).to_have_attribute("aria-sort", "descending")
    expect(place(page, "crowd-00999")).to_have_attribute("row-index", "0")
    # From the field by keys: the file, the columns, the heads, the rows; and down to the last.
    head(page, "cpu_ratio").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+End")
    expect(place(page, "spare")).to_have_attribute("row-index", "1999")
    expect(cell(page, "spare", "state")).to_have_text("shut off")
    show_only(page, "cpu>99.75 name:crowd")
    expect(count(page)).to_have_text("2 of 2,000 VMs")
    expect(place(page, "crowd-00998")).to_have_attribute("row-index", "1")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("UUID").check()
    page.keyboard.press("Escape")
    expect(head(page, "uuid")).to_be_attached()
    address = page.url
    assert {"sort", "q", "cols"} == set(re.findall(r"[?&](\w+)=", address))
    page.go_back()
    expect(head(page, "uuid")).to_have_count(0)
    page.go_back()
    expect(count(page)).to_have_text("2,000 VMs")
    page.go_back()
    expect(place(page, "batch")).to_have_attribute("row-index", "2")
    page.goto(address)
    expect(place(page, "crowd-00999")).to_have_attribute("row-index", "0")
    expect(head(page, "uuid")).to_be_attached()
    expect(count(page)).to_have_text("2 of 2,000 VMs")
    row(page, "crowd-00998").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("crowd-00998")


def test_rows_change_in_their_places(page: Page, dashboard: Dashboard, crowd: Seeder) -> None:
    """A tick brings what is in sight; a new order comes when somebody wants it, and is offered."""
    answered: list[Request] = []
    page.on(
        "requestfinished",
        lambda request: answered.append(request) if "update-component" in request.url else None,
    )
    page.goto(f"{dashboard.url}/vms?sort=-cpu")
    expect(place(page, "crowd-00999")).to_have_attribute("row-index", "0")
    show_only(page, "host:hv1")
    expect(count(page)).to_have_text("1,999 of 2,000 VMs")
    answered.clear()
    page.locator(".ag-body-viewport").evaluate("body => body.scrollTop = 1e6")
    expect(cell(page, "web", "cpu_ratio")).to_have_text(f"0{GAP}%")
    before = place(page, "web").get_attribute("row-index")
    vms = [domain(1, "web", cpu_ratio=1.0), SCRIPT, domain(6, "new", cpu_ratio=0.0)]
    crowd.store([host_batch("hv1", utc_now() + timedelta(seconds=1), 2, SLOW._replace(domains=vms))])
    expect(cell(page, "web", "cpu_ratio")).to_have_text(f"100{GAP}%")
    expect(place(page, "web")).to_have_attribute("row-index", str(before))
    expect(page.locator("[data-part=order]")).to_have_text("1 new Sort again")
    page.get_by_role("button", name="Sort again").click()
    expect(place(page, "web")).to_have_attribute("row-index", "0")
    expect(page.get_by_role("button", name="Sort again")).to_have_count(0)
    assert max(request.sizes()["responseBodySize"] for request in tuple(answered)) < 15_000


def test_each_look_is_its_own(page: Page, dashboard: Dashboard, crowd: Seeder, tmp_path: Path) -> None:
    """Zero, gap, off and stale; a name like a script is text, also in the file; nothing found says so."""
    assert crowd is not None
    page.goto(f"{dashboard.url}/vms?q=-name:crowd")
    expect(count(page)).to_have_text("5 of 2,000 VMs")
    expect(cell(page, "web", "cpu_ratio")).to_have_text(f"0{GAP}%")
    expect(cell(page, "batch", "cpu_ratio")).to_have_text("n/a")
    expect(cell(page, "spare", "cpu_ratio")).to_have_text("\u2013")
    expect(cell(page, "spare", "state").locator(".mark--off")).to_be_visible()
    expect(cell(page, FORMULA.name, "state")).to_have_text("unknown")
    expect(cell(page, FORMULA.name, "cpu_ratio")).to_have_text(f"25{GAP}%")
    expect(row(page, FORMULA.name)).to_have_class(re.compile("row--stale"))
    expect(row(page, SCRIPT.name)).to_be_visible()
    assert page.evaluate("window.hit === undefined && !document.querySelector('main img')")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        written = {line["VM"]: line for line in csv.DictReader(file)}
    assert "kvmgrid-vms.csv" == path.name
    assert {"web", "batch", "spare", SCRIPT.name, f"'{FORMULA.name}"} == written.keys()
    assert ("0.0", "2147483648") == (written["web"]["CPU (ratio)"], written["web"]["Assigned (B)"])
    show_only(page, "state:crashed")
    expect(page.locator(".table-nothing")).to_contain_text("No VM is state:crashed")
    page.get_by_role("button", name="Show all VMs").click()
    expect(count(page)).to_have_text("2,000 VMs")
    expect(page.locator(".table-nothing")).to_have_count(0)


def test_rows_have_the_line_of_a_day_and_what_they_were_called(
    page: Page, dashboard: Dashboard, crowd: Seeder
) -> None:
    """The lines come after the rows, in one question for those in sight; a former name finds a VM."""
    assert crowd is not None
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "/files/vm-lines" in sent.url else None)
    page.goto(f"{dashboard.url}/vms?q=-name:crowd")
    expect(cell(page, "web", "cpu_day").locator("svg")).to_have_attribute(
        "aria-label", f"hours of the last day: 0{GAP}% to 0{GAP}%"
    )
    expect(cell(page, "batch", "cpu_day")).to_have_text("none yet")
    expect(cell(page, "spare", "cpu_day")).to_have_text("\u2013")
    assert 1 == len(asked)
    show_only(page, "shop")
    expect(count(page)).to_have_text("1 of 2,000 VMs")
    expect(page.locator(".ag-pinned-left-cols-container .ag-row")).to_have_text("crowd-00007 formerly shop")
    page.goto(f"{dashboard.url}/hosts")
    expect(page.locator('[row-id="hv1"] [col-id="cpu_day"] svg')).to_have_attribute(
        "aria-label", re.compile("hours of the last day: 30")
    )


def test_the_top_of_a_window_is_one_address(
    page: Page, dashboard: Dashboard, crowd: Seeder, database: MigratedDatabase
) -> None:
    """Who had the most steal in the last 24 hours; the list of times goes back to now, and back again."""
    assert crowd is not None
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO kvmgrid.domain_window_values (domain_id, window_name, until, steal_ratio_p95)"
            " SELECT domain_id, '24h', now(), (domain_id % 100000) / 10000.0 FROM kvmgrid.domains"
            " WHERE domain_id > 100000"
        )
    page.goto(f"{dashboard.url}/vms?over=p95-24h&sort=-steal")
    expect(place(page, "crowd-01995")).to_have_attribute("row-index", "0")
    expect(place(page, "crowd-01986")).to_have_attribute("row-index", "9")
    expect(cell(page, "crowd-01995", "steal_ratio")).to_have_text(f"20{GAP}%")
    expect(cell(page, "crowd-01995", "cpu_ratio")).to_have_text("n/a")
    expect(head(page, "steal_ratio")).to_contain_text("Steal p95")
    expect(page.locator("[data-part=over]")).to_contain_text(
        "95th percentile of means of 5 minutes over 24 hours"
    )
    page.get_by_label("Figures of").select_option("now")
    expect(page).to_have_url(re.compile(r"/vms\?sort=-steal$"))
    expect(head(page, "steal_ratio")).not_to_contain_text("p95")
    expect(place(page, "crowd-01995")).to_have_count(0)
    page.go_back()
    expect(place(page, "crowd-01995")).to_have_attribute("row-index", "0")
    expect(page.get_by_label("Figures of")).to_have_value("p95-24h")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_it_can_be_used_by_everybody(
    open_page: Callable[..., Watched], dashboard: Dashboard, crowd: Seeder, scheme: str, width: int
) -> None:
    """Axe finds nothing serious, the menu open too; on a phone four columns stand beside each other."""
    assert crowd is not None
    page, faults = open_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 844}
    )
    page.goto(f"{dashboard.url}/vms?q=-name:crowd")
    expect(cell(page, "web", "steal_ratio")).to_have_text(f"1.0{GAP}%")
    box = cell(page, "web", "steal_ratio").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    page.get_by_text("Columns", exact=True).click()
    expect(page.get_by_label("Steal")).to_be_checked()
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert [] == found
    assert [] == faults


def test_a_first_visit_during_an_outage_has_words(
    page: Page, start_dashboard: Callable[[str], Dashboard]
) -> None:
    """Before there is any row the page says what is away."""
    dashboard = start_dashboard(f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/kvmgrid")
    page.goto(f"{dashboard.url}/vms")
    expect(page.locator(".banner")).to_contain_text("The database is away")
    expect(head(page, "state")).to_be_visible()
