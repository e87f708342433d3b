# SPDX-License-Identifier: Apache-2.0
"""States of the pages in which there is little to show, for pictures: what a browser can bring about.

A database without schema, without any host or away needs a dashboard of its own. Its pages are taken as any.
"""

import re
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Page, expect

PATIENCE_MS = 30_000
_ANSWERS = "**/_dash-update-component*"
# A page that hears nothing says so before its clock shows so much more.
_SILENCE_MS = 17_000


class State(NamedTuple):
    """How a page is brought into a state: its address, what shall be read there, whether answers get lost."""

    name: str
    path: str
    place: str
    words: str
    is_unheard: bool = False


STATES = (
    State("no-samples", "/host/{host}?from=2001-01-01&to=2001-01-02", ".nothing", "No samples in this range"),
    State("no-such-host", "/host/nobody", ".guide", "No host"),
    State("no-such-page", "/nowhere", "h1", "There is no such page"),
    State("unreadable-filter", "/hosts?q=stat%3Agood", ".filter__fault", "did you mean"),
    State("empty-filter", "/vms?q=name%3Anobody", ".table-nothing", "No VM"),
    State("no-such-vm", "/vm/00000000-0000-4000-8000-000000000000", ".guide", "No VM"),
    State("no-answer", "/", ".banner", "No answer from the dashboard", is_unheard=True),
)


def opened(context: BrowserContext, url: str, host: str, state: State) -> Page:
    """Return a page in a state, its clock installed; raise AssertionError when the words do not come."""
    page = context.new_page()
    page.clock.install()
    page.goto(url + state.path.format(host=host))
    if state.is_unheard:
        page.wait_for_selector(".summary, .capacity", timeout=PATIENCE_MS)
        page.route(_ANSWERS, lambda route: route.abort())
        page.clock.run_for(_SILENCE_MS)
    expect(page.locator(state.place).first).to_contain_text(re.compile(state.words), timeout=PATIENCE_MS)
    return page
