# SPDX-License-Identifier: Apache-2.0
"""The filter above the table of hosts, as a person types it."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import Watched, expect_fit, expect_value
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, host_batch, utc_now
from tests.services import MigratedDatabase

SLOW = Load(tick_seconds=600.0)


@pytest.fixture
def hosts(page: Page, dashboard: Dashboard, seeder: Seeder, database: MigratedDatabase) -> str:
    """Store a hundred hosts; give the address of the table."""
    seeder.store([host_batch("alpha", utc_now(), 1, SLOW._replace(cpu_ratio=0.42))])
    copy_host(database.owner_url, "alpha", 99)
    assert page is not None
    return f"{dashboard.url}/hosts"


def field(page: Page) -> Locator:
    """Return the field."""
    return page.get_by_role("combobox", name="Filter hosts")


def count(page: Page) -> Locator:
    """Return what says how many hosts there are."""
    return page.locator("[data-part=count]")


def expect_hosts(page: Page, *hosts: str) -> None:
    """Wait until the table shows these hosts, a few, and no other."""
    rows = page.locator(".ag-pinned-left-cols-container .ag-row")
    expect(rows).to_have_count(len(hosts))
    for host in hosts:
        expect(page.locator(f'.ag-pinned-left-cols-container [row-id="{host}"]')).to_be_visible()


def test_a_filter_is_completed_by_keyboard(page: Page, hosts: str) -> None:
    """The list is opened, walked and taken from by keys; a reader is told the option, and focus stays."""
    page.goto(hosts)
    expect(count(page)).to_have_text("100 hosts")
    field(page).focus()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="cpu> busy share of all CPUs, in %")).to_be_visible()
    page.keyboard.type("c")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    active = page.get_by_role("option", selected=True)
    expect(active).to_contain_text("cpu>")
    expect(field(page)).to_have_attribute("aria-activedescendant", str(active.get_attribute("id")))
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("cpu>")
    page.keyboard.type("40 st")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("cpu>40 state:")
    page.keyboard.type("g")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("good")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("cpu>40 state:good ")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(count(page)).to_have_text("1 of 100 hosts")
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect_hosts(page, "alpha")
    # Its list is closed: the field is left, and letters are keys again.
    page.keyboard.press("Escape")
    expect(field(page)).not_to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".ag-cell:focus")).to_have_text("alpha")


def test_a_choice_needs_no_list_and_survives_answers(page: Page, hosts: str) -> None:
    """Keys that come before the completions are for them, and a later answer leaves what they chose."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "typed_number" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.fallback()

    page.goto(hosts)
    expect(count(page)).to_have_text("100 hosts")
    page.route("**/_dash-update-component*", hold)
    field(page).fill("state:")
    expect_value(page, lambda: len(held), 1)
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    held.pop().fallback()
    expect(page.get_by_role("option", selected=True)).to_contain_text("strained")
    # A click asks again, as the caret may have moved.
    field(page).click()
    expect_value(page, lambda: len(held), 1)
    held.pop().fallback()
    expect(page.get_by_role("option", selected=True)).to_contain_text("strained")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("state:strained ")


def test_the_address_has_the_filter_and_back_undoes_one(page: Page, hosts: str) -> None:
    """Each filter that is applied is a step; a link opens with it, other parameters stay."""
    page.goto(f"{hosts}?tz=utc&q=cpu%3E9.5+-alpha")
    expect(field(page)).to_have_value("cpu>9.5 -alpha")
    expect(count(page)).to_have_text("4 of 100 hosts")
    field(page).fill("crowd-000*")
    expect(count(page)).to_have_text("4 of 100 hosts")
    page.get_by_role("button", name="Apply").click()
    expect(count(page)).to_have_text("9 of 100 hosts")
    expect(page).to_have_url(re.compile(r"/hosts\?tz=utc&q=crowd-000\*$"))
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()
    page.get_by_role("button", name="Clear").click()
    expect(count(page)).to_have_text("100 hosts")
    expect(page).to_have_url(re.compile(r"/hosts\?tz=utc$"))
    page.go_back()
    expect(field(page)).to_have_value("crowd-000*")
    expect(count(page)).to_have_text("9 of 100 hosts")
    page.go_back()
    expect(field(page)).to_have_value("cpu>9.5 -alpha")
    expect(count(page)).to_have_text("4 of 100 hosts")
    page.reload()
    expect(count(page)).to_have_text("4 of 100 hosts")
    expect_hosts(page, *(f"crowd-00{number}" for number in range(96, 100)))


