# SPDX-License-Identifier: Apache-2.0
"""The page of a VM in a browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher.wire.samples import DomainReport
from tests.browser import Watched, expect_fit, expect_value
from tests.dashboard.conftest import Dashboard
from tests.dashboard.lives import Lives, Name, Stay, with_devices
from tests.dashboard.plots import plot_value
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, run_of_batches, utc_now
from tests.dashboard.test_host_page import TICK

HOSTILE = '<img src=x onerror="window.hit=1"> \u202ename'
LINES = "#vm-chart path.js-line"
LINES_ARE_DRAWN = (
    f"count => Array.from(document.querySelectorAll('{LINES}'))"
    ".filter(path => /[0-9]L[0-9]/.test(path.getAttribute('d') || '')).length >= count"
)
CPU_OF_CHART = """plot => {
    const curves = plot._fullData.filter(each => each.meta && each.meta.column === 'cpu_ratio');
    const values = curves.length ? Array.from(curves[0].y) : [];
    return [curves.length, values.filter(Number.isNaN).length, values.length > 140];
}"""
SOLID_LINES = """plot => plot.layout.shapes
    .filter(shape => shape.line.dash === 'solid').map(shape => shape.x0)"""


class Moved(NamedTuple):
    """A VM that went from hv1 to hv2, and when."""

    vm: DomainReport
    at: datetime
    now: datetime


def wait_for_lines(page: Page, count: int = 8) -> None:
    """Wait until so many curves have a path."""
    page.wait_for_function(LINES_ARE_DRAWN, arg=count)


@pytest.fixture
def moved(seeder: Seeder, lives: Lives) -> Moved:
    """Give a VM of two disks that has moved ten minutes ago, beside others on either host."""
    now = utc_now()
    at = now - timedelta(minutes=10)
    vm = with_devices(domain(1, "web"))
    early, late = domain(2, "stayed-on-hv1"), domain(3, HOSTILE)
    for host, others, first, last in (
        ("hv1", [early], now - timedelta(minutes=25), at),
        ("hv2", [late], at, now + timedelta(seconds=1)),
    ):
        count = round((last - first) / timedelta(seconds=10))
        end = last - timedelta(seconds=10)
        load = TICK._replace(domains=[vm, *others])
        seeder.store(run_of_batches(host, min(end, now), count, load))
    born = now - timedelta(days=1)
    seeder.store(
        [],
        [
            seeder.event("hv1", "domain_started", now - timedelta(minutes=20), vm, "booted"),
            seeder.event("hv2", "domain_migration_arrived", at, vm, "migrated"),
        ],
    )
    lives.lived(
        vm,
        [Stay("hv1", born, at), Stay("hv2", at, None, "migrated")],
        [Name("former", born, at), Name("web", at)],
    )
    lives.lived(early, [Stay("hv1", born)])
    lives.lived(late, [Stay("hv2", born)])
    return Moved(vm, at, now)


def test_a_move_is_one_line_with_a_mark(page: Page, dashboard: Dashboard, moved: Moved) -> None:
    """Strip and table name both hosts; the curve goes on across the move, at which a line stands."""
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}")
    wait_for_lines(page)
    expect(page.locator("h1")).to_have_text("web")
    expect(page.locator("#shell-page")).to_contain_text(moved.vm.uuid)
    expect(page.locator(".vm-state")).to_contain_text("Now running (booted) · on hv2 since")
    expect(page.locator(".vm-state")).to_contain_text(", before on hv1")
    expect(page.locator(".stay__host")).to_have_text(["hv1", "hv2"])
    meet = (
        "links => { const [first, second] = links.map(link => link.getBoundingClientRect());"
        " return Math.abs(first.right - second.left) < 2; }"
    )
    expect_value(page, lambda: page.locator(".stay__host").evaluate_all(meet), wanted=True)
    expect_value(page, lambda: plot_value(page, "vm-chart", CPU_OF_CHART), [1, 0, True])
    expect_value(page, lambda: plot_value(page, "vm-chart", SOLID_LINES), [moved.at.timestamp()])
    expect(page.locator("#vm-life")).to_contain_text("migrated there")
    expect(page.locator("#vm-life .names")).to_contain_text("former")
    expect(page.locator("#vm-events .event__name")).to_have_text(["hv2", "hv1"])
    expect(page.locator(".facts")).to_contain_text("ago (booted)")
    assert page.evaluate("window.hit === undefined")


def test_links_lead_from_host_to_vm_to_neighbour(page: Page, dashboard: Dashboard, moved: Moved) -> None:
    """The range goes along in both directions; names of strangers stay text."""
    query = "?from=now-30m&to=now"
    page.goto(f"{dashboard.url}/host/hv2{query}")
    page.locator("#host-vms").get_by_role("link", name="web").click()
    expect(page.locator("h1")).to_have_text("web")
    expect(page).to_have_url(f"{dashboard.url}/vm/{moved.vm.uuid}{query}")
    wait_for_lines(page)
    neighbour = page.locator("#vm-neighbours tbody a")
    expect(neighbour).to_have_text('<img src=x onerror="window.hit=1"> \ufffdname')
    neighbour.click()
    expect(page.locator("h1")).to_have_text('<img src=x onerror="window.hit=1"> \ufffdname')
    assert page.evaluate("window.hit === undefined")
    page.go_back()
    page.locator("#vm-events").get_by_role("link", name="hv1").click()
    expect(page.locator("h1")).to_have_text("hv1")
    page.locator("#host-events").get_by_role("link", name="web").first.click()
    expect(page.locator("h1")).to_have_text("web")


def test_a_past_range_shows_nothing_of_now(page: Page, dashboard: Dashboard, moved: Moved) -> None:
    """Before the move the VM is on hv1 with its neighbours there; what is of now says so."""
    start, end = (round((moved.at - timedelta(minutes=m)).timestamp() * 1000) for m in (12, 2))
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?from={start}&to={end}")
    wait_for_lines(page)
    expect(page.locator(".stay__host")).to_have_text(["hv1"])
    expect(page.locator("#vm-neighbours")).to_contain_text("On hv1 at")
    expect(page.locator("#vm-neighbours tbody a")).to_have_text(["stayed-on-hv1"])
    expect(page.locator("#vm-events .event__kind")).to_have_text(["domain started"])
    expect(page.locator(".vm-state")).to_contain_text("Now running")
    expect(page.locator(".host-facts")).to_contain_text("Now, sampled")


def test_a_disk_is_chosen_in_the_address(page: Page, dashboard: Dashboard, moved: Moved) -> None:
    """All disks together at first; one that is chosen has its own curves and size; back undoes it."""
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?from=now-20m&to=now")
    wait_for_lines(page)
    titles = page.locator(".legend__title")
    expect(titles.filter(has_text="Disk traffic")).to_have_text("Disk traffic")
    page.locator("#vm-disks").get_by_role("link", name="vdb").click()
    expect(titles.filter(has_text="Disk traffic")).to_have_text("Disk traffic · vdb")
    assert {"from": ["now-20m"], "to": ["now"], "disk": ["vdb"]} == parse_qs(urlsplit(page.url).query)
    latency = page.locator('.legend__entry[data-column="disk_write_latency_seconds"]')
    expect(latency).to_contain_text("8\u00a0ms")
    expect(page.locator('.legend__entry[data-column="disk_physical_bytes"]')).to_contain_text("10\u00a0GiB")
    page.go_back()
    expect(titles.filter(has_text="Disk traffic")).to_have_text("Disk traffic")
    expect(titles.filter(has_text="Disk size")).to_have_count(0)


def test_a_new_sample_extends_the_chart(
    page: Page, dashboard: Dashboard, seeder: Seeder, moved: Moved
) -> None:
    """A live range moves on in the same chart."""
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?from=now-20m&to=now")
    wait_for_lines(page)
    page.evaluate("document.querySelector('#vm-chart .js-plotly-plot').isTheSame = true")
    busy = domain(1, "web", cpu_ratio=0.93)
    at = utc_now() + timedelta(seconds=1)
    seeder.store([host_batch("hv2", at, 900, TICK._replace(domains=[busy]))])
    cpu = page.locator('.legend__entry[data-column="cpu_ratio"] .legend__value')
    expect(cpu).to_have_text("93\u00a0%")
    assert page.evaluate("document.querySelector('#vm-chart .js-plotly-plot').isTheSame === true")


def test_a_vm_that_is_gone_shows_its_last_life(
    page: Page, dashboard: Dashboard, lives: Lives, moved: Moved
) -> None:
    """Its page says since when it is gone, and leads to its last hour."""
    lives.removed(moved.vm, moved.now)
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?from=now-1h&to=now")
    expect(page.locator(".vm-state")).to_contain_text("Gone since")
    expect(page.locator(".vm-state")).to_contain_text("last on hv2")
    page.get_by_role("link", name="Its last hour").click()
    wait_for_lines(page)
    expect(page.locator(".stay__host")).to_have_text(["hv1", "hv2"])


def test_contested_and_unknown_vms_are_said(
    open_page: Callable[..., Watched], dashboard: Dashboard, lives: Lives, moved: Moved
) -> None:
    """A UUID that two hosts report is told with both; one that nobody reported leads home."""
    lives.contested(moved.vm, "hv1", moved.at)
    page, faults = open_page()
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}")
    expect(page.locator(".vm-head")).to_contain_text("Contested: hv1 too reports a VM of this UUID")
    page.goto(f"{dashboard.url}/vm/not-a-uuid")
    expect(page.locator(".guide")).to_contain_text("No VM “not-a-uuid”")
    page.get_by_role("link", name="All hosts").click()
    expect(page.locator(".host-card h2")).to_have_text(["hv1", "hv2"])
    assert [] == faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Watched], dashboard: Dashboard, moved: Moved, scheme: str
) -> None:
    """Axe finds nothing in either theme; at 390 px nothing hangs over the side."""
    page, faults = open_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 844}
    )
    page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?disk=vda")
    wait_for_lines(page)
    expect_fit(page, 390)
    violations = Axe().run(page).response["violations"]
    assert [] == [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    page.set_viewport_size({"width": 1440, "height": 900})
    violations = Axe().run(page).response["violations"]
    assert [] == [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    assert [] == faults


def test_a_vm_without_figures_of_its_devices(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """What is off or has no disk says so, and is no error."""
    off = domain(7, "spare", state=5)
    seeder.store(run_of_batches("hv1", utc_now(), 30, Load(domains=[off])))
    page.goto(f"{dashboard.url}/vm/{off.uuid}?from=now-5m&to=now")
    expect(page.locator(".vm-state")).to_contain_text("shut off")
    expect(page.locator("#vm-disks")).to_contain_text("No disk was seen in this range")
    expect(page.locator("#vm-life")).to_contain_text("On no host in this range, as far as it was seen.")
