# SPDX-License-Identifier: Apache-2.0
"""What a person reads of a host beside last week, and of the statistic that lines show."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import Watched, expect_fit
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Seeder, host_batch, utc_now
from tests.dashboard.test_host_page import TICK, plot_box, wait_for_curves

WEEK = timedelta(days=7)
DASHES = "#host-chart path.js-line[style*='stroke-dasharray']"


def legend(column: str) -> str:
    """Return where the value of a curve stands in its legend."""
    return f'.legend__entry[data-column="{column}"] .legend__value'


def test_a_host_stands_beside_its_last_week(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, tmp_path: Path
) -> None:
    """A person chooses last week and reads both values under the pointer, in the table and in the file."""
    now = utc_now()
    for end, cpu_ratio, skipped in ((now - WEEK, 0.25, range(0)), (now, 0.5, range(40, 80))):
        seeder.store(
            host_batch(
                "hv1", end - timedelta(seconds=10 * step), 500 - step, TICK._replace(cpu_ratio=cpu_ratio)
            )
            for step in range(119, -1, -1)
            if step not in skipped
        )
    watched = open_page(timezone_id="Europe/Berlin")
    page = watched.page
    first, last = (round((now - timedelta(seconds=s)).timestamp() * 1000) for s in (1000, 0))
    page.goto(f"{dashboard.url}/host/hv1?from={first}&to={last}")
    wait_for_curves(page)
    page.get_by_label("Compare with").select_option(label="1 week before")
    expect(page).to_have_url(re.compile("vs=-7d"))
    expect(page.locator(".note-place")).to_contain_text(
        "Grey and dashed: 7\u00a0d before, at the same time of day in Europe/Berlin"
    )
    entry = page.locator('.legend__entry[data-column="cpu_busy_ratio_before"]')
    expect(entry).to_have_text("busy, 7\u00a0d before25\u00a0%")
    expect(page.locator(legend("cpu_busy_ratio"))).to_have_text("50\u00a0%")
    expect(page.locator(DASHES).first).to_be_attached()
    swatch = entry.locator(".swatch")
    expect(swatch).to_have_css("border-top-style", "dashed")
    expect(swatch).to_have_css("height", "2px")
    # In the gap of this week last week goes on.
    box = plot_box(page)
    at = box["x"] + box["width"] * 0.4
    page.mouse.move(at - 5, box["y"] + 20)
    page.mouse.move(at, box["y"] + 20)
    expect(page.locator(legend("cpu_busy_ratio"))).to_have_text("n/a")
    expect(page.locator(legend("cpu_busy_ratio_before"))).to_have_text("25\u00a0%")
    page.get_by_role("button", name="Show as table").click()
    expect(page.locator(".chart__table th").nth(2)).to_have_text("CPU busy, 7\u00a0d before")
    expect(page.locator(".chart__table tbody tr").first.locator("td").nth(1)).to_have_text("25\u00a0%")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "chart.csv")
    assert "CPU: busy, 7\u00a0d before [share of 1]" in (tmp_path / "chart.csv").read_text(encoding="utf-8")
    # The address is the state: back takes the comparison away, and another length of time can stand in it.
    page.go_back()
    expect(entry).to_have_count(0)
    expect(page.get_by_label("Compare with")).to_have_value("")
    page.goto(f"{dashboard.url}/host/hv1?from={first}&to={last}&vs=-168h")
    expect(page.get_by_label("Compare with")).to_have_value("-168h")
    expect(page.locator('.legend__entry[data-column="cpu_busy_ratio_before"]')).to_contain_text(
        "168\u00a0h before"
    )
    page.goto(f"{dashboard.url}/host/hv1?vs=-7x")
    expect(page.locator(".note--bad")).to_contain_text("“x” at character 3")
    page.set_viewport_size({"width": 390, "height": 844})
    expect_fit(page, 390)
    assert [] == watched.faults
