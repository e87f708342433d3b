# SPDX-License-Identifier: Apache-2.0
"""The component suites of a page are there before it is drawn, whichever way leads to it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import Watched, losing
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, host_batch, utc_now
from tests.dashboard.test_hosts_page import cell

SLOW = Load(tick_seconds=600.0)


def test_links_and_the_back_button_load_what_a_page_needs(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """The table's files come with the first page that has one, and once."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(dashboard.url)
    expect(page.locator(".host-card")).to_have_count(1)
    assert [] == [url for url in asked if "dash_ag_grid" in url]
    expect(page.get_by_role("link", name="Fleet", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Hosts").click()
    expect(cell(page, "hv1", "name")).to_be_visible()
    expect(page).to_have_title("Hosts · kvmgrid")
    page.go_back()
    expect(page.locator(".host-card")).to_have_count(1)
    page.go_forward()
    expect(cell(page, "hv1", "name")).to_be_visible()
    assert 2 == len([url for url in asked if "dash_ag_grid" in url])


def test_a_page_whose_files_do_not_arrive_says_so(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """A file that is lost on its way is named, and the next visit tries again."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page, _ = open_page()
    page.goto(dashboard.url)
    expect(page.locator(".host-card")).to_have_count(1)
    lose = losing(page, "**/dash_ag_grid*.js")
    page.get_by_role("link", name="Hosts").click()
    expect(page.locator(".guide")).to_contain_text("needs a file that did not arrive")
    lose.clear()
    page.get_by_role("link", name="Fleet", exact=True).click()
    expect(page.locator(".host-card")).to_have_count(1)
    page.get_by_role("link", name="Hosts").click()
    expect(cell(page, "hv1", "name")).to_be_visible()
