# SPDX-License-Identifier: Apache-2.0
"""The table of hosts in a browser, with a thousand of them."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from publisher.wire.samples import HostFilesystemSample, HostIdentity
from tests.browser import Watched, expect_fit, expect_value
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase

SLOW = Load(tick_seconds=600.0)
CROWD_COUNT = 996
UPDATE = "_dash-update-component"
GAP = "\u00a0"


@pytest.fixture
def crowd(seeder: Seeder, database: MigratedDatabase) -> Seeder:
    """Store a thousand hosts: one with VMs, one overloaded, one silent, one late, and a crowd."""
    now = utc_now()
    vms = [domain(1, "web"), domain(2, "batch", state=3), domain(3, "spare", state=5)]
    seeder.store(
        [
            host_batch("alpha", now, 1, SLOW._replace(domains=vms, cpu_ratio=0.42)),
            host_batch("busy", now, 1, SLOW._replace(cpu_ratio=1.0)),
            host_batch("gone", now - timedelta(minutes=10), 1, Load(tick_seconds=10, cpu_ratio=0.66)),
            host_batch("late", now - timedelta(seconds=200), 1, Load(tick_seconds=90)),
        ]
    )
    copy_host(database.owner_url, "busy", CROWD_COUNT)
    return seeder


@pytest.fixture
def table(page: Page, dashboard: Dashboard, crowd: Seeder) -> Iterator[Page]:
    """Give the page of the table, drawn."""
    page.goto(f"{dashboard.url}/hosts")
    expect(count(page)).to_have_text("1,000 hosts")
    expect(cell(page, "alpha", "name")).to_be_visible()
    yield page
    assert crowd is not None


def row(page: Page, host: str) -> Locator:
    """Return the scrolling half of a row; the name of the host stands in the pinned half."""
    return page.locator(f'.ag-center-cols-container [row-id="{host}"]')


def cell(page: Page, host: str, column: str) -> Locator:
    """Return one cell."""
    return page.locator(f'[row-id="{host}"] [col-id="{column}"]')


def count(page: Page) -> Locator:
    """Return what says how many hosts there are."""
    return page.locator("[data-part=count]")


def show_only(page: Page, text: str) -> None:
    """Type a filter and apply it."""
    page.get_by_label("Filter hosts").fill(text)
    page.get_by_label("Filter hosts").press("Enter")


def expect_first(page: Page, *hosts: str) -> None:
    """Wait until the rows in sight begin with these hosts, from the top."""
    rows = page.locator(".ag-pinned-left-cols-container .ag-row")
    places = "rows => rows.map(row => [Number(row.getAttribute('row-index')), row.getAttribute('row-id')])"
    expect_value(
        page, lambda: [host for _, host in sorted(rows.evaluate_all(places))][: len(hosts)], list(hosts)
    )


def expect_only(page: Page, host: str) -> None:
    """Wait until the table shows one host."""
    expect(page.locator(".ag-pinned-left-cols-container .ag-row")).to_have_count(1)
    expect(cell(page, host, "name")).to_be_visible()


def test_every_host_is_a_row(table: Page) -> None:
    """Figures have their units, health is a word with a shape, what is stale is hatched."""
    expect(cell(table, "alpha", "name")).to_have_text("alpha")
    expect(cell(table, "alpha", "cpu_busy_ratio")).to_have_text(f"42{GAP}%")
    expect(cell(table, "alpha", "memory_used_ratio")).to_have_text(f"38{GAP}%")
    expect(cell(table, "alpha", "disk_busy_ratio")).to_have_text(f"20{GAP}%")
    expect(cell(table, "alpha", "cpu_temperature_celsius")).to_have_text(f"54{GAP}°C")
    expect(cell(table, "alpha", "running_count")).to_have_text("1 of 3")
    expect(cell(table, "alpha", "state")).to_have_text("good")
    expect(cell(table, "alpha", "state").locator(".dot--good")).to_be_visible()
    expect(cell(table, "busy", "state")).not_to_have_text("good")
    expect(cell(table, "busy", "reason")).to_have_text("CPU 100% busy")
    expect(cell(table, "alpha", "reason")).to_have_text("")
    expect(cell(table, "busy", "running_count")).to_have_text("n/a")
    show_only(table, "gone")
    expect(count(table)).to_have_text("1 of 1,000 hosts")
    expect(cell(table, "gone", "state")).to_have_text("stale")
    expect(cell(table, "gone", "cpu_busy_ratio")).to_have_text(f"66{GAP}%")
    expect(cell(table, "gone", "health_score")).to_have_text("n/a")
    expect(cell(table, "gone", "reason")).to_have_text("")
    expect(cell(table, "gone", "age")).to_contain_text(re.compile("1[01]\u00a0min"))
    expect(row(table, "gone")).to_have_css("background-image", re.compile("repeating-linear-gradient"))
    show_only(table, "late")
    expect(cell(table, "late", "age")).to_contain_text("late, ")
    expect(cell(table, "late", "age")).not_to_have_text(cell(table, "late", "age").inner_text())


def test_rows_are_sorted(table: Page) -> None:
    """A click on a head sorts by the raw numbers, also what a filter left over; the address says so."""
    head = table.locator('.ag-header-cell[col-id="cpu_busy_ratio"]')
    head.locator(".ag-header-cell-text").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(table).to_have_url(re.compile(r"/hosts\?sort=-cpu$"))
    expect_first(table, "busy", "crowd-0996")
    head.locator(".ag-header-cell-text").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect_first(table, "crowd-0001")
    table.go_back()
    expect(head).to_have_attribute("aria-sort", "descending")
    table.reload()
    expect(head).to_have_attribute("aria-sort", "descending")
    show_only(table, "cpu>99.25 name:crowd")
    expect(count(table)).to_have_text("4 of 1,000 hosts")
    expect(table.locator(".ag-pinned-left-cols-container .ag-row")).to_have_count(4)
    expect(head).to_have_attribute("aria-sort", "descending")
    expect_first(table, "crowd-0996", "crowd-0995", "crowd-0994", "crowd-0993")


def test_the_keyboard_reaches_everything(table: Page) -> None:
    """From the field to the heads and cells: a head sorts by key, a host opens by key."""
    table.get_by_label("Filter hosts").focus()
    table.keyboard.press("Tab")
    expect(table.locator("[data-table-csv]")).to_be_focused()
    table.keyboard.press("Tab")
    head = table.locator('.ag-header-cell[col-id="name"]')
    expect(head).to_be_focused()
    table.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect_first(table, "late")
    table.keyboard.press("ArrowDown")
    expect(cell(table, "late", "name")).to_be_focused()
    table.keyboard.press("ArrowDown")
    expect(cell(table, "gone", "name")).to_be_focused()
    table.keyboard.press("ArrowRight")
    expect(cell(table, "gone", "state")).to_be_focused()
    table.keyboard.press("ArrowLeft")
    table.keyboard.press("Enter")
    expect(table.locator("h1")).to_have_text("gone")
    table.go_back()
    expect(count(table)).to_have_text("1,000 hosts")
    expect(table.get_by_role("link", name="Hosts")).to_have_attribute("aria-current", "page")


def test_the_file_has_raw_numbers_and_clean_names(table: Page, crowd: Seeder, tmp_path: Path) -> None:
    """The CSV file has what is shown, units in its head, and no cell that a spreadsheet would run."""
    batch = host_batch("formula", utc_now(), 1, SLOW._replace(cpu_ratio=0.12345))
    named = HostIdentity(hostname='=cmd|"/c calc"!A0\u202e', kernel="6", machine="x86_64", cpu_count=4)
    changed = {field: getattr(batch, field) for field in batch.__struct_fields__} | {"identity": named}
    crowd.store([type(batch)(**changed)])
    expect(count(table)).to_have_text("1,001 hosts")
    # Its id, which has no column in sight, and then its name.
    show_only(table, "formula")
    expect(count(table)).to_have_text("1 of 1,001 hosts")
    show_only(table, "cmd")
    expect(count(table)).to_have_text("1 of 1,001 hosts")
    expect_only(table, "formula")
    with table.expect_download() as download:
        table.get_by_role("button", name="CSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        (written,) = csv.DictReader(file)
    assert "CPU 24 h" not in written
    assert "kvmgrid-hosts.csv" == path.name
    assert 'formula · =cmd|"/c calc"!A0\ufffd' == written["Host"]
    assert "formula" == written["Host id"]
    assert ("good", "100") == (written["Health"], written["Score"])
    assert "0.1235" == written["CPU (ratio)"]
    assert "54" == written["Temperature (°C)"]
    assert ("", "") == (written["VMs running"], written["VMs"])
    assert int(written["Age (s)"]) < 600


def test_rows_change_live(table: Page, crowd: Seeder) -> None:
    """A tick sends the rows that changed; the others, the place and the focus stay as they are."""
    # Whoever had no table yet when the rows came asks for all of them once more.
    table.wait_for_event("response", lambda answer: UPDATE in answer.url and '"all"' not in answer.text())
    sizes: list[int] = []
    table.on(
        "response",
        lambda answer: sizes.append(len(answer.body())) if UPDATE in answer.url else None,
    )
    cell(table, "busy", "name").click()
    cell(table, "alpha", "name").evaluate("node => { node.isTheSameAsBefore = true; }")
    later = SLOW._replace(cpu_ratio=0.91, domains=[domain(1, "web")])
    crowd.store([host_batch("alpha", utc_now() + timedelta(seconds=1), 2, later)])
    expect(cell(table, "alpha", "cpu_busy_ratio")).to_have_text(f"91{GAP}%")
    crowd.store([host_batch("aardvark", utc_now(), 1, SLOW)])
    expect(count(table)).to_have_text("1,001 hosts")
    expect_first(table, "aardvark", "alpha")
    assert cell(table, "alpha", "name").evaluate("node => node.isTheSameAsBefore === true")
    expect(cell(table, "busy", "name")).to_be_focused()
    assert max(sizes) < 5000


def test_cells_follow_the_whole_row(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A newer sample of the same age and another number of VMs are written, though the values are equal."""
    vms = [domain(1, "web"), domain(2, "batch", state=5)]
    first = utc_now()
    seeder.store([host_batch("hv1", first, 1, SLOW._replace(domains=vms[:1]))])
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "running_count")).to_have_text("1 of 1")
    second = first + timedelta(seconds=1)
    seeder.store([host_batch("hv1", second, 2, SLOW._replace(domains=vms))])
    expect(cell(page, "hv1", "running_count")).to_have_text("1 of 2")
    expect(cell(page, "hv1", "age").locator("time")).to_have_attribute("datetime", second.isoformat())


