# SPDX-License-Identifier: Apache-2.0
"""What an operator wants to know of a fleet, task by task, by what he reads and does.

Many tasks have their tests beside those of the page that they are done on: TASKS says where each one is. What
leads over several pages stands here, about one VM that moved, was renamed and has a long life.
"""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from playwright.sync_api import Locator, Page, expect

from tests.benchmark.stored_history import HistoryShape, write_buckets
from tests.browser import Watched, expect_fit
from tests.dashboard.conftest import Dashboard
from tests.dashboard.plots import wait_for_plot
from tests.dashboard.seeding import Load, Seeder, domain, host_batch
from tests.dashboard.test_vm_page import Moved, moved, wait_for_lines
from tests.services import MigratedDatabase

# A fixture, taken by its name.
__all__ = ["moved"]

HERE = Path(__file__).parent
TASKS = {
    "which host is worst, and why": (
        "test_fleet_page.py::test_the_worst_host_its_reason_and_the_vms_that_suffer",
        "test_hosts_page.py::test_every_host_is_a_row",
        "test_tasks.py::test_counts_lead_to_what_they_count",
    ),
    "where did a VM run yesterday, when did it move": (
        "test_vm_page.py::test_a_move_is_one_line_with_a_mark",
        "test_vm_page.py::test_a_past_range_shows_nothing_of_now",
        "test_tasks.py::test_a_vm_is_followed_over_its_life",
    ),
    "find a VM by part of its name or UUID": (
        "test_search.py::test_a_vm_is_found_by_keyboard",
        "test_search.py::test_names_are_letters_and_the_rest_is_a_link",
    ),
    "the top ten over 24 hours by CPU, memory, latency, steal": (
        "test_vms_page.py::test_the_top_of_a_window_is_one_address",
        "test_tasks.py::test_the_top_of_a_day_by_each_figure",
    ),
    "all that are paused or down": (
        "test_fleet_page.py::test_the_worst_host_its_reason_and_the_vms_that_suffer",
        "test_tasks.py::test_counts_lead_to_what_they_count",
    ),
    "overcommit; does it fit if a host dies": (
        "test_fleet_page.py::test_the_worst_host_its_reason_and_the_vms_that_suffer",
        "test_tasks.py::test_counts_lead_to_what_they_count",
    ),
    "share a view; take a file along": (
        "test_range_links.py::test_a_link_moves_on_or_is_fixed",
        "test_chart_files.py::test_csv_and_picture_of_a_chart",
        "test_hosts_page.py::test_the_file_has_raw_numbers_and_clean_names",
        "test_vms_page.py::test_the_address_is_all_of_the_table",
        "test_tasks.py::test_the_top_of_a_day_by_each_figure",
    ),
    "30 days and a year of a VM": ("test_tasks.py::test_a_vm_is_followed_over_its_life",),
    "on a phone": (
        "test_fleet_page.py::test_a_map_is_filtered_filled_and_grouped_by_its_address",
        "test_hosts_page.py::test_the_table_fits_a_phone",
        "test_vms_page.py::test_it_can_be_used_by_everybody",
        "test_host_phone.py::test_marks_of_events_do_not_collide_on_a_phone",
        "test_vm_page.py::test_it_is_accessible_and_fits_a_phone",
        "test_tasks.py::test_a_finger_gets_from_the_fleet_to_a_vm",
    ),
    "by keyboard, read aloud": (
        "test_keys.py::test_the_help_lists_the_keys_and_the_pages",
        "test_keys.py::test_pages_tables_and_cards_by_keyboard",
        "test_keys.py::test_the_range_by_keyboard",
        "test_states.py::test_the_keyboard_reaches_everything",
        "test_fleet_page.py::test_a_map_is_walked_by_key_and_live",
        "test_search.py::test_an_open_list_is_accessible_and_fits_a_phone",
        "test_states.py::test_no_serious_fault_of_accessibility",
    ),
    "zones, hours that come twice or never": (
        "test_host_page.py::test_times_are_of_the_browser_or_utc",
        "test_chart_files.py::test_csv_and_picture_of_a_chart",
        "test_tasks.py::test_hours_that_come_twice_are_told_apart",
    ),
}
KINDS = ("paused", "resumed")
HAS_POINTS = """(plot, points) => plot._fullData
    .some(each => each.meta && each.meta.column === "cpu_ratio" && each.y.length > points)"""
