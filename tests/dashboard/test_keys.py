# SPDX-License-Identifier: Apache-2.0
"""The pages by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.pages import PAGES
from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now


@pytest.fixture
def hosts(seeder: Seeder) -> list[str]:
    """Store three hosts with two VMs each; give their ids."""
    names = ["hv1", "hv2", "hv3"]
    for number, name in enumerate(names):
        vms = [domain(10 * number + each, f"{name}-vm{each}") for each in (1, 2)]
        seeder.store([host_batch(name, utc_now(), 1, Load(tick_seconds=600.0, domains=vms))])
    return names


def test_the_help_lists_the_keys_and_the_pages(page: Page, dashboard: Dashboard, hosts: list[str]) -> None:
    """It opens by key and by button; the focus returns; keys that are off stay off after a reload."""
    page.goto(f"{dashboard.url}/hosts")
    page.locator(f'[row-id="{hosts[0]}"]').first.wait_for()
    button = page.get_by_role("button", name="Help: keys")
    help_dialog = page.get_by_role("dialog", name="Keys")
    button.focus()
    page.keyboard.press("?")
    for each in PAGES:
        if each.label is not None:
            expect(help_dialog.get_by_role("row", name=f"Page {each.label}")).to_contain_text(
                f"g then {each.label[0].lower()}"
            )
    # Nothing below it listens.
    page.keyboard.press("g")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(help_dialog).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    switch = help_dialog.get_by_role("checkbox", name="Use these keys")
    expect(switch).to_be_checked()
    switch.uncheck()
    help_dialog.get_by_role("button", name="Close").click()
    expect(help_dialog).to_have_count(0)
    page.reload()
    page.locator(f'[row-id="{hosts[0]}"]').first.wait_for()
    for key in ("?", "/", "j", "d", "Space"):
        page.keyboard.press(key)
    expect(help_dialog).to_have_count(0)
    expect(page.locator(":focus")).to_have_count(0)
    expect(page.locator("#shell-live")).to_have_text("Live")
    button.click()
    help_dialog.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.locator("#shell-page").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search hosts and VMs")).to_be_focused()


def test_pages_tables_and_cards_by_keyboard(page: Page, dashboard: Dashboard, hosts: list[str]) -> None:
    """From page to page, from row to row, into one and back; never while typing or with Ctrl."""
    page.goto(dashboard.url)
    page.locator(".host-card h2 a").first.wait_for()
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator(".host-card h2 a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(hosts[1])
    rows = page.locator("#host-vms tbody th a")
    rows.first.wait_for()
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("Control+g")
    page.keyboard.press("h")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/hosts$"))
    page.locator(f'[row-id="{hosts[2]}"]').first.wait_for()
    for key in ("j", "j", "j", "k", "j"):
        page.keyboard.press(key)
    focused = page.locator(".ag-cell:focus")
    expect(focused).to_have_text(hosts[2])
    page.keyboard.press("/")
    page.keyboard.type("gh?/")
    expect(page.get_by_role("combobox", name="Search hosts and VMs")).to_have_value("gh?/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(f'[row-id="{hosts[2]}"] .ag-cell').first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(hosts[2])


def test_the_range_by_keyboard(page: Page, dashboard: Dashboard, hosts: list[str]) -> None:
    """Earlier, later, out, and typed; back undoes each."""
    page.goto(f"{dashboard.url}/host/{hosts[0]}?from=now-1h&to=now")
    page.wait_for_selector(".js-plotly-plot")
    page.keyboard.press("t")
    expect(page.locator(".range-bar input[name=from]")).to_be_focused()
    page.keyboard.type("now-15m")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("from=now-15m&to=now$"))
    page.locator("#shell-page").focus()
    page.keyboard.press("-")
    expect(page).to_have_url(re.compile(r"from=\d+&to=\d+$"))
    page.go_back()
    expect(page).to_have_url(re.compile("from=now-15m&to=now$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_help_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Watched], dashboard: Dashboard, hosts: list[str], scheme: str
) -> None:
    """Axe finds nothing in either theme."""
    page, faults = open_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 844}
    )
    page.goto(f"{dashboard.url}/hosts")
    page.locator(f'[row-id="{hosts[0]}"]').first.wait_for()
    page.get_by_role("button", name="Help: keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert 390 == page.evaluate("document.documentElement.scrollWidth")
    violations = Axe().run(page).response["violations"]
    assert [] == [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    assert [] == faults
