# SPDX-License-Identifier: Apache-2.0
"""What the pages show when there is nothing to show, and when something is wrong."""

import urllib.request
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from deploy.lab.postgresql import PostgreSql
from tests.browser import Watched, expect_fit, expect_value, losing
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, run_of_batches, utc_now
from tests.dashboard.test_host_page import wait_for_curves
from tests.services import (
    as_seen_by_each_role,
    migrate_as_owner,
    prepare,
    random_logins,
)

SLOW = Load(tick_seconds=600.0)


def test_the_first_run_guides_and_ends_by_itself(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Before any host reports, the page says what to start; the first sample turns it into the grid."""
    page.goto(dashboard.url)
    guide = page.locator(".guide")
    expect(guide).to_contain_text("Waiting for the first sample")
    expect(guide).to_contain_text("kvmgrid-publisher run")
    expect(guide).to_contain_text("database: connected, schema found")
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    expect(page.locator(".host-card h2")).to_have_text(["hv1"])
    expect(guide).to_have_count(0)


def test_hosts_that_fall_silent_at_once_are_said(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """All cards are grey: one banner says so and where to look; it goes when a host is heard again."""
    quick, before = Load(tick_seconds=1.0), utc_now() - timedelta(minutes=3)
    seeder.store([host_batch("hv1", before, 1, quick), host_batch("hv2", before, 1, quick)])
    page.goto(dashboard.url)
    expect(page.locator(".host-card--stale")).to_have_count(2)
    banner = page.locator(".banner")
    expect(banner).to_contain_text("All hosts fell silent at once since")
    expect(banner).to_contain_text("Look at broker and consumer.")
    expect(banner).to_have_count(1)
    seeder.store([host_batch("hv1", utc_now(), 2, SLOW)])
    expect(banner).to_have_count(0)


def test_a_database_without_schema_says_what_to_run(
    page: Page, start_dashboard: Callable[[str], Dashboard], own_postgresql: PostgreSql
) -> None:
    """Before the migration both pages name its command; after it the first run begins."""
    logins = random_logins()
    own_postgresql.admin.create_database("kvmgrid", timescaledb=False)
    prepare(own_postgresql.admin, "kvmgrid", logins)
    dashboard = start_dashboard(as_seen_by_each_role(own_postgresql.admin, "kvmgrid", logins).dashboard_url)
    page.goto(f"{dashboard.url}/host/hv1")
    expect(page.locator(".guide")).to_contain_text("kvmgrid-consumer migrate")
    page.get_by_role("link", name="Fleet", exact=True).click()
    expect(page.locator(".guide")).to_contain_text("kvmgrid-consumer migrate")
    migrate_as_owner(own_postgresql.admin, "kvmgrid", logins)
    expect(page.locator(".guide")).to_contain_text("Waiting for the first sample")


def test_a_database_that_goes_away_is_said_and_comes_back(
    page: Page, start_dashboard: Callable[[str], Dashboard], own_postgresql: PostgreSql
) -> None:
    """While the database is away the figures stay, under a banner that says since when; then it goes."""
    logins = random_logins()
    own_postgresql.admin.create_database("kvmgrid", timescaledb=False)
    prepare(own_postgresql.admin, "kvmgrid", logins)
    migrate_as_owner(own_postgresql.admin, "kvmgrid", logins)
    urls = as_seen_by_each_role(own_postgresql.admin, "kvmgrid", logins)
    seeder = Seeder(urls.owner_url)
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    seeder.close()
    dashboard = start_dashboard(urls.dashboard_url)
    page.goto(dashboard.url)
    expect(page.locator(".host-card h2")).to_have_text(["hv1"])
    own_postgresql.stop()
    banner = page.locator(".banner")
    expect(banner).to_contain_text("The database is away since")
    expect(page.locator(".host-card h2")).to_have_text(["hv1"])
    page.locator(".host-card h2 a").click()
    expect(banner).to_be_visible()
    own_postgresql.launch()
    expect(banner).to_have_count(0)
    expect(page.locator("h1")).to_have_text("hv1")


def test_a_dashboard_that_goes_away_is_said(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """When the dashboard itself does not answer, the page says so and keeps counting."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page, _ = open_page()
    page.clock.install()
    page.goto(dashboard.url)
    page.wait_for_selector(".host-card")
    dashboard.process.terminate()
    dashboard.process.join()
    page.clock.run_for(17_000)
    banner = page.locator(".banner")
    expect(banner).to_contain_text("No answer from the dashboard")
    # Built once: its place is read aloud whenever it changes, while the ages go on.
    said = banner.inner_html()
    age = page.locator(".host-card time.age")
    for _ in range(2):
        expect(age).not_to_have_text(age.inner_text())
    assert said == banner.inner_html()
    expect(page.locator(".host-card h2")).to_have_text(["hv1"])


def test_a_range_without_samples_leads_to_some(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """An empty range says that nothing was received, and offers where there is something."""
    seeder.store(run_of_batches("hv1", utc_now() - timedelta(hours=2), 60, Load()))
    page.goto(f"{dashboard.url}/host/hv1?from=now-30m&to=now")
    expect(page.locator(".nothing")).to_contain_text("No samples in this range")
    page.get_by_role("link", name="Nearest samples before").click()
    wait_for_curves(page)
    expect(page.locator(".nothing")).to_have_count(0)


def test_unknown_addresses_are_said(open_page: Callable[..., Watched], dashboard: Dashboard) -> None:
    """A host that never reported and a page that does not exist say so and lead home."""
    page, _ = open_page()
    page.goto(f"{dashboard.url}/host/nobody")
    expect(page.locator(".guide")).to_contain_text("No host “nobody”")
    page.get_by_role("link", name="All hosts").click()
    expect(page.locator(".guide")).to_contain_text("Waiting")
    answer = page.goto(f"{dashboard.url}/nowhere")
    assert answer is not None
    assert 404 == answer.status
    expect(page.locator("h1")).to_have_text("There is no such page")


def test_another_origin_cannot_be_reached(open_page: Callable[..., Watched], dashboard: Dashboard) -> None:
    """The policy that comes with every page stops a request elsewhere, whoever makes it."""
    page, faults = open_page()
    page.goto(dashboard.url)
    page.wait_for_selector(".guide")
    assert [] == faults
    outcome = page.evaluate("fetch('http://other.invalid/x').then(() => 'sent', () => 'refused')")
    assert "refused" == outcome
    expect_value(page, lambda: any("Content Security Policy" in fault for fault in faults), wanted=True)
    assert not any(fault.startswith("request to") for fault in faults)
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.hit = 1';"
        " document.body.append(script); }"
    )
    assert page.evaluate("window.hit === undefined")


def test_the_policy_is_on_the_wire(dashboard: Dashboard) -> None:
    """The header is sent by the process itself, with no proxy before it."""
    with urllib.request.urlopen(dashboard.url, timeout=30) as answer:  # noqa: S310 - our own loopback address
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/host/hv1"])
def test_pages_reflow_at_320_pixels(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, path: str
) -> None:
    """On the narrowest screen nothing has to be scrolled sideways but wide tables in themselves."""
    vms = [domain(number, f"a-virtual-machine-with-a-long-name-{number}") for number in range(1, 12)]
    seeder.store(run_of_batches("hv1", utc_now(), 30, Load(domains=vms)))
    page, faults = open_page(viewport={"width": 320, "height": 800})
    page.goto(dashboard.url + path)
    page.wait_for_selector(".host-card, .legend")
    expect_fit(page, 320)
    assert [] == faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(
    open_page: Callable[..., Watched],
    dashboard: Dashboard,
    seeder: Seeder,
    scheme: str,
) -> None:
    """The checks of axe find nothing serious on either page, in either theme."""
    now = utc_now()
    vms = [domain(1, "web"), domain(2, "spare", state=5), domain(3, "stuck", state=3)]
    silent = host_batch("gone", now - timedelta(hours=1), 1)
    seeder.store(
        [*run_of_batches("hv1", now, 60, Load(domains=vms)), silent],
        [seeder.event("hv1", "domain_started", now, vms[0])],
    )
    page, _ = open_page(color_scheme=scheme, reduced_motion="reduce")
    found = []
    for path, selector in (("/", ".host-card--stale"), ("/host/hv1", ".legend"), ("/host/nobody", ".guide")):
        page.goto(dashboard.url + path)
        page.wait_for_selector(selector)
        results = Axe().run(page)
        found += [
            f"{path} {violation['id']}: {violation['nodes'][0]['html'][:200]}"
            for violation in results.response["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
    assert [] == found


def test_the_keyboard_reaches_everything(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The first stop skips to the content; the next is in it, and the link of a card opens the host."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page.goto(dashboard.url)
    page.wait_for_selector(".host-card")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="1 host", exact=True)).to_be_focused()
    page.locator(".host-card h2 a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("hv1")


def test_a_page_whose_structure_was_lost_comes_by_itself(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """A link that the dashboard does not answer is said, and followed when it answers again."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page, _ = open_page()
    page.clock.install()
    page.goto(dashboard.url)
    page.wait_for_selector(".host-card")
    lose = losing(page, "**/_dash-update-component*")
    page.locator(".host-card h2 a").click()
    page.clock.run_for(17_000)
    expect(page.locator(".banner")).to_contain_text("No answer from the dashboard")
    lose.clear()
    page.clock.run_for(17_000)
    expect(page.locator("h1")).to_have_text("hv1")
    expect(page.locator(".banner")).to_have_count(0)