# The clocks of Berlin go back at 01:00 UTC, those of New York an hour before theirs show 02:00: 06:00 UTC.
NIGHTS = {
    "Europe/Berlin": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30:00+02:00", "02:30:00+01:00"),
    "America/New_York": (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "01:30:00-04:00", "01:30:00-05:00"),
}


def test_every_task_has_its_tests() -> None:
    """Each test that is named above is there."""
    missing = []
    for place in (place for places in TASKS.values() for place in places):
        name, _, test = place.partition("::")
        if f"\ndef {test}(" not in (HERE / name).read_text(encoding="utf-8"):
            missing.append(place)
    assert [] == missing


def search_field(page: Page) -> Locator:
    """Return the field in the bar."""
    return page.get_by_role("combobox", name="Search hosts and VMs")


def first_vm(page: Page) -> Locator:
    """Return the name in the first row of the table of VMs."""
    return page.locator('.ag-pinned-left-cols-container [row-index="0"] [col-id="name"]')


def test_a_vm_is_followed_over_its_life(
    page: Page, dashboard: Dashboard, database: MigratedDatabase, moved: Moved
) -> None:
    """By its name of before to its page; where it was at a time, when it moved; its month and its year."""
    with psycopg.connect(
        database.administrator_url, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute("SET search_path = kvmgrid, public")
        write_buckets(connection, HistoryShape(host_count=1, domain_count_per_host=1), moved.now)
    page.goto(f"{dashboard.url}/?tz=utc")
    search_field(page).fill("forme")
    page.get_by_role("option", name="web").click()
    expect(page.locator("h1")).to_have_text("web")
    moves = page.locator("#vm-life")
    expect(moves).to_contain_text("migrated there")
    expect(moves.locator("time.clock", has_text=f"{moved.at:%Y-%m-%d %H:%M:%S}").first).to_be_visible()
    for name, age in (("from", 22), ("to", 14)):
        at = moved.now - timedelta(minutes=age)
        page.locator(f".range-bar input[name={name}]").fill(f"{at:%Y-%m-%d %H:%M:%S}")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".stay__host")).to_have_text(["hv1"])
    expect(page.locator("#shell-live")).to_have_text("Past")
    for preset, resolution, points in (("30d", "1 h", 600), ("1y", "1 d", 300)):
        page.get_by_role("button", name=preset).click()
        expect(page.locator(".resolution")).to_have_text(re.compile(f"^{resolution}.* averages"))
        expect(page.locator(".stay__host")).to_have_text(["hv1", "hv2"])
        wait_for_lines(page)
        wait_for_plot(page, "vm-chart", HAS_POINTS, points)
        expect(page.locator(".legend__kind").first).to_have_text("mean, band min to max")


