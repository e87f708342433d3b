# SPDX-License-Identifier: Apache-2.0
"""The page of a host in a browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from dashboard import units
from tests.browser import Watched, expect_value, settled
from tests.dashboard.conftest import Dashboard
from tests.dashboard.plots import plot_value, wait_for_plot
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, run_of_batches, utc_now, without

TICK = Load(tick_seconds=10.0)
CURVES = "#host-chart path.js-line"
# A level line is two points; an empty one has no path at all.
CURVES_ARE_DRAWN = (
    f"count => Array.from(document.querySelectorAll('{CURVES}'))"
    ".filter(path => /[0-9]L[0-9]/.test(path.getAttribute('d') || '')).length >= count"
)


def wait_for_curves(page: Page, count: int = 10) -> None:
    """Wait until so many curves have a path."""
    page.wait_for_function(CURVES_ARE_DRAWN, arg=count)


def plot_box(page: Page) -> dict[str, float]:
    """Return where the panels of the chart are on the screen, once they stay there."""
    drag = page.locator("#host-chart .nsewdrag").first
    place = "drag => (({ x, y, width, height }) => ({ x, y, width, height }))(drag.getBoundingClientRect())"
    box: dict[str, float] = settled(page, lambda: drag.evaluate(place))
    return box


def test_every_panel_is_drawn(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """CPU, memory, disk, network, pressure and temperature have curves; their legends the newest values."""
    seeder.store(run_of_batches("hv1", utc_now(), 120, TICK))
    page.goto(f"{dashboard.url}/host/hv1")
    wait_for_curves(page, 17)
    titles = [
        "CPU",
        "Memory",
        "Disk traffic",
        "Disk busy",
        "Disk latency",
        "Network",
        "Pressure",
        "Temperature",
    ]
    expect(page.locator(".legend__title")).to_have_text(titles)
    legend = page.locator('.legend__entry[data-column="memory_used_bytes"]')
    expect(legend).to_contain_text("6\u00a0GiB")
    expect(page.locator('.legend__entry[data-column="network_receive_bytes_per_second"]')).to_contain_text(
        "10\u00a0Mbit/s"
    )
    expect(page.locator(".note")).to_contain_text("every sample, 10\u00a0s apart")
    expect(page.locator(".facts")).to_contain_text("6.12.0")
    expect(page.locator(".facts")).to_contain_text("11.3.0")


def test_one_crosshair_reads_all_panels(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Under the pointer all legends show the values of one instant, and its time stands on the line."""
    end = utc_now()
    batches = run_of_batches("hv1", end, 120, TICK)
    seeder.store(batches)
    start_ms, end_ms = (round((end - timedelta(seconds=s)).timestamp() * 1000) for s in (1000, 0))
    page.goto(f"{dashboard.url}/host/hv1?from={start_ms}&to={end_ms}")
    wait_for_curves(page)
    box = plot_box(page)
    at = box["x"] + box["width"] / 2
    page.mouse.move(at - 5, box["y"] + 20)
    page.mouse.move(at, box["y"] + 20)
    line = page.locator(".crosshair")
    expect(line).to_be_visible()
    middle = end - timedelta(seconds=500)
    expect(line).to_contain_text(f"{middle:%Y-%m-%d %H:%M:%S}")
    (sample,) = [batch.sample for batch in batches if batch.sampled_at == middle]
    for column, expected in (
        ("cpu_busy_ratio", units.percent(sample.cpu_busy_ratio)),
        ("cpu_guest_ratio", units.percent(sample.cpu_guest_ratio)),
        ("disk_latency_seconds", units.latency(sample.disk_latency_seconds)),
        ("cpu_temperature_celsius", units.celsius(sample.cpu_temperature_celsius)),
    ):
        expect(page.locator(f'.legend__entry[data-column="{column}"] .legend__value')).to_have_text(expected)
    # The line reaches from the first to the last panel.
    page.wait_for_function("document.querySelector('.crosshair').getBoundingClientRect().height > 700")


