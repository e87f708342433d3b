# SPDX-License-Identifier: Apache-2.0
"""A running dashboard before a real Chromium, over a real database that the test fills.

A page that asks another origin for anything, writes an error to the console or throws, fails its test.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from deploy.screenshots import CHROMIUM_ARGUMENTS
from tests.dashboard.seeding import Seeder
from tests.services import MigratedDatabase

PATIENCE_SECONDS = 30.0
PATIENCE_MS = PATIENCE_SECONDS * 1000


class Dashboard(NamedTuple):
    """A dashboard process and its address."""

    url: str
    process: subprocess.Popen[bytes]


class Watched(NamedTuple):
    """A page with what must not happen on it."""

    page: Page
    faults: list[str]


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], words: str) -> None:
    """Wait until a condition holds, for a bounded time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {PATIENCE_SECONDS:g} s in vain: {words}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def start_dashboard(tmp_path: Path) -> Iterator[Callable[[str], Dashboard]]:
    """Give a function that starts a dashboard on a database; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(database_url: str) -> Dashboard:
        port = free_port()
        environment = {
            **os.environ,
            "KVMGRID_DATABASE__URL": database_url,
            "KVMGRID_WEB__PORT": str(port),
            "KVMGRID_PAGE__REFRESH_SECONDS": "0.5",
            "KVMGRID_DATABASE__CONNECT_TIMEOUT_SECONDS": "2",
        }
        with (tmp_path / f"dashboard-{port}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "run"], env=environment, stdout=log, stderr=log
            )
        started.append(process)
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{url}/healthz"), "the dashboard to start")
        return Dashboard(url, process)

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def dashboard(start_dashboard: Callable[[str], Dashboard], database: MigratedDatabase) -> Dashboard:
    """Give a dashboard on the test's own database."""
    return start_dashboard(database.dashboard_url)


@pytest.fixture
def seeder(database: MigratedDatabase) -> Iterator[Seeder]:
    """Give what writes into the test's own database."""
    seeder = Seeder(database.owner_url)
    yield seeder
    seeder.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the run's browser."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "these tests need Chromium: apt-get install chromium"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Give a function that opens a watched page; keywords are those of a browser context."""
    contexts: list[BrowserContext] = []

    def start(**keywords: object) -> Watched:
        options = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "UTC"} | keywords
        context = chromium.new_context(**options)  # type: ignore[arg-type]  # passed on as they are
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []

        def guard(route: Route) -> None:
            if route.request.url.startswith("http://127.0.0.1:"):
                route.continue_()
            else:
                faults.append(f"request to {route.request.url}")
                route.abort()

        context.route("**/*", guard)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return Watched(page, faults)

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Watched]) -> Iterator[Page]:
    """Give a page that fails its test when it errs or asks another origin."""
    watched = open_page()
    yield watched.page
    assert [] == watched.faults
