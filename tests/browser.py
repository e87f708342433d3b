# SPDX-License-Identifier: Apache-2.0
"""A real Chromium. A page that asks another origin for anything, logs an error or throws, fails its test."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from deploy.screenshots import CHROMIUM, CHROMIUM_ARGUMENTS

# How long a page may take to show something: a hang guard on a busy machine, not a speed.
PATIENCE_MS = 30_000
# Between two readings of a page that is not yet as it shall be.
PAUSE_MS = 50

T = TypeVar("T")


class Watched(NamedTuple):
    """A page with what must not happen on it."""

    page: Page
    faults: list[str]


def expect_value(page: Page, read: Callable[[], T], wanted: T) -> None:
    """Wait until a reading is what is wanted: of the page, or of what the page has asked and said."""
    end_seconds = time.monotonic() + PATIENCE_MS / 1000
    while (found := read()) != wanted and time.monotonic() < end_seconds:
        # Requests, answers and words of the console are noted meanwhile.
        page.wait_for_timeout(PAUSE_MS)
    assert wanted == found


def expect_fit(page: Page, width_pixels: int) -> None:
    """Wait until nothing of the page hangs over the side of a window of this width."""
    wide = "document.documentElement.scrollWidth"
    expect_value(page, lambda: max(width_pixels, page.evaluate(wide)), width_pixels)


def settled(page: Page, read: Callable[[], T]) -> T:
    """Return a reading of the page, such as a place on the screen, once it no longer changes."""
    readings = [read()]

    def is_settled() -> bool:
        readings.append(read())
        return readings[-1] == readings[-2]

    expect_value(page, is_settled, wanted=True)
    return readings[-1]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the run's only browser: Playwright allows one event loop a thread."""
    path = shutil.which(CHROMIUM)
    assert path is not None, f"no {CHROMIUM} on PATH: run make setup"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def losing(page: Page, addresses: str) -> threading.Event:
    """Lose requests for these addresses as long as the event that is returned is set.

    A route that is taken away while a request is in it would end that request twice.
    """
    lose = threading.Event()
    lose.set()
    page.route(addresses, lambda route: route.abort() if lose.is_set() else route.fallback())
    return lose


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
