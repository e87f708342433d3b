# SPDX-License-Identifier: Apache-2.0
"""How busy the browser's main thread is while a page of a host is open and live.

``python -m tests.benchmark.main_thread http://127.0.0.1:8050 HOST`` opens the page of a host in a real
Chromium. It waits for its curves and prints one line of JSON. The share is that of Chromium's own
TaskDuration (DevTools protocol, Performance.getMetrics): the time that tasks of the main thread took.
"""

import json
import shutil
import sys
import time
from typing import Any

import click
from playwright.sync_api import CDPSession, Error, Page, sync_playwright

from deploy.screenshots import CHROMIUM, CHROMIUM_ARGUMENTS

PATIENCE_MS = 60_000
CURVES_ARE_DRAWN = "() => document.querySelectorAll('.chart path.js-line').length > 10"
METRICS = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


@click.command()
@click.argument("url")
@click.argument("host")
@click.option("--range", "range_text", default="now-24h", show_default=True, help="Start of the chart.")
@click.option("--seconds", default=30, show_default=True, help="How long to look.")
def main(url: str, host: str, range_text: str, seconds: int) -> None:
    """Measure the page of HOST on the dashboard at URL."""
    chromium = shutil.which(CHROMIUM)
    if chromium is None:
        click.echo(f"main_thread: no {CHROMIUM} on PATH: run make setup", err=True)
        sys.exit(1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url.rstrip('/')}/host/{host}?from={range_text}&to=now")
            page.wait_for_function(CURVES_ARE_DRAWN, timeout=PATIENCE_MS)
            click.echo(json.dumps({"host": host, "range": range_text} | _measure(page, seconds)))
        except Error as error:
            click.echo(f"main_thread: {error.message}", err=True)
            sys.exit(1)
        finally:
            browser.close()


def _measure(page: Page, seconds: int) -> dict[str, Any]:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    received: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    before, began = _metrics(session), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    after, elapsed = _metrics(session), time.monotonic() - began
    shares = {f"{name}_share": round((after[name] - before[name]) / elapsed, 4) for name in METRICS}
    return {
        "seconds": round(elapsed, 2),
        **shares,
        "answer_count": len(received),
        "received_bytes": sum(received),
        "greatest_answer_bytes": max(received, default=0),
    }


def _metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in found}


if __name__ == "__main__":
    main()
