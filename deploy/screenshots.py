# SPDX-License-Identifier: Apache-2.0
"""Pictures of a running dashboard for the README: its pages, light and dark, wide and on a phone.

``python -m deploy.screenshots http://127.0.0.1:8050 docs/images`` waits until all pages show figures, stops
their clocks and takes the pictures of that one moment. It needs Chromium on PATH and the test dependencies.
The first host of the fleet is taken unless one is named, and its first VM.
Both must have been watched for the whole range.
"""

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click
from playwright.sync_api import Browser, Error, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

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
PATIENCE_MS = 30_000
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


class Picture(NamedTuple):
    """A page and the file that its picture goes to."""

    page: Page
    path: Path


@click.command()
@click.argument("url")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", help="The host to show; without it the first of the fleet.")
@click.option(
    "--range", "range_text", default="now-15m", show_default=True, help="Start of the host's chart."
)
def main(url: str, folder: Path, host: str | None, range_text: str) -> None:
    """Write pictures of the dashboard at URL into FOLDER."""
    chromium = shutil.which(CHROMIUM)
    if chromium is None:
        click.echo(f"screenshots: no {CHROMIUM} on PATH: run make setup", err=True)
        sys.exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        try:
            _take_all(browser, url.rstrip("/"), folder, host, range_text)
        except Error as error:
            click.echo(f"screenshots: {error.message}", err=True)
            sys.exit(1)
        finally:
            browser.close()


def _take_all(browser: Browser, url: str, folder: Path, host: str | None, range_text: str) -> None:
    pictures: list[Picture] = []
    for size_name, (width, height) in (("wide", WIDE), ("phone", NARROW)):
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            fleet = _open(context.new_page(), url + "/")
            fleet.wait_for_selector(".host-card", timeout=PATIENCE_MS)
            shown = (
                host or str(fleet.locator(".host-card h2 a").first.get_attribute("href")).rsplit("/", 1)[1]
            )
            chart = _open(context.new_page(), f"{url}/host/{shown}?from={range_text}&to=now")
            _await_chart(chart, "cpu_busy_ratio", shown, range_text)
            address = str(chart.locator("#host-vms tbody a").first.get_attribute("href"))
            vm = _open(context.new_page(), url + address)
            _await_chart(vm, "cpu_ratio", address, range_text)
            vms = _open(context.new_page(), f"{url}/vms?sort=-cpu")
            vms.wait_for_selector(".live-table .mark", timeout=PATIENCE_MS)
            suffix = f"{theme}-{size_name}.png"
            pictures += [
                Picture(page, folder / f"{name}-{suffix}")
                for name, page in (("fleet", fleet), ("vms", vms), ("host", chart), ("vm", vm))
            ]
    for picture in pictures:
        # No timer runs from here on: neither of requests nor of ages.
        picture.page.clock.pause_at(datetime.now(UTC) + CLOCK_STEP)
    for picture in pictures:
        picture.page.screenshot(path=picture.path)
        click.echo(str(picture.path))


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
