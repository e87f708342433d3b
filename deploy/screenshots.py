# SPDX-License-Identifier: Apache-2.0
"""Pictures of a running dashboard for the README: both pages, light and dark, wide and on a phone.

``python -m deploy.screenshots http://127.0.0.1:8050 docs/images`` waits until the pages show figures; it
needs Chromium on PATH and the test dependencies. The first host of the grid is taken unless one is named.
"""

import shutil
import sys
from pathlib import Path

import click
from playwright.sync_api import Browser, Error, Page, sync_playwright

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
WIDE = (1440, 900)
NARROW = (390, 844)
PATIENCE_MS = 30_000


@click.command()
@click.argument("url")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", help="The host to show; without it the first of the grid.")
@click.option(
    "--range", "range_text", default="now-15m", show_default=True, help="Start of the host's chart."
)
def main(url: str, folder: Path, host: str | None, range_text: str) -> None:
    """Write pictures of the dashboard at URL into FOLDER."""
    chromium = shutil.which("chromium")
    if chromium is None:
        click.echo("screenshots: no chromium on PATH", err=True)
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
    for size_name, (width, height) in (("wide", WIDE), ("phone", NARROW)):
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(url + "/")
            page.wait_for_selector(".node", timeout=PATIENCE_MS)
            _save(page, folder / f"grid-{theme}-{size_name}.png")
            shown = host or str(page.locator(".node h2 a").first.get_attribute("href")).rsplit("/", 1)[1]
            page.goto(f"{url}/host/{shown}?from={range_text}&to=now")
            page.wait_for_selector(
                "#host-chart path.js-line, #host-chart path.js-fill", timeout=PATIENCE_MS, state="attached"
            )
            page.wait_for_selector(".legend", timeout=PATIENCE_MS)
            _save(page, folder / f"host-{theme}-{size_name}.png")
            context.close()


def _save(page: Page, path: Path) -> None:
    page.screenshot(path=path, full_page=True)
    click.echo(str(path))


if __name__ == "__main__":
    main()
