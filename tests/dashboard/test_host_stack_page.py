# SPDX-License-Identifier: Apache-2.0
"""Which VM hurts the others on a host, by what a person reads on its page; and its VMs of a past range."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher.wire.samples import DomainReport
from tests.browser import Watched, expect_fit
from tests.dashboard.conftest import Dashboard
from tests.dashboard.lives import Lives, Name, Stay
from tests.dashboard.plots import wait_for_plot
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now

HOSTILE = '<img src=x onerror="window.hit=1"> \u202ename'
TICK_SECONDS = 10
TICK_COUNT = 120
LOOK_OF_SWATCHES = """() => {
    const look = place => getComputedStyle(document.querySelector(place + ' .swatch'));
    const [all, first] = [12, 1].map(place => look(`[data-column="vms_cpu_${place}"]`));
    const row = look('#host-stack tbody');
    const isOne = first.borderTopColor === row.borderTopColor;
    return [all.height, isOne && all.borderTopColor !== row.borderTopColor];
}"""


def busy(number: int, name: str, cores: float, steal_ratio: float = 0.01) -> DomainReport:
    """Return a VM that uses some cores and waits for some of its time."""
    vm = domain(number, name, cpu_ratio=cores / 2)
    return msgspec.structs.replace(vm, sample=msgspec.structs.replace(vm.sample, steal_ratio=steal_ratio))


NOISY = busy(1, "noisy", 1.9)
VICTIM = busy(2, "victim", 0.05, steal_ratio=0.24)
LEFT = busy(3, "left", 0.9)
CALM = [busy(number, f"calm-{number}", 0.05 + number / 100) for number in range(4, 14)]


class Grid:
    """A host with a noisy VM, of which one VM went to another host after the half of 20 minutes."""

    def __init__(self, seeder: Seeder, lives: Lives) -> None:
        self.end = utc_now()
        self.start = self.end - timedelta(seconds=TICK_SECONDS * (TICK_COUNT - 1))
        self.moved_at = self.start + timedelta(minutes=10)
        others = [*CALM, busy(20, HOSTILE, 0.3), VICTIM]
        born = self.start - timedelta(days=1)
        ticks = [self.start + timedelta(seconds=TICK_SECONDS * index) for index in range(TICK_COUNT)]
        for host, here in (("hv1", self._first), ("hv2", self._second)):
            seeder.store(
                [host_batch(host, at, 1, Load(domains=here(at, others))) for at in ticks if here(at, others)]
            )
        for vm in (NOISY, *others):
            lives.lived(vm, [Stay("hv1", born)], [Name(vm.name, born)])
        lives.lived(
            LEFT,
            [Stay("hv1", born, self.moved_at), Stay("hv2", self.moved_at, None, "migrated")],
            [Name("left-before", born, self.moved_at), Name("left", self.moved_at)],
        )

    def _first(self, at: datetime, others: list[DomainReport]) -> list[DomainReport]:
        return [NOISY, *others, *([LEFT] if at < self.moved_at else [])]

    def _second(self, at: datetime, others: list[DomainReport]) -> list[DomainReport]:
        del others
        return [] if at < self.moved_at else [LEFT]


@pytest.fixture
def grid(seeder: Seeder, lives: Lives) -> Grid:
    """Give the stored hosts."""
    return Grid(seeder, lives)


def milliseconds(at: datetime) -> int:
    """Return an instant as an address has it."""
    return round(at.timestamp() * 1000)


def test_which_vm_hurts_the_others(page: Page, dashboard: Dashboard, grid: Grid) -> None:
    """Words, the legend and a table name it, and lead to it; another thing is chosen by a link."""
    address = f"{dashboard.url}/host/hv1?from={milliseconds(grid.start)}&to={milliseconds(grid.end)}"
    page.goto(address)
    card = page.locator("#host-stack")
    words = card.locator(".stack-words")
    expect(words).to_contain_text(re.compile("noisy took most: 1.9\u00a0cores of the .* on average"))
    expect(words).to_contain_text("victim waited most for a CPU: 24\u00a0% of the time.")
    rows = card.locator("tbody tr")
    expect(rows).to_have_count(12)
    # It was here for half of the time: half of 0.9.
    expect(rows.nth(1)).to_contain_text(re.compile("left.*0.45"))
    expect(rows.nth(2)).to_contain_text("<img src=x")
    expect(rows.nth(10)).to_contain_text("other VMs (4)")
    expect(rows.nth(11)).to_contain_text(re.compile("all VMs \\(14\\).*100\u00a0%"))
    names = [name.removesuffix(" (4)").removesuffix(" (14)") for name in rows.locator("th").all_inner_texts()]
    legend = page.locator('.legend__entry[data-column^="vms_cpu_"]')
    expect(legend.locator(".legend__words")).to_have_text(names)
    # Of the end of the range, when the one that left was no longer here.
    expect(legend.nth(0).locator(".legend__value")).to_have_text("1.9\u00a0cores")
    expect(legend.nth(1).locator(".legend__value")).to_have_text("n/a")
    # A line is drawn as one in its legend, and a VM has one colour in legend and table.
    assert page.evaluate(LOOK_OF_SWATCHES) == ["2px", True]
    wait_for_plot(
        page,
        "host-chart",
        """plot => plot._fullData
            .filter(trace => trace.meta && (trace.meta.column || '').startsWith('vms_cpu_')).length === 12""",
    )
    page.get_by_role("button", name="Show as table").click()
    expect(page.locator(".chart__table thead")).to_contain_text("noisy")
    page.get_by_role("button", name="Hide table").click()
    card.get_by_role("link", name="memory").click()
    expect(page).to_have_url(re.compile("by=memory"))
    expect(page.locator(".legend__title", has_text="VMs by memory")).to_be_visible()
    expect(card.get_by_role("link", name="memory")).to_have_attribute("aria-current", "true")
    expect(words).to_contain_text("1.5\u00a0GiB")
    page.go_back()
    expect(words).to_contain_text("noisy took most")
    assert [] == Axe().run(page).response["violations"]
    words.get_by_role("link", name="noisy").click()
    expect(page).to_have_url(re.compile(f"/vm/{NOISY.uuid}.from={milliseconds(grid.start)}"))
    assert page.evaluate("window.hit") is None


def test_the_vms_of_a_past_range_are_those_of_its_end(
    open_page: Callable[..., Watched], dashboard: Dashboard, grid: Grid
) -> None:
    """They were here then, have the names and figures of then, and are sorted as the address says."""
    page = open_page(viewport={"width": 390, "height": 844}).page
    ended = grid.moved_at - timedelta(seconds=30)
    page.goto(f"{dashboard.url}/host/hv1?from={milliseconds(grid.start)}&to={milliseconds(ended)}&tz=UTC")
    card = page.locator("#host-vms")
    expect(card.locator("p").first).to_contain_text(f"At {ended:%Y-%m-%d %H:%M:%S}")
    expect(card.locator("p").first).to_contain_text("the end of this range: each at its last sample")
    names = card.locator("tbody th a")
    expect(names).to_have_count(14)
    expect(names.nth(0)).to_have_text("noisy")
    expect(names.nth(1)).to_have_text("left-before")
    expect(card.locator("thead th[aria-sort]")).to_have_text("Cores")
    card.get_by_role("link", name="Steal").click()
    expect(page).to_have_url(re.compile("sort=-steal"))
    expect(names.nth(0)).to_have_text("victim")
    expect_fit(page, 390)
    page.get_by_role("button", name="Go live").click()
    expect(card).to_contain_text("Now, at the newest sample")
    expect(names).to_have_count(13)
    expect(card).not_to_contain_text("left")
    expect(names.nth(0)).to_have_text("victim")
