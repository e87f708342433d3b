# SPDX-License-Identifier: Apache-2.0
"""From /proc and libvirt to the pixels: what a person sees of a real host and its VMs."""

import re

import pytest
from playwright.sync_api import Page, expect

from deploy.lab.guest import DEFAULT_GUESTS
from tests.end_to_end.conftest import (
    HOST,
    INTERVAL_SECONDS,
    PATIENCE_MILLISECONDS,
    PATIENCE_SECONDS,
    Grid,
    mark,
)

# The space between number and unit is a narrow one that does not break.
PERCENT = re.compile(r"\d\s%")


@pytest.mark.parametrize("name", [guest.name for guest in DEFAULT_GUESTS])
def test_the_page_shows_a_guest_with_its_cpu(grid_page: Page, name: str) -> None:
    """A real guest's name stands on its host's node with a CPU figure."""
    expect(mark(grid_page, name)).to_contain_text(PERCENT, timeout=PATIENCE_MILLISECONDS)


def test_the_host_page_shows_charts_vms_and_events(grid: Grid, page: Page) -> None:
    """The page of the host has drawn curves, its VMs and what happened."""
    # Every sample is shown of so long a range, and it holds the start: other tests may have run for long.
    page.goto(f"{grid.pipeline.url}host/{HOST}?from=now-45m&to=now")

    expect(page.locator(".js-plotly-plot .scatterlayer .trace path.js-line").first).to_be_attached(
        timeout=PATIENCE_MILLISECONDS
    )
    listed = page.get_by_role("table", name="VMs of this host")
    expect(listed).to_contain_text("web-1", timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_role("main")).to_contain_text("publisher started", timeout=PATIENCE_MILLISECONDS)


def test_the_age_counts_up_without_the_publisher(grid: Grid, grid_page: Page) -> None:
    """A silent host is said to be late and then stale, and keeps its last figures."""
    grid.pipeline.stop_one("publisher")
    try:
        expect(grid_page.get_by_text(re.compile("last seen|stale", re.IGNORECASE)).first).to_be_visible(
            timeout=(5 * INTERVAL_SECONDS + PATIENCE_SECONDS) * 1000
        )
        expect(grid_page.get_by_text("web-1").first).to_be_visible()
        age = grid_page.locator(".host-card__age time")
        for _ in range(2):
            before = age.inner_text()
            expect(age).not_to_have_text(before, timeout=PATIENCE_MILLISECONDS)
    finally:
        grid.pipeline.start("publisher")
    grid.await_next_samples()
