# SPDX-License-Identifier: Apache-2.0
"""Choosing the range of a host's chart: by pointer, finger, button and text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.plots import wait_for_plot
from tests.dashboard.seeding import Seeder, run_of_batches, utc_now
from tests.dashboard.test_host_page import TICK, plot_box, wait_for_curves

QUESTIONS = re.compile("_dash-update-component")


class Held:
    """Holds every question of a page back until it lets go."""

    def __init__(self, page: Page) -> None:
        self._routes: list[Route] | None = []
        page.route(QUESTIONS, self._take)

    def _take(self, route: Route) -> None:
        if self._routes is None:
            route.continue_()
        else:
            self._routes.append(route)

    def let_go(self) -> None:
        """Let the questions through that were held back, and those that follow."""
        routes, self._routes = self._routes or [], None
        for route in routes:
            route.continue_()


def drag(page: Page, box: dict[str, float]) -> None:
    """Drag over a fifth of the chart, and wait until the URL says so."""
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 62, steps=5)
    page.mouse.up()
    page.wait_for_url("**/host/hv1?from=1*&to=1*")


def test_a_drag_zooms_and_back_undoes_it(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A drag writes its range into the URL; the back button and the double click undo it."""
    seeder.store(run_of_batches("hv1", utc_now(), 240, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-30m&to=now")
    wait_for_curves(page)
    box = plot_box(page)
    drag(page, box)
    expect(page.locator("[data-live]")).to_be_visible()
    start, end = page.evaluate(
        "['from', 'to'].map(name => Number(new URLSearchParams(location.search).get(name)))"
    )
    assert pytest.approx(30 * 60 * 1000 * 0.2, rel=0.05) == end - start
    page.go_back()
    page.wait_for_url("**/host/hv1?from=now-30m&to=now")
    expect(page.locator("[data-live]")).to_be_hidden()
    wait_for_curves(page)
    drag(page, box)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + 60)
    page.wait_for_url("**/host/hv1?from=now-30m&to=now")


def test_a_double_click_counts_on_a_busy_page(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The browser says when the button was pressed, however late the page gets to it; one undoes one zoom."""
    seeder.store(run_of_batches("hv1", utc_now(), 240, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-30m&to=now")
    wait_for_curves(page)
    box = plot_box(page)
    drag(page, box)
    first = page.url
    drag(page, box)
    page.wait_for_url(lambda url: url != first)
    page.evaluate(
        """() => window.addEventListener("mousedown", () => {
            const end = performance.now() + 600;
            while (performance.now() < end);
        }, true)"""
    )
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + 60)
    page.wait_for_url(first)


def test_a_click_after_a_drag_undoes_nothing(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The press that began a drag is not the first one of a double click."""
    seeder.store(run_of_batches("hv1", utc_now(), 240, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-30m&to=now")
    wait_for_curves(page)
    box = plot_box(page)
    drag(page, box)
    zoomed = page.url
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 60)
    # The page has handled the click, and wrote what it undoes into the URL at once.
    assert zoomed == page.evaluate("location.href")


def test_back_before_the_answer_shows_what_was(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The picture that the pointer zoomed is not the server's; going back at once draws that again."""
    seeder.store(run_of_batches("hv1", utc_now(), 240, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-30m&to=now-10m")
    wait_for_curves(page)
    box = plot_box(page)
    held = Held(page)
    drag(page, box)
    page.go_back()
    page.wait_for_url("**/host/hv1?from=now-30m&to=now-10m")
    held.let_go()
    width = "(([start, end]) => end - start)(plot._fullLayout.xaxis.range)"
    wait_for_plot(page, "host-chart", f"plot => Math.abs({width} - 1200) < 1")


def test_a_choice_is_marked_at_once_and_dims_until_it_is_answered(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """The range bar says what was chosen before any answer, and the old chart does not pass for it."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    held = Held(page)
    button = page.get_by_role("button", name="last 15 minutes")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#host-body")).to_have_attribute("aria-busy", "true")
    held.let_go()
    expect(page.locator("#host-body:not([aria-busy])")).to_be_visible()


def test_a_finger_scrolls_over_the_chart(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """On a touch screen the chart takes no touch away from the page."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page, faults = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    wait_for_plot(page, "host-chart", "plot => plot._fullLayout.dragmode === false")
    is_taken = page.evaluate(
        """() => {
            const target = document.querySelector('#host-chart .nsewdrag');
            const box = target.getBoundingClientRect();
            const touch = new Touch({ identifier: 1, target, clientX: box.x + 50, clientY: box.y + 50 });
            const options = { bubbles: true, cancelable: true, touches: [touch], changedTouches: [touch] };
            const events = ['touchstart', 'touchmove', 'touchend'].map(name => new TouchEvent(name, options));
            events.forEach(event => target.dispatchEvent(event));
            return events.some(event => event.defaultPrevented);
        }"""
    )
    assert not is_taken
    assert [] == faults


def test_a_tap_changes_no_range(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """A tap is a touch and a press that the browser makes of it, and no double click."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page, faults = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    # On a phone it begins below what is seen first.
    page.locator(".chart").evaluate("chart => chart.scrollIntoView()")
    box = plot_box(page)
    # The browser's own click comes last.
    page.evaluate("window.addEventListener('click', click => { window.isTapped ||= click.isTrusted; })")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 60)
    page.wait_for_function("() => window.isTapped")
    assert f"{dashboard.url}/host/hv1" == page.evaluate("location.href")
    assert [] == faults


def test_presets_and_typed_ranges_write_the_url(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A preset, a typed range and the way back to live are all in the URL."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page)
    page.get_by_role("button", name="last 15 minutes").click()
    page.wait_for_url("**?from=now-15m&to=now")
    expect(page.get_by_role("button", name="last 15 minutes")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("From").fill("now-10m")
    page.get_by_label("to", exact=True).fill("now-5m")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**?from=now-10m&to=now-5m")
    page.get_by_role("button", name="Go live").click()
    page.wait_for_url("**?from=now-5m&to=now")
    page.get_by_label("From").fill("yesterday")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".note--bad")).to_contain_text("“yesterday” is not a time")
    expect(page.locator(".chart")).to_be_hidden()
    page.get_by_role("button", name="last 5 minutes").click()
    expect(page.locator(".chart")).to_be_visible()
