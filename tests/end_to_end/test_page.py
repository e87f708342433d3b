# SPDX-License-Identifier: Apache-2.0
"""From /proc and libvirt to the pixels: what a person sees of real VMs, and how fast it follows them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.lab.guest import DEFAULT_GUESTS
from tests.end_to_end.conftest import HOST, INTERVAL_SECONDS, PATIENCE_SECONDS, Grid

PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000
EVENT = "SELECT time FROM kvmgrid.events_named WHERE domain_name = %s AND kind = %s AND time >= %s"
# The space between number and unit is a narrow one that does not break.
PERCENT = re.compile(r"\d\s%")


def mark(page: Page, name: str) -> Locator:
    """Return what the grid shows of a VM."""
    return page.locator(".node__vms li", has_text=name)


@pytest.fixture
def grid_page(grid: Grid, page: Page) -> Page:
    """Open the grid and wait for its node."""
    page.goto(grid.pipeline.url)
    expect(page.get_by_label(f"host {HOST}")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    return page


@pytest.fixture
def started_guest(grid: Grid) -> Iterator[str]:
    """Give the running guest that a test may harm, and have it running again afterwards."""
    name = "idle-1"
    yield name
    state = grid.virsh("domstate", name).strip()
    if state == "paused":
        grid.guests.resume(name)
    elif state != "running":
        grid.guests.start(name)
        grid.guests.wait_booted(name)
    # Whole again: also the guest's own memory figures, which come some seconds after it has booted.
    grid.await_rows(
        """
        SELECT 1 FROM kvmgrid.domains_now
        WHERE name = %s AND state_name = 'running' AND cpu_cores IS NOT NULL AND memory_used_bytes IS NOT NULL
        """,
        name,
    )


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
    expect(page.locator("table").first).to_contain_text("web-1", timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_role("main")).to_contain_text("publisher started", timeout=PATIENCE_MILLISECONDS)


Change = Callable[[Grid, str], None]
# What is done to a guest, the word on its host's node, its state as virsh names it, the kind of the event.
CHANGES: dict[str, tuple[Change, str, str, str]] = {
    "killed": (lambda grid, name: grid.guests.kill(name), "off", "shut off", "domain_failed"),
    "paused": (lambda grid, name: grid.guests.pause(name), "paused", "paused", "domain_paused"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_guest_shows_within_two_samples(
    grid: Grid, grid_page: Page, started_guest: str, change: str
) -> None:
    """A killed or paused guest has its new state in the second sample, on the page, and as an event."""
    act, word, state, kind = CHANGES[change]
    (moment,) = grid.query("SELECT now()")

    act(grid, started_guest)

    expect(mark(grid_page, started_guest)).to_contain_text(word, timeout=PATIENCE_MILLISECONDS)
    expect_event(grid, grid_page, started_guest, kind, moment[0])
    assert state in states_after(grid, started_guest, moment[0])[:2]


def test_a_new_guest_shows_within_two_samples(grid: Grid, grid_page: Page) -> None:
    """A started guest is running in the second sample, on the page, and as an event."""
    (moment,) = grid.query("SELECT now()")
    try:
        grid.guests.start("spare-1")

        expect(grid_page.get_by_label("VMs by state")).to_contain_text(
            "4 running", timeout=PATIENCE_MILLISECONDS
        )
        expect_event(grid, grid_page, "spare-1", "domain_started", moment[0])
        assert "running" in states_after(grid, "spare-1", moment[0])[:2]
    finally:
        grid.guests.destroy("spare-1")


def test_a_renamed_guest_shows_its_new_name(grid: Grid, grid_page: Page) -> None:
    """A stopped guest that is renamed is the same VM under its new name."""
    grid.await_rows("SELECT 1 FROM kvmgrid.domains_now WHERE name = 'spare-1' AND state_name = 'shut off'")
    (before,) = grid.query("SELECT domain_id FROM kvmgrid.domains_now WHERE name = 'spare-1'")
    try:
        grid.guests.rename("spare-1", "renamed-1")

        expect(grid_page.get_by_text("renamed-1").first).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        (after,) = grid.query("SELECT domain_id FROM kvmgrid.domains_now WHERE name = 'renamed-1'")
        assert before == after
    finally:
        grid.guests.rename("renamed-1", "spare-1")


def expect_event(grid: Grid, page: Page, name: str, kind: str, moment: object) -> None:
    """Expect an event of a VM after a moment in its host's list, at the address without a range."""
    rows = grid.await_rows(EVENT, name, kind, moment)
    page.locator(f'.node[aria-label="host {HOST}"] h2 a').click()
    of_name = page.locator(".events li", has_text=name)
    instant = str(
        of_name.filter(has_text=kind.replace("_", " ")).first.locator("time").get_attribute("datetime")
    )
    assert rows[0][0] == datetime.fromisoformat(instant)


def states_after(grid: Grid, name: str, moment: object) -> list[str]:
    """Return a VM's states in the samples that began after a moment, two at least."""
    grid.await_next_samples()
    rows = grid.query(
        """
        SELECT states.name FROM kvmgrid.domain_samples
        JOIN kvmgrid.domains USING (domain_id) JOIN kvmgrid.domain_states AS states USING (state)
        WHERE domains.name = %s AND sampled_at > %s ORDER BY sampled_at
        """,
        name, moment,
    )  # fmt: skip
    return [str(row[0]) for row in rows]


def test_the_age_counts_up_without_the_publisher(grid: Grid, grid_page: Page) -> None:
    """A silent host is said to be late and then stale, and keeps its last figures."""
    grid.pipeline.stop_one("publisher")
    try:
        expect(grid_page.get_by_text(re.compile("last seen|stale", re.IGNORECASE)).first).to_be_visible(
            timeout=(5 * INTERVAL_SECONDS + PATIENCE_SECONDS) * 1000
        )
        expect(grid_page.get_by_text("web-1").first).to_be_visible()
        age = grid_page.locator(".node__age time")
        for _ in range(2):
            before = age.inner_text()
            expect(age).not_to_have_text(before, timeout=PATIENCE_MILLISECONDS)
    finally:
        grid.pipeline.start("publisher")
    grid.await_next_samples()
