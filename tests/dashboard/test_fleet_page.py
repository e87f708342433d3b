# SPDX-License-Identifier: Apache-2.0
"""The page Fleet in a browser, by what a person reads and does there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from deploy.lab.ports import free_ports
from publisher.wire.samples import DomainReport
from tests.browser import Watched, losing
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase

SLOW = Load(tick_seconds=600.0)
CROWD_COUNT = 99


def suffering(number: int, name: str, **figures: Any) -> DomainReport:
    """Return a VM with some figures of its own."""
    report = domain(number, name)
    return msgspec.structs.replace(report, sample=msgspec.structs.replace(report.sample, **figures))


def serious_faults(page: Page) -> list[str]:
    """Return what axe finds, by rule and element."""
    violations = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]


def overflows(page: Page) -> bool:
    """Whether the page is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_the_worst_host_its_reason_and_the_vms_that_suffer(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Which host is worst and why, which VMs are down, how far all is given away: a click away."""
    now = utc_now()
    stuck = suffering(1, "no-space", state=3, state_reason=5)
    waiting = suffering(2, "<i>waiting</i>", steal_ratio=0.3)
    worst = SLOW._replace(cpu_ratio=1.0, domains=[stuck, waiting, domain(3, "spare", state=5)])
    seeder.store(
        [
            host_batch("a-good-one", now, 1, SLOW._replace(domains=[domain(4, "web")])),
            host_batch("b-silent", now - timedelta(hours=9), 1),
            host_batch("c-worst", now, 1, worst),
        ],
        [seeder.event("c-worst", "domain_suspended", now - timedelta(minutes=3), stuck, "I/O error")],
    )
    page.goto(dashboard.url)
    attention = page.locator(".attention")
    first = attention.locator("li").first
    expect(first).to_contain_text("c-worst")
    expect(first).to_contain_text(re.compile(r"(strained|bad), \d+ of 100"))
    expect(first).to_contain_text("no-space")
    expect(attention).to_contain_text(re.compile("b-silent.*silent, last seen 9.h"))
    expect(attention).to_contain_text(re.compile("no-space.*paused by an I/O error.*on c-worst"))
    expect(attention).to_contain_text(re.compile("<i>waiting</i>.*waited for a CPU 30.% of the time"))
    expect(page.locator(".counts").last.get_by_role("link")).to_have_text(
        [re.compile(each) for each in ("4 VMs", "2 running", "1 paused", "1 shut off")]
    )
    paused = page.get_by_role("link", name="1 paused")
    expect(paused).to_have_attribute("href", "/vms?q=state%3Apaused")
    capacity = page.locator(".capacity")
    expect(capacity).to_contain_text("0.75\u00a0× CPU6 vCPUs of VMs that are not off, on 8 CPUs")
    expect(capacity).to_contain_text("of 2 of 3 hosts: 1 silent")
    expect(capacity).to_contain_text("fits for c-worst: all that its VMs may use is 4\u00a0GiB")
    expect(page.locator(".events li")).to_contain_text(["domain suspendedc-worstno-space"])
    first.get_by_role("link", name="no-space").click()
    expect(page.locator("h1")).to_have_text("no-space")
    page.go_back()
    page.get_by_role("link", name="1 stale").click()
    expect(page.locator("main")).to_contain_text("1 of 3 hosts")
    page.go_back()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(attention).to_be_visible()
    assert not overflows(page)
    assert [] == serious_faults(page)


def test_a_map_is_walked_by_key_and_live(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, database: MigratedDatabase
) -> None:
    """The cell with the focus says host, state and figure, also when they change; Enter opens the host."""
    seeder.store([host_batch("alpha", utc_now(), 1, SLOW)])
    copy_host(database.owner_url, "alpha", CROWD_COUNT)
    page, _ = open_page()
    # The scripts of the map are lost on their way at first.
    lose = losing(page, "**/assets/map/**")
    page.goto(f"{dashboard.url}/?fill=cpu")
    expect(page.locator(".map-count")).to_contain_text("100 hosts")
    lose.clear()
    cell = page.locator(".cell-map__focused")
    expect(cell).to_have_attribute("aria-label", "alpha: good, CPU 30\u00a0%")
    expect(page.locator(".host-card")).to_have_count(0)
    cell.focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_be_focused()
    expect(cell).to_have_attribute("aria-label", "crowd-0001: good, CPU 0\u00a0%")
    page.keyboard.press("End")
    expect(cell).to_have_attribute("aria-label", "crowd-0099: good, CPU 10\u00a0%")
    expect(page.locator(".cell-map__tip")).to_contain_text("crowd-0099: good")
    for figure, words in ((0.87, "CPU 87\u00a0%"), (None, "no figure of its CPU")):
        with psycopg.connect(database.owner_url) as connection:
            connection.execute(
                "UPDATE kvmgrid.host_latest SET cpu_busy_ratio = %s WHERE host_id = 10099", [figure]
            )
        expect(cell).to_have_attribute("aria-label", f"crowd-0099: good, {words}")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("crowd-0099")


def test_a_map_is_filtered_filled_and_grouped_by_its_address(
    page: Page, dashboard: Dashboard, seeder: Seeder, database: MigratedDatabase
) -> None:
    """Each choice is a step that back undoes; axe finds nothing in either theme; a phone has room."""
    seeder.store([host_batch("alpha", utc_now(), 1, SLOW._replace(tags=("rack:a",)))])
    copy_host(database.owner_url, "alpha", CROWD_COUNT)
    page.goto(dashboard.url)
    count, cell = page.locator(".map-count"), page.locator(".cell-map__focused")
    expect(count).to_contain_text("100 hosts")
    expect(cell).to_have_attribute("aria-label", "alpha: good, health 100 of 100")
    page.get_by_role("link", name="CPU", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?fill=cpu$"))
    field = page.get_by_role("combobox", name="Filter the map")
    field.fill("host:crowd-000* cpu>0.45")
    field.press("Enter")
    expect(count).to_contain_text("5 of 100 hosts")
    expect(cell).to_have_attribute("aria-label", "crowd-0005: good, CPU 0\u00a0%")
    table = page.get_by_role("link", name="as a table")
    expect(table).to_have_attribute("href", re.compile(r"^/hosts\?q=host"))
    page.get_by_role("link", name="rack", exact=True).click()
    expect(page).to_have_url(re.compile("group=tag%3Arack"))
    page.reload()
    expect(count).to_contain_text("5 of 100 hosts")
    expect(page.locator(".map-choice [aria-current]")).to_have_text(["CPU", "equal", "rack"])
    expect(cell).to_have_attribute("aria-label", "crowd-0005: good, CPU 0\u00a0%")
    # The first cell lies below the title of its group, and the second beside it.
    page.locator(".cell-map__space").click(position={"x": 40, "y": 40})
    expect(page.locator("h1")).to_have_text("crowd-0006")
    page.go_back()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(count).to_contain_text("5 of 100 hosts")
        assert [] == serious_faults(page)
    page.go_back()
    expect(page.locator(".map-choice [aria-current]")).to_have_text(["CPU", "equal", "none"])
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator(".cell-map canvas")).to_be_visible()
    assert not overflows(page)


def test_a_first_visit_during_an_outage_has_words(
    page: Page, start_dashboard: Callable[[str], Dashboard]
) -> None:
    """Before any answer the page says that there is none yet, then what is wrong."""
    dashboard = start_dashboard(f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/kvmgrid")
    page.goto(dashboard.url)
    expect(page.locator(".waiting")).to_contain_text("No figures yet")
    expect(page.locator(".waiting")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("The database is away")
