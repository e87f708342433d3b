# SPDX-License-Identifier: Apache-2.0
"""The search field in the bar, as a person uses it."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from publisher.wire.samples import DomainReport
from tests.browser import Watched, expect_value
from tests.dashboard.conftest import Dashboard
from tests.dashboard.domain_crowd import copy_domain
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.lives import Lives, Name, Stay
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase

HOSTILE = '<img src=x onerror="window.hit=1">'
SPECIAL = "100%_\\"
# The pause after a letter, of 120 ms, ends when a test says so.
HOLD_PAUSES = """() => {
    const [start, stop] = [window.setTimeout, window.clearTimeout];
    window.pauses = new Map();
    window.setTimeout = (run, delay, ...more) => {
        if (delay !== 120) return start(run, delay, ...more);
        pauses.set(`pause ${pauses.size}`, run);
        return `pause ${pauses.size - 1}`;
    };
    window.clearTimeout = number => pauses.delete(number) || stop(number);
}"""
END_PAUSES = "() => { const due = [...pauses.values()]; pauses.clear(); due.forEach(run => run()); }"


@pytest.fixture
def renamed(seeder: Seeder, lives: Lives, database: MigratedDatabase) -> DomainReport:
    """Store hv1 with VMs of usual and hostile names, and ten more hosts; give one that had another name."""
    now = utc_now()
    vms = [domain(number, name) for number, name in enumerate(("shop", "shop-2", HOSTILE, SPECIAL), 1)]
    seeder.store([host_batch("hv1", now, 1, Load(tick_seconds=600.0, domains=vms))])
    copy_host(database.owner_url, "hv1", 10)
    born, renamed_at = now - timedelta(days=1), now - timedelta(hours=1)
    names = [Name("kiosk", born, renamed_at), Name("shop", renamed_at)]
    lives.lived(vms[0], [Stay("hv1", born)], names)
    return vms[0]


def field(page: Page) -> Locator:
    """Return the field."""
    return page.get_by_role("combobox", name="Search hosts and VMs")


def options(page: Page) -> Locator:
    """Return what is found."""
    return page.locator(".search").get_by_role("option")


def test_a_vm_is_found_by_keyboard(page: Page, dashboard: Dashboard, renamed: DomainReport) -> None:
    """By a part of its name, of its UUID, by the name of before; range and zone go along."""
    page.goto(f"{dashboard.url}/hosts?tz=utc&from=now-1h&to=now")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    field(page).focus()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("HOP")
    expect(options(page)).to_have_count(2)
    expect(page.locator(".search [role=status]")).to_have_text("2 VMs")
    expect(page.get_by_role("group", name="VMs")).to_contain_text("shop-2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options(page).nth(1)).to_have_attribute("aria-selected", "true")
    chosen = page.locator(f"#{field(page).get_attribute('aria-activedescendant')}")
    expect(chosen).to_contain_text("shop-2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("shop")
    expect(page).to_have_url(re.compile(f"/vm/{renamed.uuid}\\?from=now-1h&to=now&tz=utc$"))
    expect(page.locator("main")).to_be_focused()
    for text, words in (("kios", "formerly kiosk"), (renamed.uuid[-9:], renamed.uuid)):
        field(page).fill(text)
        expect(options(page)).to_have_count(1)
        expect(options(page)).to_contain_text(words)
    # Enter that comes before the answer opens the first of it.
    page.goto(f"{dashboard.url}/hosts")
    field(page).fill("crowd-0003")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("crowd-0003")
    page.go_back()
    expect(page).to_have_url(re.compile("/hosts$"))


def test_names_are_letters_and_the_rest_is_a_link(
    page: Page, dashboard: Dashboard, database: MigratedDatabase, renamed: DomainReport
) -> None:
    """No name runs, no letter stands for others; what does not fit is behind the last option."""
    copy_domain(database.owner_url, renamed.uuid, 40, 10)
    page.goto(f"{dashboard.url}/hosts")
    for text, name in (("<img", HOSTILE), ("%_\\", SPECIAL), ('"window', HOSTILE)):
        field(page).fill(text)
        expect(options(page)).to_have_count(1)
        expect(options(page).locator(".search__name")).to_have_text(name)
    field(page).fill("nothing<b>")
    expect(page.locator(".search__words")).to_have_text(
        "Nothing has “nothing<b>” as name, part of a UUID, tag, owner or former name."
    )
    expect(options(page)).to_have_count(0)
    field(page).fill("customer")
    expect(page.locator(".search__words")).to_have_text("14 of 40 VMs")
    expect(options(page).last).to_have_text("and 26 more: open in VMs")
    expect(options(page).last).to_have_attribute("href", "/vms?q=name%3Acustomer")
    field(page).fill("crowd")
    expect(options(page)).to_have_count(7)
    expect(page.locator(".search__words")).to_have_text("6 of 10 hosts")
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_value("crowd")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(7)
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_text("and 4 more: open in Hosts")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/hosts\?q=name%3Acrowd$"))
    expect(page.locator("[data-part=count]")).to_have_text("10 of 11 hosts")
    assert page.evaluate("window.hit === undefined")


def test_an_outage_has_words(
    open_page: Callable[..., Watched], dashboard: Dashboard, renamed: DomainReport
) -> None:
    """An answer that does not come is told, and the next letter asks again."""
    assert renamed.name == "shop"
    # The browser itself logs the request that got lost.
    page, _ = open_page()
    page.goto(f"{dashboard.url}/hosts")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()

    is_lost = threading.Event()
    is_lost.set()

    def fail_search(route: Route) -> None:
        if is_lost.is_set() and "searched" in (route.request.post_data or ""):
            route.abort()
        else:
            route.fallback()

    page.context.route("**/_dash-update-component*", fail_search)
    field(page).fill("sho")
    expect(page.locator(".search__words")).to_have_text("No answer from the dashboard.")
    is_lost.clear()
    field(page).fill("shop")
    expect(options(page)).to_have_count(2)


def test_a_choice_needs_no_list_and_survives_questions(
    page: Page, dashboard: Dashboard, renamed: DomainReport
) -> None:
    """Keys that come before the list are for it; a text is asked once, so no answer takes the choice."""
    assert renamed.name == "shop"
    held: list[Route] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        data = route.request.post_data or ""
        if '"shop"' in data and "searched" in data:
            asked.append(data)
            held.append(route)
        else:
            route.fallback()

    page.goto(f"{dashboard.url}/hosts")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    page.route("**/_dash-update-component*", hold)
    page.evaluate(HOLD_PAUSES)
    field(page).fill("shop")
    # Focus asked first, for no text: its answer leads to the next question at once.
    expect_value(page, lambda: len(held), 1)
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    held.pop().fallback()
    expect(options(page)).to_have_count(2)
    expect(options(page).nth(1)).to_have_attribute("aria-selected", "true")
    page.evaluate(END_PAUSES)
    page.keyboard.press("ArrowUp")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert 1 == len(asked)
    # Enter that follows arrows before the list opens what they chose.
    field(page).fill("sho")
    field(page).fill("shop")
    page.evaluate(END_PAUSES)
    expect_value(page, lambda: len(held), 1)
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    held.pop().fallback()
    expect(page.locator("h1")).to_have_text("shop-2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_list_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Watched], dashboard: Dashboard, renamed: DomainReport, scheme: str
) -> None:
    """Axe finds nothing in either theme; a finger opens what is found."""
    page, faults = open_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 844}
    )
    page.goto(f"{dashboard.url}/hosts")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    expect(page.locator(".ag-pinned-left-header .ag-header-cell")).to_have_count(1)
    field(page).fill("shop")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert 390 == page.evaluate("document.documentElement.scrollWidth")
    violations = Axe().run(page).response["violations"]
    assert [] == [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    options(page).first.click()
    expect(page).to_have_url(re.compile(f"/vm/{renamed.uuid}$"))
    expect(page.locator("h1")).to_have_text("shop")
    assert [] == faults
