# SPDX-License-Identifier: Apache-2.0
"""The Chart component in a browser: what it needs of the screen, and what it asks of the server."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, Request, Response, expect

from tests.browser import Watched, expect_value, losing, settled
from tests.dashboard.conftest import Dashboard
from tests.dashboard.plots import plot_value, wait_for_plot
from tests.dashboard.seeding import Load, Seeder, host_batch, run_of_batches, utc_now
from tests.dashboard.test_host_page import TICK, plot_box, wait_for_curves

COLD_CEILING_BYTES = 1_300_000
PLAIN_COLD_CEILING_BYTES = 400_000
CALLBACK = "_dash-update-component"
# What hides values beside an axis that lies over a panel.
FADING = "() => getComputedStyle(document.querySelector('.time-axis'), '::after').backgroundImage"
# What a Plotly of ours draws a curve with.
STROKE = "plot => (line => line && getComputedStyle(line).stroke)(plot.querySelector('path.js-line'))"


def box_of(locator: Locator) -> dict[str, float]:
    """Return where an element is on the screen, once it stays there."""
    box = settled(locator.page, locator.bounding_box)
    assert box is not None
    return {"top": box["y"], "bottom": box["y"] + box["height"]}


def chart_requests(page: Page) -> list[dict[str, Any]]:
    """Return a list that grows by the view of the chart in each request of the page."""
    views: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if CALLBACK in request.url and "host-chart" in (request.post_data or ""):
            views.append(json.loads(request.post_data or "{}")["state"][-1]["value"])

    page.on("request", note)
    return views


def chart_responses(page: Page) -> list[Response]:
    """Return a list that grows by the responses that the page gets."""
    responses: list[Response] = []

    # Playwright marks what it calls, and a method of a list takes no mark.
    def note(response: Response) -> None:
        responses.append(response)

    page.on("response", note)
    return responses


def test_the_time_axis_is_on_the_first_screen(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A chart taller than the screen has its axis at the edge of the screen, then at its own end."""
    seeder.store(run_of_batches("hv1", utc_now(), 120, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    texts = page.locator(".time-axis__text")
    expect(texts.first).to_be_in_viewport(ratio=1)
    axis = page.locator(".time-axis")
    expect_value(page, lambda: round(box_of(axis)["bottom"]), 900)
    page.wait_for_function(f"() => ({FADING})() !== 'none'")
    page.mouse.wheel(0, 10_000)
    page.wait_for_function("() => document.querySelector('.time-axis').getBoundingClientRect().bottom < 800")
    page.wait_for_function(
        "() => { const [axis, graph] = ['.time-axis', '.chart__graph']"
        ".map(name => document.querySelector(name).getBoundingClientRect());"
        " return Math.abs(axis.top - graph.bottom) < 10; }"
    )
    # The value at zero, whose lower half lies beside the axis, is whole there.
    page.wait_for_function(f"() => ({FADING})() === 'none'")


def test_the_time_stands_in_the_panel_under_the_pointer(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """The time is at the pointer, in each panel, and not at the top of the chart."""
    seeder.store(run_of_batches("hv1", utc_now(), 120, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-19m&to=now")
    wait_for_curves(page)
    plot = plot_box(page)
    at = plot["x"] + plot["width"] / 2
    legends = page.locator(".legend")
    tops = [box_of(legends.nth(index))["top"] for index in range(4)]
    for index in range(3):
        middle = (tops[index] + tops[index + 1]) / 2 + 10
        page.mouse.move(at - 3, middle)
        page.mouse.move(at, middle)
        time = page.locator(".crosshair__time")
        expect(time).to_be_visible()
        page.wait_for_function(
            "([low, high]) => {"
            " const box = document.querySelector('.crosshair__time').getBoundingClientRect();"
            " return low < box.top && box.bottom < high; }",
            arg=[tops[index], tops[index + 1]],
        )


def test_what_a_person_chooses_asks_nothing(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Hidden curves, the theme and the table are drawn from what the browser holds, also while paused."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-9m&to=now-1m")
    wait_for_curves(page)
    page.keyboard.press("Space")
    expect(page.locator("#shell-live")).to_have_text("Paused")
    asked = chart_requests(page)
    before = plot_value(page, "host-chart", STROKE)
    entry = page.locator('.legend__entry[data-column="cpu_guest_ratio"]')
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    is_gone = "plot => !plot._fullData.some(each => each.meta && each.meta.column === 'cpu_guest_ratio')"
    wait_for_plot(page, "host-chart", is_gone)
    page.get_by_role("button", name="Show as table").click()
    expect(page.locator(".chart__table caption")).to_be_visible()
    assert [] == asked
    page.emulate_media(color_scheme="dark")
    wait_for_plot(page, "host-chart", f"(plot, before) => ![null, before].includes(({STROKE})(plot))", before)
    assert [] == asked
    # What it would have counted is counted.
    page.locator("#shell-live").click()
    expect_value(page, lambda: bool(asked), wanted=True)


def test_a_browser_says_what_it_holds_and_gets_the_rest(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Each request names the version of the answer before; the rows that came are added to those held."""
    now = utc_now()
    seeder.store(run_of_batches("hv1", now - timedelta(seconds=20), 60, TICK))
    asked = chart_requests(page)
    responses = chart_responses(page)
    page.goto(f"{dashboard.url}/host/hv1?from=now-9m&to=now")
    wait_for_curves(page)
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"] .legend__value')
    seeder.store([host_batch("hv1", now, 500, TICK._replace(cpu_ratio=0.93))])
    expect(busy).to_have_text("93\u00a0%")
    answers = [each.json()["response"] for each in responses if CALLBACK in each.url]
    updates = [answer["host-chart"]["update"] for answer in answers if "host-chart" in answer]
    wholes = [update for update in updates if "rows" in update and not update["rows"]["base"]]
    assert 1 == len(wholes)
    (*_, newest) = [update for update in updates if "rows" in update]
    assert newest["rows"]["base"] in {view["version"] for view in asked}
    assert newest["rows"]["kept_count"] > 40


def test_another_host_is_never_shown_with_the_rows_of_the_first(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Going from host to host shows each one's own values, there and back."""
    now = utc_now()
    seeder.store(run_of_batches("hv1", now, 30, TICK))
    seeder.store([host_batch("hv1", now + timedelta(seconds=1), 900, TICK._replace(cpu_ratio=0.11))])
    calm = Load(tick_seconds=10.0, cpu_ratio=0.77)
    seeder.store(
        [host_batch("hv2", now - timedelta(seconds=10 * index), 100 - index, calm) for index in range(30)]
    )
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"] .legend__value')
    page.goto(f"{dashboard.url}/host/hv1")
    expect(busy).to_have_text("11\u00a0%")
    page.evaluate("kvmgrid.go('/host/hv2')")
    expect(busy).to_have_text("77\u00a0%")
    wait_for_curves(page)
    page.go_back()
    expect(busy).to_have_text("11\u00a0%")


def test_a_chart_ends_with_its_page(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Plotly keeps nothing of a chart whose page was left."""
    seeder.store(run_of_batches("hv1", utc_now(), 30, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    page.evaluate("window.left = document.querySelector('#host-chart .js-plotly-plot')")
    page.evaluate("kvmgrid.go('/')")
    page.wait_for_selector(".host-card")
    page.wait_for_function("!left.isConnected && !left._fullLayout && !left.data")


def test_a_library_that_failed_once_is_fetched_again(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """A fixed range has no curves while Plotly's file does not come, and says so; then it has them."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page = open_page().page
    lose = losing(page, "**/plotly/**")
    page.goto(f"{dashboard.url}/host/hv1?from=now-9m&to=now-5m")
    words = page.locator(".chart__nothing", has_text="The curves are not drawn")
    expect(words).to_be_visible()
    lose.clear()
    wait_for_curves(page)
    expect(words).to_have_count(0)


def test_the_table_of_another_range_goes_with_its_chart(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Without a chart to show the open table has no rows either; it comes back with the chart."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    page.get_by_role("button", name="Show as table").click()
    rows = page.locator(".chart__table tbody tr")
    expect(rows.first).to_be_visible()
    page.evaluate("kvmgrid.go('/host/hv1?from=nonsense')")
    expect(page.locator(".note--bad")).to_be_visible()
    expect(rows).to_have_count(0)
    page.go_back()
    expect(rows.first).to_be_visible()


def test_curves_follow_the_room_that_they_have(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A chart whose place becomes narrower in the same window is drawn as wide as its place."""
    end = utc_now()
    seeder.store(run_of_batches("hv1", end, 60, TICK))
    start_ms, end_ms = (round((end - timedelta(seconds=s)).timestamp() * 1000) for s in (500, 300))
    page.goto(f"{dashboard.url}/host/hv1?from={start_ms}&to={end_ms}")
    wait_for_curves(page)
    # A paused page asks for no other picture.
    page.keyboard.press("Space")
    page.evaluate("document.querySelector('.chart').style.width = '640px'")
    page.wait_for_function("() => document.querySelector('#host-chart .main-svg')?.clientWidth === 640")


def received_bytes(watched: Watched, url: str, wait: Callable[[Page], object]) -> tuple[int, list[str]]:
    """Return the bytes that a page takes from a cold start on, as they travel, and their addresses."""
    session = watched.page.context.new_cdp_session(watched.page)
    sizes: list[float] = []
    addresses: list[str] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.responseReceived", lambda event: addresses.append(event["response"]["url"]))
    watched.page.goto(url)
    wait(watched.page)
    return round(sum(sizes)), addresses


def test_a_cold_page_is_small_and_plotly_comes_with_charts_only(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """A page without a chart takes no Plotly; one with a chart takes the cartesian part."""
    seeder.store(run_of_batches("hv1", utc_now(), 120, TICK))
    grid = received_bytes(open_page(), f"{dashboard.url}/", lambda page: page.wait_for_selector(".host-card"))
    assert not [address for address in grid[1] if "/plotly/" in address]
    assert grid[0] <= PLAIN_COLD_CEILING_BYTES
    host = received_bytes(open_page(), f"{dashboard.url}/host/hv1", wait_for_curves)
    assert 1 == len([address for address in host[1] if "/plotly/" in address])
    assert host[0] <= COLD_CEILING_BYTES
