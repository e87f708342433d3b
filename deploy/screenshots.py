# SPDX-License-Identifier: Apache-2.0
"""Pictures of a running dashboard for the README: its pages, light and dark, wide and on a phone.

``python -m deploy.screenshots http://127.0.0.1:8050 docs/images`` waits until all pages show figures, stops
their clocks and takes the pictures of that one moment. It needs Chromium on PATH and the test dependencies.
The first host of the fleet is taken unless one is named, and its first VM.
Both must have been watched for the whole range. ``--states`` takes the states without figures too.
"""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

import click
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

from deploy.page_states import PATIENCE_MS, STATES, opened

# Chromium without its own windows, whose start costs more than most pages.
CHROMIUM = "chromium-headless-shell"
# What Chromium would otherwise do by itself on the network, and what root and small machines need.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = (1440, 1180)
NARROW = (390, 844)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
ROWS = ".ag-center-cols-container"
# A clock stops only ahead of where it is.
CLOCK_STEP = timedelta(seconds=1)
# Whether a curve reaches from one end of the range to the other.
IS_FULL = """column => {
    const graph = document.querySelector('.chart .js-plotly-plot');
    const curves = (graph && graph._fullData) || [];
    const curve = curves.find(each => (each.meta || {}).column === column);
    if (!curve) return false;
    const [start, end] = graph._fullLayout.xaxis.range;
    const slack = (end - start) / 20;
    return curve.x[0] <= start + slack && curve.x[curve.x.length - 1] >= end - slack;
}"""


class Site(NamedTuple):
    """The dashboard whose pages are taken; the host to show, and the start of its chart."""

    url: str
    host: str | None
    range_text: str


class Picture(NamedTuple):
    """A page and the name of the file that its picture goes to."""

    page: Page
    name: str


@click.command()
@click.argument("url")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", help="The host to show; without it the first of the fleet.")
@click.option(
    "--range", "range_text", default="now-15m", show_default=True, help="Start of the host's chart."
)
@click.option("--states", "with_states", is_flag=True, help="Pages that have little to show, too.")
def main(url: str, folder: Path, host: str | None, range_text: str, *, with_states: bool) -> None:
    """Write pictures of the dashboard at URL into FOLDER."""
    chromium = shutil.which(CHROMIUM)
    if chromium is None:
        click.echo(f"screenshots: no {CHROMIUM} on PATH: run make setup", err=True)
        sys.exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        try:
            site = Site(url.rstrip("/"), host, range_text)
            _take(folder, _pages(browser, site))
            if with_states:
                _take(folder, _states(browser, site))
        except Error as error:
            click.echo(f"screenshots: {error.message}", err=True)
            sys.exit(1)
        finally:
            browser.close()


def _pages(browser: Browser, site: Site) -> Iterator[Picture]:
    for size_name, (width, height) in (("wide", WIDE), ("phone", NARROW)):
        for theme in THEMES:
            context = _context(browser, theme, width, height)
            fleet = _open(context.new_page(), f"{site.url}/")
            # Cards, or the map of a large fleet.
            fleet.wait_for_selector(".host-card, .cell-map__focused", timeout=PATIENCE_MS)
            hosts = _open(context.new_page(), f"{site.url}/hosts?sort=-cpu")
            hosts.wait_for_selector(f"{ROWS} .ag-row", timeout=PATIENCE_MS)
            shown = site.host or _first_host(fleet)
            chart = _open(context.new_page(), f"{site.url}/host/{shown}?from={site.range_text}&to=now")
            _await_chart(chart, "cpu_busy_ratio", shown, site.range_text)
            address = str(chart.locator("#host-vms tbody a").first.get_attribute("href"))
            vm = _open(context.new_page(), site.url + address)
            _await_chart(vm, "cpu_ratio", address, site.range_text)
            vms = _open(context.new_page(), f"{site.url}/vms?sort=-cpu")
            vms.wait_for_selector(".live-table .mark", timeout=PATIENCE_MS)
            for name, page in (("fleet", fleet), ("hosts", hosts), ("vms", vms), ("host", chart), ("vm", vm)):
                yield Picture(page, f"{name}-{theme}-{size_name}.png")


def _states(browser: Browser, site: Site) -> Iterator[Picture]:
    for theme in THEMES:
        context = _context(browser, theme, *WIDE)
        fleet = _open(context.new_page(), f"{site.url}/")
        fleet.wait_for_selector(".host-card, .cell-map__focused", timeout=PATIENCE_MS)
        shown = site.host or _first_host(fleet)
        for state in STATES:
            yield Picture(opened(context, site.url, shown, state), f"state-{state.name}-{theme}-wide.png")


def _take(folder: Path, found: Iterator[Picture]) -> None:
    pictures = list(found)
    for picture in pictures:
        # No timer runs from here on: neither of requests nor of ages. Some clocks were put forward.
        shown = datetime.fromtimestamp(picture.page.evaluate("Date.now()") / 1000, UTC)
        picture.page.clock.pause_at(max(shown, datetime.now(UTC)) + CLOCK_STEP)
    for picture in pictures:
        picture.page.screenshot(path=folder / picture.name)
        click.echo(str(folder / picture.name))


def _context(browser: Browser, theme: Theme, width: int, height: int) -> BrowserContext:
    return browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )


def _first_host(fleet: Page) -> str:
    """Return the first host that the page Fleet shows, as a card or as a cell."""
    link = fleet.locator(".host-card h2 a, .cell-map__focused").first
    return str(link.get_attribute("href")).rsplit("/", 1)[1]


def _open(page: Page, url: str) -> Page:
    page.clock.install()
    page.goto(url)
    return page


def _await_chart(page: Page, column: str, name: str, range_text: str) -> None:
    page.wait_for_selector(".legend", timeout=PATIENCE_MS)
    try:
        page.wait_for_function(IS_FULL, arg=column, timeout=PATIENCE_MS)
    except NotInTime:
        raise click.ClickException(
            f"{name} has no samples for all of {range_text} to now: wait, or choose a shorter --range"
        ) from None


if __name__ == "__main__":
    main()
