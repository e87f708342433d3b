# SPDX-License-Identifier: Apache-2.0
"""Rows of the table of hosts that are stale."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, host_batch, utc_now
from tests.dashboard.test_hosts_page import cell, row

# How often each row was drawn, from the first on.
COUNT_DRAWN = """
    window.drawn = {};
    const places = ".ag-pinned-left-cols-container .ag-row";
    new MutationObserver(changes => {
        for (const row of changes.flatMap(change => [...change.addedNodes]))
            if (row instanceof Element && row.matches(places))
                drawn[row.getAttribute("row-id")] = (drawn[row.getAttribute("row-id")] || 0) + 1;
    }).observe(document, { childList: true, subtree: true });
"""


def test_a_host_grows_stale_by_itself(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """On a paused page a host whose time is over is hatched, and its health ends."""
    seeder.store([host_batch("hv1", utc_now(), 1, Load(tick_seconds=60.0))])
    page.clock.install()
    page.goto(f"{dashboard.url}/hosts")
    expect(cell(page, "hv1", "state")).to_have_text("good")
    page.locator("#shell-live").click()
    expect(page.locator("#shell-live")).to_have_text("Paused")
    page.clock.fast_forward("10:00")
    expect(row(page, "hv1")).to_have_class(re.compile("row--stale"))
    expect(cell(page, "hv1", "state")).to_have_text("stale")


def test_a_host_that_was_stale_before_is_drawn_once(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Whoever points at its row or selects in it keeps it."""
    seeder.store([host_batch("gone", utc_now() - timedelta(seconds=30), 1, Load(tick_seconds=1.0))])
    page.add_init_script(COUNT_DRAWN)
    page.goto(f"{dashboard.url}/hosts")
    expect(row(page, "gone")).to_have_class(re.compile("row--stale"))
    # Rows that grow stale are looked for every second, when ages count up.
    for _ in range(3):
        expect(cell(page, "gone", "age")).not_to_have_text(cell(page, "gone", "age").inner_text())
    assert {"gone": 1} == page.evaluate("drawn")