def test_tags_have_a_column_once_a_host_has_some(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Where no host has any, it would be an empty one."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "state")).to_have_text("good")
    expect(page.locator('.ag-header-cell[col-id="tags"]')).to_have_count(0)
    seeder.store([host_batch("hv2", utc_now(), 1, SLOW._replace(tags=("rack:a3", "ssd")))])
    expect(cell(page, "hv2", "tags")).to_have_text("rack:a3 ssd")
    page.reload()
    expect(cell(page, "hv2", "tags")).to_have_text("rack:a3 ssd")


def test_a_reason_that_does_not_fit_is_whole_in_its_tooltip(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """What it is about comes last, and the cell is short."""
    batch = host_batch("hv1", utc_now(), 1, SLOW)
    path = "/srv/images/of/a/rather/long/path"
    full = HostFilesystemSample(path=path, total_bytes=100, available_bytes=4)
    changed = {field: getattr(batch, field) for field in batch.__struct_fields__} | {"filesystems": [full]}
    seeder.store([type(batch)(**changed)])
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "reason")).to_have_text(f"file system 96% full: {path}")
    cell(page, "hv1", "reason").hover()
    expect(page.locator(".ag-tooltip")).to_have_text(f"file system 96% full: {path}")


def test_rows_that_come_before_the_table_are_kept(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """AG Grid's own file comes late: what was answered before it is drawn then."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/async-community*.js", hold)
    with page.expect_response(lambda answer: '"rows"' in answer.text()):
        page.goto(f"{dashboard.url}/hosts")
    seeder.store([host_batch("hv2", utc_now(), 1, SLOW)])
    page.wait_for_event("response", lambda answer: "hv2" in answer.text())
    held[0].continue_()
    expect(cell(page, "hv1", "name")).to_be_visible()
    expect(cell(page, "hv2", "name")).to_be_visible()
    seeder.store([host_batch("hv3", utc_now(), 1, SLOW)])
    expect(cell(page, "hv3", "name")).to_be_visible()
    expect(count(page)).to_have_text("3 hosts")


def test_nothing_is_kept_of_rows_that_were_drawn(table: Page, crowd: Seeder) -> None:
    """Dash holds no copy of the rows, and no property of the table has what came for them."""
    crowd.store([host_batch("aardvark", utc_now(), 1, SLOW)])
    expect(count(table)).to_have_text("1,001 hosts")
    held = table.evaluate("Object.keys(dash_component_api.getLayout('hosts-table').props)")
    assert set() == {"rowData", "rowTransaction"} & set(held)
    assert "columnDefs" in held


def test_a_key_that_somebody_took_does_not_pause(table: Page) -> None:
    """The space bar in a menu is the menu's."""
    table.evaluate(
        "addEventListener('keydown', event => event.preventDefault(), {capture: true, once: true})"
    )
    table.locator("main").press(" ")
    expect(table.locator("#shell-live")).to_have_text("Live")
    table.locator("main").press(" ")
    expect(table.locator("#shell-live")).to_have_text("Paused")


def test_names_are_text(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """What a host calls itself is text, behind its id."""
    batch = host_batch("hv1", utc_now(), 1, SLOW)
    named = HostIdentity(
        hostname="<img src=x onerror=window.hit=1>", kernel="6", machine="x86_64", cpu_count=4
    )
    changed = {field: getattr(batch, field) for field in batch.__struct_fields__} | {"identity": named}
    seeder.store([type(batch)(**changed)])
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "name")).to_have_text("hv1 · <img src=x onerror=window.hit=1>")
    assert page.evaluate("window.hit === undefined && !document.querySelector('main img')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_table_follows_the_theme(
    open_page: Callable[..., Watched], dashboard: Dashboard, crowd: Seeder, scheme: str
) -> None:
    """Light and dark by the page's own colours, switched without a reload; axe finds nothing serious."""
    assert crowd is not None
    page, faults = open_page(color_scheme=scheme, reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "alpha", "name")).to_be_visible()
    grounds = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 29, 39)"}
    ground = page.locator(".ag-root-wrapper")
    expect(ground).to_have_css("background-color", grounds[scheme])
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert [] == found
    page.locator("#shell-theme").click()
    page.locator("#shell-theme").click()
    expect(page.locator("#shell-theme")).to_have_text("Theme: dark")
    expect(ground).to_have_css("background-color", grounds["dark"])
    assert [] == [url for url in asked if "enterprise" in url]
    # A violation of the policy is an error on the console.
    assert [] == faults


def test_the_table_fits_a_phone(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """On the narrowest screen the table scrolls in itself and the page does not."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page, faults = open_page(viewport={"width": 320, "height": 800})
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "name")).to_be_visible()
    expect_fit(page, 320)
    assert [] == faults