def test_the_top_of_a_day_by_each_figure(
    page: Page, dashboard: Dashboard, database: MigratedDatabase, moved: Moved, tmp_path: Path
) -> None:
    """Chosen by the list of times and the heads; the link shows the same, and so does the file."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO kvmgrid.domain_window_values (domain_id, window_name, until, cpu_ratio_p95,"
            " memory_resident_bytes_p95, block_latency_seconds_p95, steal_ratio_p95)"
            " SELECT domain_id, '24h', now(), busy, 1e9 * (1 - busy), busy / 10, 1 - busy"
            " FROM kvmgrid.domains"
            " JOIN (VALUES ('web', 0.9), ('stayed-on-hv1', 0.1)) AS f (name, busy) USING (name)"
        )
    assert moved.vm.name == "web"
    page.goto(f"{dashboard.url}/vms")
    page.get_by_label("Figures of").select_option("p95-24h")
    for column, name in (
        ("cpu_ratio", "web"),
        ("memory_resident_bytes", "stayed-on-hv1"),
        ("disk_latency_seconds", "web"),
        ("steal_ratio", "stayed-on-hv1"),
    ):
        page.locator(f'.ag-header-cell[col-id="{column}"] .ag-header-cell-text').click()
        expect(page.locator(f'.ag-header-cell[col-id="{column}"]')).to_have_attribute(
            "aria-sort", "descending"
        )
        expect(first_vm(page).get_by_role("link")).to_have_text(name)
    address = page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "top.csv")
    with (tmp_path / "top.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert 3 == len(rows)
    assert "stayed-on-hv1" == rows[0]["VM"]
    page.goto(dashboard.url)
    page.goto(address)
    expect(first_vm(page)).to_have_text("stayed-on-hv1")
    expect(page.get_by_label("Figures of")).to_have_value("p95-24h")


def test_counts_lead_to_what_they_count(
    page: Page, dashboard: Dashboard, seeder: Seeder, moved: Moved
) -> None:
    """From the fleet to VMs that are paused or off, and to the worst host by its reason."""
    vms = [moved.vm, domain(8, "held", state=3), domain(9, "spare", state=5)]
    load = Load(tick_seconds=600.0, cpu_ratio=1.0, domains=vms)
    later = moved.now + timedelta(seconds=1)
    spare = Load(tick_seconds=600.0, domains=[])
    seeder.store([host_batch("hv2", later, 901, load), host_batch("hv3", later, 1, spare)])
    page.goto(dashboard.url)
    for words, name in (("1 paused", "held"), ("1 shut off", "spare")):
        page.get_by_role("link", name=words).click()
        expect(page.locator("[data-part=count]")).to_have_text(re.compile("^1 of "))
        expect(first_vm(page).get_by_role("link")).to_have_text(name)
        page.go_back()
    worst = page.locator(".attention li").filter(has_text="CPU 100% busy")
    expect(worst).to_contain_text("hv2")
    expect(page.locator(".attention li").first).to_contain_text("silent, last seen")
    expect(page.locator(".capacity")).to_contain_text("vCPUs of VMs that are not off")
    expect(page.locator(".capacity")).to_contain_text("fits for hv2: all that its VMs may use is")
    worst.get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text("hv2")


def test_a_finger_gets_from_the_fleet_to_a_vm(
    open_page: Callable[..., Watched], dashboard: Dashboard, moved: Moved
) -> None:
    """On a phone each step is a tap, and no page is wider than the screen."""
    page, faults = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(dashboard.url)
    page.locator(".counts").last.get_by_role("link", name=re.compile("running")).tap()
    expect(first_vm(page)).to_be_visible()
    expect_fit(page, 390)
    search_field(page).fill(moved.vm.uuid[-6:])
    page.get_by_role("option", name="web").tap()
    expect(page.locator("h1")).to_have_text("web")
    wait_for_lines(page)
    expect_fit(page, 390)
    page.locator(".stay__host").last.tap()
    expect(page.locator("h1")).to_have_text("hv2")
    expect_fit(page, 390)
    assert [] == faults


def test_hours_that_come_twice_are_told_apart(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, moved: Moved
) -> None:
    """Two events an hour apart at the same clock time have the offsets of their hours, on page and axis."""
    quarter = Load(tick_seconds=900.0, domains=[moved.vm])
    for zone, (first, *texts) in NIGHTS.items():
        hours = [first + timedelta(hours=hour) for hour in (0, 1)]
        seeder.store(
            [host_batch("hv2", first + timedelta(minutes=15 * step), 1, quarter) for step in range(-4, 9)],
            [
                seeder.event("hv2", f"domain_{kind}", at, moved.vm)
                for kind, at in zip(KINDS, hours, strict=True)
            ],
        )
        page, faults = open_page(timezone_id=zone)
        start, end = (round((first + timedelta(hours=hours)).timestamp() * 1000) for hours in (-2, 3))
        page.goto(f"{dashboard.url}/vm/{moved.vm.uuid}?from={start}&to={end}")
        shown = page.locator("#vm-events time.clock")
        expect(shown).to_have_text([re.compile(f"{re.escape(text)}$") for text in reversed(texts)])
        for text in texts:
            axis = page.locator(".time-axis__text", has_text=text[len("02:30:00") :])
            expect(axis.first).to_be_attached()
        # A time that is typed as it is shown is that time.
        kinds = page.locator("#vm-events .event__kind")
        newest, oldest = shown.all_inner_texts()
        for typed, found in ((oldest, ["domain resumed", "domain paused"]), (newest, ["domain resumed"])):
            page.locator(".range-bar input[name=from]").fill(typed)
            page.get_by_role("button", name="Apply").click()
            expect(kinds).to_have_text(found)
        assert [] == faults
