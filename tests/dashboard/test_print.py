# SPDX-License-Identifier: Apache-2.0
"""A page on paper."""

from collections.abc import Callable

from playwright.sync_api import expect

from dashboard.theme import DARK, LIGHT
from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.plots import wait_for_plot
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now

HAS_COLOUR = """(plot, colour) => plot._fullData
    .some(each => each.meta && each.meta.column === "disk_busy_ratio" && each.line.color === colour)"""


def test_paper_is_light_and_has_nothing_to_press(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """Of a dark page the chart is drawn in the colours of the light one, and dark again afterwards."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, Load(domains=[domain(1, "web")])))
    page, faults = open_page(color_scheme="dark", viewport={"width": 760, "height": 1080})
    page.goto(f"{dashboard.url}/host/hv1?from=now-10m&to=now")
    page.wait_for_selector(".js-plotly-plot")
    wait_for_plot(page, "host-chart", HAS_COLOUR, DARK.purple)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    wait_for_plot(page, "host-chart", HAS_COLOUR, LIGHT.purple)
    for hidden in ("#shell-live", ".search", ".range-bar", "[aria-controls=host-chart-table]"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#host-vms tbody tr")).to_be_visible()
    expect(page.locator(".legend__title").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 760
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    wait_for_plot(page, "host-chart", HAS_COLOUR, DARK.purple)
    expect(page.locator(".search")).to_be_visible()
    assert [] == faults
