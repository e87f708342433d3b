# SPDX-License-Identifier: Apache-2.0
"""The page of a host on a phone."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import msgspec
from playwright.sync_api import expect

from tests.browser import Watched, expect_value
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Seeder, domain, run_of_batches, utc_now
from tests.dashboard.test_host_page import TICK


def test_what_a_reading_met_is_in_view_on_a_small_screen(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """The table may be wider than the window; why a reading went wrong is seen without scrolling."""
    vm = domain(1, "a-machine-with-quite-a-long-name")
    busy = msgspec.structs.replace(vm.sample, outcome="busy")
    vm = msgspec.structs.replace(vm, reason="its monitor is held by a job that does not end", sample=busy)
    seeder.store(run_of_batches("hv1", utc_now(), 3, TICK._replace(domains=[vm])))
    page, faults = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    cell = page.locator("#host-vms .cell-warning")
    expect(cell).to_contain_text("its monitor is held")
    is_inside = (
        "cell => cell.getBoundingClientRect().right"
        " < document.querySelector('#host-vms').getBoundingClientRect().right"
    )
    expect_value(page, lambda: cell.evaluate(is_inside), wanted=True)
    assert [] == faults


def test_marks_of_events_do_not_collide_on_a_phone(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """However many events there are, each mark has room, and those without a mark are counted."""
    now = utc_now()
    events = [seeder.event("hv1", "domain_paused", now - timedelta(seconds=index)) for index in range(280)]
    seeder.store(run_of_batches("hv1", now, 30, TICK), events)
    page, faults = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    expect(page.locator(".event-more")).to_contain_text("80 older")
    expect(page.locator(".events-cut")).to_contain_text("The newest 200 of 280")
    # In one reading: the marks move with the time.
    more, *boxes = page.evaluate(
        "() => ['.event-more', '.event-mark'].flatMap(name => [...document.querySelectorAll(name)])"
        ".map(mark => mark.getBoundingClientRect().toJSON())"
    )
    assert more["right"] <= boxes[0]["left"] + 1
    assert 1 < len(boxes)
    assert all(before["right"] <= after["left"] for before, after in pairwise(boxes))
    assert [] == faults
