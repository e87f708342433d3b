# SPDX-License-Identifier: Apache-2.0
"""What a browser that knows nothing fetches for a page, compressed, as it counts the bytes itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase

KILOBYTE = 1000


VM = domain(1, "web")
PAGES = {
    "/": ("1 host", 400),
    "/nowhere": ("There is no such page", 400),
    # AG Grid alone is 610; the count of alerts and the session of who has logged in brought 7.
    "/hosts": ("1,000 hosts", 1005),
    "/vms": ("1 VM", 1000),
    f"/vm/{VM.uuid}": ("Last start seen", 1000),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_page_stays_small(
    open_page: Callable[..., Watched],
    dashboard: Dashboard,
    seeder: Seeder,
    database: MigratedDatabase,
    path: str,
) -> None:
    """Document, scripts, styles and answers up to the first figures; the table shows a thousand hosts."""
    words, kilobytes_max = PAGES[path]
    seeder.store([host_batch("hv1", utc_now(), 1, Load(tick_seconds=600.0, domains=[VM]))])
    if path == "/hosts":
        copy_host(database.owner_url, "hv1", 999)
    page, _ = open_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    fetched: dict[str, float] = {}

    def note(event: dict[str, Any]) -> None:
        asked = event["request"]
        # A callback is known by what it fills; its live answers come after the first one.
        filled = json.loads(asked["postData"]).get("output", "") if "postData" in asked else ""
        names[event["requestId"]] = f"{asked['url']} {filled}"

    def count(event: dict[str, Any]) -> None:
        fetched.setdefault(names.get(event["requestId"], event["requestId"]), event["encodedDataLength"])

    session.on("Network.requestWillBeSent", note)
    session.on("Network.loadingFinished", count)
    page.goto(dashboard.url + path)
    expect(page.locator("main")).to_contain_text(words)
    if path.startswith("/vm/"):
        # Drawn by Plotly, which is fetched where there is a chart.
        page.wait_for_selector(".js-plotly-plot", state="attached")
    if path in {"/hosts", "/vms"}:
        expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    by_size = sorted(((size, name) for name, size in fetched.items()), reverse=True)

    assert len(fetched) > 10
    assert sum(fetched.values()) < kilobytes_max * KILOBYTE, by_size[:10]
