# SPDX-License-Identifier: Apache-2.0
"""Pages that stay open: after ten minutes they take no more memory, and their main thread has time to spare.

KVMGRID_WATCH_SECONDS shortens them, for trying out what a change costs.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from tests.browser import Watched
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.live_updates import all_latest, each_step
from tests.dashboard.lives import with_devices
from tests.dashboard.page_watch import watched
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, run_of_batches, utc_now
from tests.dashboard.vm_crowd import copy_vm
from tests.services import MigratedDatabase

SECONDS = float(os.environ.get("KVMGRID_WATCH_SECONDS", "600"))
# As a dashboard does it by default.
REFRESH_SECONDS = 2.0
BUSY_SHARE_MAX = 0.25
# What a page gets that never rests, where others want the cores as well.
SPINNING_SHARE_MIN = 0.08
# Of a heap of 10 to 40 MB: a leak of a row in each answer would be more in ten minutes.
HEAP_GROWTH_BYTES_MAX = 1_500_000
NODE_GROWTH_COUNT_MAX = 300
TICK_SECONDS = 2.0
VM = with_devices(domain(1, "web"))


class Opened(NamedTuple):
    """A page, what tells that it is drawn, and the fleet: hosts beside the first, and VMs."""

    path: str
    drawn: str
    host_count: int
    vm_count: int


OPENED = {
    "Fleet of 25 hosts": Opened("/", ".host-card", 24, 480),
    "Fleet of 1,000 hosts": Opened("/", ".cell-map__focused", 999, 0),
    "Hosts, 1,000": Opened("/hosts?sort=-cpu", ".ag-center-cols-container .ag-row", 999, 0),
    "VMs, 50,000": Opened("/vms?sort=-cpu", ".ag-center-cols-container .ag-row", 999, 49_999),
    "a host": Opened("/host/hv1?from=now-30m&to=now", "#host-chart path.js-line", 0, 20),
    "a VM": Opened(f"/vm/{VM.uuid}?from=now-30m&to=now", "#vm-chart path.js-line", 0, 20),
}


@contextmanager
def live(opened: Opened, seeder: Seeder, database: MigratedDatabase) -> Iterator[None]:
    """Store the fleet of a page, and new samples as long as the block lasts."""
    now, load = utc_now(), Load(tick_seconds=TICK_SECONDS, domains=[VM])
    seeder.store(run_of_batches("hv1", now, 30 * 60 // 2, load))
    seeder.store([], [seeder.event("hv1", "domain_started", now - timedelta(minutes=5), VM, "booted")])
    if opened.host_count:
        copy_host(database.owner_url, "hv1", opened.host_count)
    if opened.vm_count:
        copy_vm(database.owner_url, VM.uuid, opened.vm_count)

    def store(step: int) -> None:
        if step % TICK_SECONDS == 0:
            seeder.store([host_batch("hv1", utc_now(), 1000 + step, load._replace(cpu_ratio=step % 7 / 10))])

    with all_latest(database.owner_url) if opened.host_count else each_step(store):
        yield


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.parametrize("name", OPENED)
def test_a_page_that_stays_open_stays_light(
    open_page: Callable[..., Watched],
    start_dashboard: Callable[..., Dashboard],
    seeder: Seeder,
    database: MigratedDatabase,
    name: str,
) -> None:
    """While every host and VM reports, the main thread is busy less than a quarter and memory is flat."""
    opened = OPENED[name]
    with live(opened, seeder, database):
        dashboard = start_dashboard(database.dashboard_url, REFRESH_SECONDS)
        page, faults = open_page()
        page.goto(dashboard.url + opened.path)
        page.wait_for_selector(opened.drawn, state="attached")
        watch = watched(page, SECONDS)
    words = f"{name}, {SECONDS:g} s: {watch.words()}"
    # Read by whoever runs it with -s.
    sys.stderr.write(words + "\n")

    assert watch.busy_share < BUSY_SHARE_MAX, words
    assert watch.heap_growth_bytes < HEAP_GROWTH_BYTES_MAX, words
    assert watch.node_growth_count < NODE_GROWTH_COUNT_MAX, words
    assert [] == faults


@pytest.mark.long
@pytest.mark.parametrize(
    ("act", "is_busy", "is_leaking"),
    [
        ("let sum = 0; for (let at = 0; at < 1e8; at += 1) sum += at; window.sum = sum;", True, False),
        ("(window.kept ||= []).push(new Array(5000).fill({}).map(() => ({})));", False, True),
        (
            "document.body.append(...Array.from({ length: 20 }, () => document.createElement('p')));",
            False,
            True,
        ),
    ],
)
def test_the_watch_sees_what_is_too_much(page: Page, act: str, *, is_busy: bool, is_leaking: bool) -> None:
    """A page that computes, one that keeps what it made, and one that only grows are told from good ones."""
    page.goto("about:blank")
    page.evaluate(f"setInterval(() => {{ {act} }}, 100)")
    watch = watched(page, 15.0)

    assert is_busy == (watch.busy_share > SPINNING_SHARE_MIN), watch.words()
    grows = (watch.heap_growth_bytes > HEAP_GROWTH_BYTES_MAX, watch.node_growth_count > NODE_GROWTH_COUNT_MAX)
    assert is_leaking == any(grows), watch.words()
