# SPDX-License-Identifier: Apache-2.0
"""Live or past, and links to what is shown."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Seeder, run_of_batches, utc_now
from tests.dashboard.test_host_page import TICK


@pytest.fixture
def host(seeder: Seeder, dashboard: Dashboard) -> str:
    """Store a host with 20 minutes; give the address of its page."""
    seeder.store(run_of_batches("hv1", utc_now(), 120, TICK))
    return f"{dashboard.url}/host/hv1"


def state(page: Page) -> Locator:
    """Return the button that says whether the page goes on."""
    return page.locator("#shell-live")


def test_a_past_range_says_past_and_what_is_of_now(page: Page, host: str) -> None:
    """The way back to now keeps the length; figures that are of now say so, whatever the range."""
    end = utc_now() - timedelta(minutes=5)
    start, end_ms = (round((end - timedelta(minutes=m)).timestamp() * 1000) for m in (10, 0))
    page.goto(f"{host}?from={start}&to={end_ms}")
    page.wait_for_selector(".js-plotly-plot")
    expect(state(page)).to_have_text("Past")
    expect(page.locator(".host-head")).to_contain_text("Now: sampled")
    expect(page.locator(".host-facts p")).to_have_text("Now")
    expect(page.locator("#host-vms")).to_contain_text("the end of this range")
    page.get_by_role("button", name="Go live").click()
    expect(page).to_have_url(re.compile("from=now-10m&to=now$"))
    expect(state(page)).to_have_text("Live")
    expect(page.get_by_role("button", name="Go live")).to_be_hidden()
    page.go_back()
    expect(state(page)).to_have_text("Past")
    # A past that moves on can be paused, too.
    page.keyboard.press("Space")
    expect(state(page)).to_have_text("Paused")
    state(page).click()
    expect(state(page)).to_have_text("Past")
    page.goto(f"{host}?from=now-1h&to=now-15m")
    expect(state(page)).to_have_text("Past")
    # Another page without a range is of now.
    page.get_by_role("link", name="Hosts").click()
    expect(state(page)).to_have_text("Live")


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_link_moves_on_or_is_fixed(
    open_page: Callable[..., Watched], host: str, *, is_allowed: bool
) -> None:
    """With a clipboard it is in there, without one it is selected; opened elsewhere it shows the same."""
    page, faults = open_page()
    if is_allowed:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(f"{host}?from=now-10m&to=now&tz=utc")
    page.wait_for_selector(".js-plotly-plot")
    page.get_by_text("Copy link").click()
    field = page.get_by_role("textbox", name="link")
    page.get_by_role("button", name="With times that move on").click()
    expect(field).to_have_value(re.compile(r"/host/hv1\?from=now-10m&to=now&tz=utc$"))
    page.get_by_role("button", name="With these times, fixed").click()
    expect(field).to_have_value(re.compile(r"/host/hv1\?from=\d{13}&to=\d{13}&tz=utc$"))
    link = field.input_value()
    words = page.locator(".copy-link [role=status]")
    if is_allowed:
        expect(words).to_have_text("Copied.")
        assert link == page.evaluate("navigator.clipboard.readText()")
    else:
        expect(words).to_have_text("Selected: copy it with Ctrl+C.")
        expect(field).to_be_focused()
        selected = "input => input.value.slice(input.selectionStart, input.selectionEnd)"
        assert link == field.evaluate(selected)
    field.press("Escape")
    expect(field).to_be_hidden()
    page.goto(link)
    page.wait_for_selector(".js-plotly-plot")
    expect(state(page)).to_have_text("Past")
    page.get_by_text("Copy link").click()
    page.get_by_role("button", name="With times that move on").click()
    expect(words).to_have_text("These times are fixed.")
    assert [] == faults
