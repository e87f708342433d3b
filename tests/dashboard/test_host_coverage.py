# SPDX-License-Identifier: Apache-2.0
"""What a person reads of a host whose data has holes: is anything missing, since when, and why."""

from datetime import datetime, timedelta

import msgspec
import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher.wire.samples import SampleBatch
from tests.browser import expect_fit
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_devices import busy, with_host_devices
from tests.dashboard.lives import Lives, Stay
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now
from tests.dashboard.test_host_page import wait_for_curves
from tests.services import MigratedDatabase

HOSTILE = '<img src=x onerror="window.hit=1">\u202edisk'
VM = domain(1, "web")


def flawed(batches: list[SampleBatch], now: datetime) -> list[SampleBatch]:
    """Return batches of which some never arrived, some were never made, and some lack VMs."""
    found = []
    for batch in batches:
        ago = (now - batch.sampled_at).total_seconds()
        if 2400 < ago < 2700 or 1320 < ago < 1800:
            continue
        changes: dict[str, object] = {}
        if ago <= 1320:
            # The numbers of the second gap were never given.
            changes["sequence"] = batch.sequence - 15
        if 900 <= ago <= 1080:
            hypervisor = msgspec.structs.replace(
                batch.hypervisor, state="disconnected", reason="no answer for 30 s"
            )
            changes |= {"hypervisor": hypervisor, "domains": None}
        if 600 <= ago <= 720:
            changes["domains"] = [busy(VM)]
        found.append(msgspec.structs.replace(batch, **changes))
    return found


@pytest.fixture
def now(seeder: Seeder, lives: Lives, database: MigratedDatabase) -> datetime:
    """Give the end of an hour with five flaws."""
    now = utc_now()
    batches = run_of_batches("hv1", now, 140, Load(tick_seconds=30.0, domains=[VM]))
    seeder.store(with_host_devices(flawed(batches, now), ("sda", HOSTILE)))
    lives.lived(VM, [Stay("hv1", now - timedelta(hours=2))])
    with psycopg.connect(database.owner_url) as owner:
        # Three minutes before the end the broker came back after five and a half.
        owner.execute(
            "UPDATE publisher_reports SET received_at = %(end)s, spool_message_count = 9"
            " WHERE sampled_at BETWEEN %(start)s AND %(end)s",
            {"start": now - timedelta(seconds=510), "end": now - timedelta(seconds=180)},
        )
    return now


def address(dashboard: Dashboard, now: datetime, since: int = 3600, until: int = 0) -> str:
    """Return the address of the host in a fixed range, in seconds before the end."""
    start, end = (round((now - timedelta(seconds=ago)).timestamp() * 1000) for ago in (since, until))
    return f"{dashboard.url}/host/hv1?from={start}&to={end}"


def test_what_is_missing_and_why(page: Page, dashboard: Dashboard, now: datetime) -> None:
    """A figure, a strip that the keyboard reaches, a table with reasons; a whole range says that it is."""
    page.goto(address(dashboard, now))
    wait_for_curves(page)
    rows = page.locator("#host-missing tbody tr")
    kinds = [
        "Arrived late4\u00a0min, nothing is missing",
        "VM busy2\u00a0min, some figures of VMs",
        "libvirt away3\u00a0min, no figures of VMs",
        "Publisher silent8\u00a0min, no sample",
        "Messages lost5\u00a0min, no sample",
    ]
    expect(rows.locator("th")).to_have_text(kinds)
    expect(page.locator(".flaws__words")).to_have_text("78.3\u00a0%")
    expect(page.locator(".flaws__summary")).to_contain_text("13\u00a0min without samples")
    reasons = [
        "up to 5\u00a0min late: they waited while the broker or the consumer was away",
        "web busy: its monitor was held by another job",
        "no answer for 30 s",
        "nothing says why",
        "9 messages were numbered and never arrived",
    ]
    expect(rows.locator("td.prose")).to_have_text(reasons)
    expect(page.locator(".flaw__link")).to_have_count(5)
    silent = page.locator("a.flaw__link--silent")
    since, until = (f"{now - timedelta(seconds=ago):%Y-%m-%d %H:%M:%S}" for ago in (1800, 1320))
    words = f"Publisher silent {since} to {until}, 8\u00a0min, no sample: nothing says why"
    expect(silent).to_have_attribute("aria-label", words)
    silent.focus()
    page.keyboard.press("Enter")
    expect(rows.nth(3)).to_be_in_viewport()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert [] == found.response["violations"], found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    expect_fit(page, 390)
    # What came before is whole, and has nothing of the present.
    page.goto(address(dashboard, now, 4000, 3000))
    expect(page.locator("#host-missing")).to_contain_text("Nothing is missing in this range")
    expect(page.locator(".flaws__words")).to_have_text("100\u00a0%")
    read_devices(page)


def read_devices(page: Page) -> None:
    """Read how full, how fast, how slow; hostile names are text; a figure that is missing says why."""
    expect(page.locator("#host-disks")).to_contain_text("At the last sample of this range")
    filesystems = page.locator("#host-filesystems tbody tr")
    expect(filesystems).to_have_count(2)
    expect(filesystems.nth(1)).to_contain_text("/var/lib/libvirt/images95\u00a0%5\u00a0GiB100\u00a0GiB")
    expect(filesystems.nth(0).locator("td").first).to_have_attribute("title", "it did not answer")
    disks = page.locator("#host-disks tbody tr")
    expect(disks.nth(1)).to_contain_text(
        "sdayes3\u00a0MiB/s0\u00a0B/s120\u00a0/s0\u00a0/s2\u00a0msno writes20\u00a0%"
    )
    expect(disks.nth(0).locator("th")).to_contain_text('<img src=x onerror="window.hit=1">\ufffddisk')
    assert page.evaluate("window.hit === undefined")
    interfaces = page.locator("#host-interfaces")
    expect(interfaces.locator("tbody tr td").nth(8)).to_have_attribute(
        "title", "eth0: transmit drops fell 3 times"
    )
    expect(interfaces).to_contain_text("What its collector says: eth0: transmit drops fell 3 times")
    expect(page.locator("details.troubles")).to_contain_text("1 collector remarks on its figures")