def test_an_error_stands_at_its_place(page: Page, hosts: str) -> None:
    """What is wrong is marked and said, and the table stays until the filter is right."""
    page.goto(f"{hosts}?q=alpha")
    expect(count(page)).to_have_text("1 of 100 hosts")
    field(page).fill("😀 or stat:good cpu>")
    wrong = page.locator(".filter__wrong")
    expect(wrong).to_have_text("stat")
    expect(page.locator(".filter__fault")).to_have_text("stat is no field of a host: did you mean state?")
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    # The mark is under the letters: five of them before it, one of two columns.
    is_under = (
        "(mark, field) => { const box = mark.getBoundingClientRect();"
        " return box.left < box.right && box.right < field.getBoundingClientRect().right; }"
    )
    expect_value(page, lambda: wrong.evaluate(is_under, field(page).element_handle()), wanted=True)
    field(page).press("Enter")
    expect(count(page)).to_have_text("1 of 100 hosts")
    expect(page).to_have_url(re.compile(r"\?q=alpha$"))
    # What is still being typed is not wrong yet; it is once it is applied.
    field(page).fill("alpha or cpu>")
    expect(page.locator(".filter__fault")).to_be_empty()
    field(page).press("Enter")
    expect(page.locator(".filter__fault")).to_have_text("A value is missing after cpu>")
    field(page).fill("alpha or cpu>9.8")
    field(page).press("Enter")
    expect(count(page)).to_have_text("2 of 100 hosts")
    expect(field(page)).to_have_attribute("aria-invalid", "false")


def test_an_address_with_an_error_shows_nothing(page: Page, hosts: str) -> None:
    """No host stands there that the filter may not mean; the words say why."""
    page.goto(f"{hosts}?q=state%3Abda")
    expect(page.locator(".filter__wrong")).to_have_text("bda")
    expect(count(page)).to_have_text("none of 100 hosts: the filter cannot be read")
    expect_hosts(page)
    field(page).fill("")
    field(page).press("Enter")
    expect(count(page)).to_have_text("100 hosts")


def test_live_rows_come_and_go_by_the_filter(page: Page, hosts: str, seeder: Seeder, tmp_path: Path) -> None:
    """A tick keeps the filter: hosts appear and disappear as they become what it says; so does the file."""
    page.goto(f"{hosts}?q=cpu>50")
    expect(count(page)).to_have_text("0 of 100 hosts")
    now = utc_now()
    seeder.store(
        [
            host_batch("alpha", now, 2, SLOW._replace(cpu_ratio=0.9)),
            host_batch("beta", now, 1, SLOW._replace(cpu_ratio=0.1)),
        ]
    )
    expect(count(page)).to_have_text("1 of 101 hosts")
    expect(page.locator('[row-id="alpha"] [col-id="cpu_busy_ratio"]')).to_have_text("90\u00a0%")
    expect_hosts(page, "alpha")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / "hosts.csv"
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        assert ["alpha"] == [row["Host id"] for row in csv.DictReader(file)]
    seeder.store([host_batch("alpha", now + timedelta(seconds=1), 3, SLOW._replace(cpu_ratio=0.2))])
    expect(count(page)).to_have_text("0 of 101 hosts")
    expect(page.locator('[row-id="alpha"]')).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_filter_on_a_phone(open_page: Callable[..., Watched], hosts: str, scheme: str) -> None:
    """Field, list and words fit a narrow screen, and axe finds nothing serious in them."""
    page, faults = open_page(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(f"{hosts}?q=stat:bad")
    expect(page.locator(".filter__fault")).not_to_be_empty()
    field(page).press("ArrowDown")
    field(page).press("ArrowDown")
    field(page).fill("state:")
    page.get_by_role("option").first.wait_for()
    field(page).press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("good")
    expect_fit(page, 390)
    page.get_by_role("option").last.click()
    expect(field(page)).to_have_value("state:unknown ")
    field(page).fill("stat:bad or x")
    field(page).press("Enter")
    expect(page.locator(".filter__fault")).not_to_be_empty()
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert [] == found
    assert [] == faults