def test_a_gap_is_hatched(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Where samples are missing the lines break and the ground is hatched."""
    end = utc_now()
    batches = run_of_batches("hv1", end, 120, TICK)
    seeder.store(without(batches, end - timedelta(seconds=700), end - timedelta(seconds=400)))
    # From now on it samples every ten minutes: the gap is one by the tick of its time.
    seeder.store([host_batch("hv1", end + timedelta(seconds=1), 500, TICK._replace(tick_seconds=600.0))])
    page.goto(f"{dashboard.url}/host/hv1?from=now-19m&to=now")
    wait_for_curves(page)
    expect(page.locator("#host-chart pattern").nth(7)).to_be_attached()
    breaks = """plot => {
        const trace = plot._fullData.find(each => each.meta && each.meta.column === 'cpu_busy_ratio');
        return trace && Array.from(trace.y).filter(Number.isNaN).length;
    }"""
    expect_value(page, lambda: plot_value(page, "host-chart", breaks), 1)


def test_new_samples_extend_the_chart_and_keep_it(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A live range moves on with new samples, in the same chart."""
    now = utc_now()
    seeder.store(run_of_batches("hv1", now - timedelta(seconds=20), 30, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    wait_for_curves(page)
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"] .legend__value')
    page.evaluate("document.querySelector('#host-chart .js-plotly-plot').isTheSame = true")
    seeder.store([host_batch("hv1", now, 500, TICK._replace(cpu_ratio=0.93))])
    expect(busy).to_have_text("93\u00a0%")
    assert page.evaluate("document.querySelector('#host-chart .js-plotly-plot').isTheSame === true")


def test_late_samples_reach_an_open_chart(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """What a spool held back fills its gap in a chart that is open, although nothing newer came."""
    now = utc_now()
    batches = run_of_batches("hv1", now, 60, TICK)
    late = [batch for batch in batches if now - timedelta(seconds=400) <= batch.sampled_at < now]
    seeder.store([batch for batch in batches if batch not in late])
    page.goto(f"{dashboard.url}/host/hv1?from=now-9m&to=now")
    wait_for_curves(page)
    note = page.locator(".note")
    before = note.inner_text()
    seeder.store([*late[:-1], host_batch("hv1", now + timedelta(seconds=1), 900, TICK)])
    expect(note).not_to_have_text(before)
    has_no_gap = "plot => !plot._fullData.some(trace => trace.meta && trace.meta.role === 'gap')"
    wait_for_plot(page, "host-chart", has_no_gap)


def test_a_paused_page_asks_nothing(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Paused, the chart stays as it is; going on brings what came meanwhile."""
    now = utc_now()
    seeder.store(run_of_batches("hv1", now - timedelta(seconds=20), 30, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    wait_for_curves(page)
    page.keyboard.press("Space")
    expect(page.locator("#shell-live")).to_have_text("Paused")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    age = page.locator(".host-head time.age")
    seeder.store([host_batch("hv1", now, 500, TICK._replace(cpu_ratio=0.93))])
    for _ in range(3):
        expect(age).not_to_have_text(age.inner_text())
    assert [] == asked
    page.keyboard.press("Space")
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"] .legend__value')
    expect(busy).to_have_text("93\u00a0%")


def test_a_legend_switches_its_curve(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The figure of 2011 is off at first; its legend switches it on, and busy off."""
    seeder.store(run_of_batches("hv1", utc_now(), 30, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    wait_for_curves(page)
    legacy = page.locator('.legend__entry[data-column="memory_legacy_bytes"]')
    expect(legacy).to_have_attribute("aria-pressed", "false")
    legacy.click()
    expect(legacy).to_have_attribute("aria-pressed", "true")
    expect(legacy.locator(".legend__value")).to_have_text("8\u00a0GiB")
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"]')
    busy.click()
    expect(busy).to_have_attribute("aria-pressed", "false")
    expect(busy.locator(".legend__value")).to_have_text("")


def test_vms_and_events_are_listed(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The table has a VM per row with its state and figures; the list and the marks have the events."""
    now = utc_now()
    vms = [domain(1, "web"), domain(2, "spare", state=5)]
    events = [
        seeder.event("hv1", "domain_started", now - timedelta(minutes=2), vms[0], "booted"),
        seeder.event("hv1", "domain_stopped", now - timedelta(minutes=1), vms[1]),
    ]
    seeder.store(run_of_batches("hv1", now, 30, TICK._replace(domains=vms)), events)
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    rows = page.locator("#host-vms tbody tr")
    expect(rows).to_have_count(2)
    # The busiest comes first.
    expect(rows.nth(0)).to_contain_text("running (booted)")
    expect(rows.nth(0)).to_contain_text("1\u00a0Mbit/s")
    expect(rows.nth(1)).to_contain_text("shut off")
    expect(rows.nth(1).locator("td.off")).to_have_count(9)
    expect(page.locator(".event__kind")).to_have_text(["domain stopped", "domain started"])
    expect(page.locator(".event-mark")).to_have_count(2)
    mark = page.locator(".event-mark").first
    expect(mark).to_have_attribute("title", "domain started web (booted)")
    crosshair = page.locator(".crosshair")
    mark.click()
    expect(crosshair).to_be_visible()
    mark.click()
    expect(crosshair).to_be_hidden()
    mark.click()
    expect(crosshair).to_be_visible()
    page.keyboard.press("Escape")
    expect(crosshair).to_be_hidden()


def test_the_chart_can_be_read_as_a_table(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The numbers behind the curves are there for those who cannot see them."""
    seeder.store(run_of_batches("hv1", utc_now(), 30, TICK))
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    switch = page.get_by_role("button", name="Show as table")
    switch.click()
    expect(page.locator(".chart__table caption")).to_contain_text("every sample")
    # What is available of 16 GiB.
    row = page.locator(".chart__table tbody tr").first
    expect(row).to_contain_text("10\u00a0GiB")
    # Where the button is, and not below the chart.
    expect(row).to_be_in_viewport()
    page.get_by_role("button", name="Hide table").click()
    expect(page.locator(".chart__table table")).to_have_count(0)


def test_times_are_of_the_browser_or_utc(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder
) -> None:
    """The axis, the note and the lists are in the browser's zone; a switch in the URL makes them UTC."""
    seeder.store(run_of_batches("hv1", utc_now(), 60, TICK))
    page, faults = open_page(timezone_id="Australia/Adelaide")
    page.goto(f"{dashboard.url}/host/hv1?from=now-10m&to=now")
    wait_for_curves(page)
    expect(page.locator(".note")).to_contain_text("Australia/Adelaide (UTC+10:30)")
    ticks = "Array.from(document.querySelectorAll('.time-axis__text')).map(text => text.textContent)"
    before: Any = page.evaluate(ticks)
    page.get_by_role("button", name="UTC").click()
    page.wait_for_url("**tz=utc**")
    expect(page.locator(".note")).to_contain_text(" UTC ")
    page.wait_for_function(f"before => JSON.stringify({ticks}) !== JSON.stringify(before)", arg=before)
    assert [] == faults


def test_the_browser_writes_numbers_as_the_server_does(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Both sides have the same words for every unit, at every size."""
    seeder.store([host_batch("hv1", utc_now(), 1, TICK)])
    page.goto(f"{dashboard.url}/host/hv1")
    page.wait_for_selector(".legend")
    writers = {
        "ratio": units.percent,
        "bytes": units.data_size,
        "bytes_per_second": units.data_rate,
        "bits_per_second": units.network_rate,
        "seconds": units.latency,
        "celsius": units.celsius,
    }
    values = [
        0.0,
        0.0004,
        0.0123,
        0.0994,
        0.123,
        0.999,
        1.0,
        1.37,
        12.3,
        95.0,
        999.4,
        1023.0,
        1024.0,
        5e6,
        7.77e9,
        3.3e12,
    ]
    for unit, write in writers.items():
        expected = [write(value) for value in values]
        written = page.evaluate(
            "([unit, values]) => values.map(value => kvmgrid.writeValue(unit, value))", [unit, values]
        )
        assert expected == written
    assert "n/a" == page.evaluate("kvmgrid.writeValue('ratio', NaN)")


def test_from_one_host_to_another_and_back(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Without loading anew the page becomes that of another host, with a bar and curves of its own."""
    now = utc_now()
    for host, cpu_ratio in (("hv1", 0.11), ("hv2", 0.77)):
        last = host_batch(host, now + timedelta(seconds=1), 900, TICK._replace(cpu_ratio=cpu_ratio))
        seeder.store([*run_of_batches(host, now, 30, TICK), last])
    page.goto(f"{dashboard.url}/host/hv1?from=now-5m&to=now")
    busy = page.locator('.legend__entry[data-column="cpu_busy_ratio"] .legend__value')
    expect(busy).to_have_text("11\u00a0%")
    page.evaluate("kvmgrid.go('/host/hv2?from=now-15m&to=now')")
    expect(page.locator("h1")).to_have_text("hv2")
    expect(busy).to_have_text("77\u00a0%")
    expect(page).to_have_title("hv2 · kvmgrid")
    expect(page.get_by_role("button", name="last 15 minutes")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator("h1")).to_have_text("hv1")
    expect(busy).to_have_text("11\u00a0%")
    expect(page.locator("[data-part=range] .range-bar")).to_have_count(1)
    wait_for_curves(page)
