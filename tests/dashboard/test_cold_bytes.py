# SPDX-License-Identifier: Apache-2.0
"""What a browser that knows nothing fetches for a page, compressed, as it counts the bytes itself."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now

KILOBYTE = 1000


class Budget(NamedTuple):
    """A page, what shows that it is there, and the bytes that it may cost."""

    path: str
    selector: str
    kilobytes_max: int


@pytest.mark.parametrize(
    "budget",
    [Budget("/", ".host-card", 400), Budget("/nowhere", ".guide", 400), Budget("/hosts", ".ag-row", 1000)],
    ids=lambda budget: budget.path,
)
def test_a_cold_page_stays_small(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, budget: Budget
) -> None:
    """Document, scripts, styles and answers up to the first figures."""
    seeder.store([host_batch("hv1", utc_now(), 1, Load(tick_seconds=600.0, domains=[domain(1, "web")]))])
    page, _ = open_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    fetched: dict[str, float] = {}

    def note(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["response"]["url"]

    def count(event: dict[str, Any]) -> None:
        fetched[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.responseReceived", note)
    session.on("Network.loadingFinished", count)
    page.goto(dashboard.url + budget.path)
    expect(page.locator(budget.selector).first).to_be_visible()
    by_size = sorted(((size, names.get(key, "")) for key, size in fetched.items()), reverse=True)

    assert sum(fetched.values()) < budget.kilobytes_max * KILOBYTE, by_size[:8]
    assert len(fetched) > 10
