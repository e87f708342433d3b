# SPDX-License-Identifier: Apache-2.0
"""The page of all alerts, and that of one, in a browser."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser import Watched, expect_fit
from tests.dashboard.alarms import Alarm, Alarms
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now
from tests.services import MigratedDatabase

HOSTILE = "<img src=x onerror=alert(1)>\u202e"
VM = domain(1, HOSTILE)


class Site(NamedTuple):
    """A fleet with alerts of each kind: their numbers by what they are."""

    alarms: Alarms
    numbers: dict[str, int]


@pytest.fixture
def site(seeder: Seeder, database: MigratedDatabase) -> Iterator[Site]:
    """Store two hosts, and alerts that fire, are hidden, withheld, resolved, and one that is pending."""
    now = utc_now()
    seeder.store(run_of_batches("hv1", now, 60, Load(tick_seconds=10.0, domains=[VM])))
    seeder.store(run_of_batches("hv2", now, 1, Load(tick_seconds=600.0)))
    with closing(Alarms(database.owner_url)) as alarms:
        alarms.stepped(now)
        silent = alarms.fired(Alarm("hv2", "silent", "host_silent", "critical"))
        numbers = {
            "silent": silent,
            "steal": alarms.fired(Alarm("hv1", "waits for a CPU", "vm_steal", uuid=VM.uuid)),
            "below": alarms.fired(Alarm("hv2", "stuck below it", "vm_stuck", hidden_by=silent)),
            "night": alarms.fired(Alarm("hv1", "disk 91 % full", "filesystem", part="/srv/<b>")),
            "over": alarms.fired(
                Alarm(
                    "hv1",
                    "was hot",
                    "temperature",
                    began_at=now - timedelta(hours=3),
                    resolved_at=now - timedelta(hours=2),
                )
            ),
        }
        alarms.pending("hv1", "cpu_pressure", since=now - timedelta(minutes=2))
        alarms.silenced({"host": "hv1", "rule": "filesystem"}, "moved tonight")
        alarms.acknowledged(silent, "anna", "on my way")
        alarms.notified(silent, "sent", None)
        alarms.notified(numbers["night"], "suppressed", "silence 1 of anna: moved tonight")
        yield Site(alarms, numbers)


def section(page: Page, title: str) -> Locator:
    """Return the card with a title."""
    return page.get_by_role("region", name=title)


def test_each_alert_is_where_a_person_looks_for_it(page: Page, dashboard: Dashboard, site: Site) -> None:
    """What fires, is pending, withheld, resolved; what is hidden stands beneath its cause; the bar counts."""
    page.goto(f"{dashboard.url}/alerts")
    firing = section(page, "Firing now")
    expect(firing.locator("tbody tr")).to_have_count(2)
    first = firing.locator("tbody tr").first
    for words in ("silent", "critical", "hv2", "10 min", "acknowledged by anna", "hides 1 other"):
        expect(first).to_contain_text(words.replace(" min", "\u00a0min"))
    second = firing.locator("tbody tr").nth(1)
    expect(second).to_contain_text("<img src=x onerror=alert(1)>\ufffd on hv1")
    expect(section(page, "Pending now").locator("tbody tr")).to_have_count(1)
    withheld = section(page, "Withheld now")
    expect(withheld).to_contain_text("silence by anna until ")
    expect(withheld).to_contain_text("moved tonight")
    expect(withheld).to_contain_text("hv1: /srv/<b>")
    expect(section(page, "Resolved")).to_contain_text("was hot")
    expect(section(page, "Resolved")).to_contain_text("1\u00a0h\u00a00\u00a0min")
    expect(page.locator("main")).to_contain_text("by eval-1")
    expect(page.get_by_role("link", name="Alerts")).to_have_text("Alerts2 firing, 1 critical")
    expect(page).to_have_title("2 firing · Alerts · kvmgrid")

    # Live: one more, and one less.
    number = site.alarms.fired(Alarm("hv1", "swapping", "host_swapping"))
    expect(firing).to_contain_text("swapping")
    site.alarms.resolved(number)
    expect(firing).not_to_contain_text("swapping")

    # The address is the state.
    page.goto(f"{dashboard.url}/alerts?q=severity:critical&from=now-1h&to=now")
    expect(firing.locator("tbody tr")).to_have_count(1)
    expect(section(page, "Pending now")).to_contain_text("Nothing is beyond a level.")
    expect(section(page, "Resolved")).to_contain_text("there is a filter")


def test_an_alert_explains_itself(page: Page, dashboard: Dashboard, site: Site) -> None:
    """By keys to an alert: its chart around the moment, what became of it, what was sent or why not."""
    page.goto(f"{dashboard.url}/hosts")
    expect(page.locator("main")).to_contain_text("2 hosts")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(section(page, "Firing now")).to_contain_text("silent")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("waits for a CPU")
    expect(page.locator(".alert-head")).to_contain_text("warning, firing")
    expect(page.locator("#alert-chart path.js-line")).not_to_have_count(0)
    # Fired, and since when it was beyond its level.
    # One mark or two, as there is room.
    for words in ("alert beyond its level", "alert fired (waits for a CPU)"):
        expect(page.get_by_role("button", name=words)).to_be_visible()
    expect(section(page, "What was sent")).to_contain_text("Nothing was sent")
    expect(section(page, "What became of it").locator("tbody tr")).to_have_count(1)

    # The pages of its VM and its host mark it too.
    page.locator(".alert-head").get_by_role("link", name="<img").click()
    expect(section(page, "Events")).to_contain_text("alert fired")
    expect(page.get_by_role("button", name="(waits for a CPU)")).to_be_visible()
    page.goto(f"{dashboard.url}/host/hv1")
    expect(section(page, "Events")).to_contain_text("disk 91 % full")

    page.goto(f"{dashboard.url}/alert/{site.numbers['night']}")
    expect(section(page, "What was sent")).to_contain_text("suppressed")
    expect(section(page, "What was sent")).to_contain_text("silence 1 of anna: moved tonight")

    page.goto(f"{dashboard.url}/alert/{site.numbers['silent']}")
    expect(page.locator(".host-facts")).to_contain_text("“on my way”")
    hidden = section(page, "What it hides")
    hidden.get_by_role("link", name="stuck below it").click()
    expect(page.locator(".host-facts")).to_contain_text(f"hidden by alert {site.numbers['silent']} (host)")

    page.goto(f"{dashboard.url}/alert/{10**12}")
    expect(page.locator(".guide")).to_contain_text("There is no alert 1000000000000")


def test_who_evaluates_is_said(page: Page, dashboard: Dashboard, site: Site) -> None:
    """Nobody, somebody with a problem, and nobody any more: each with what to do."""
    site.alarms.stepped(utc_now(), "rule file: unknown key")
    page.goto(f"{dashboard.url}/alerts")
    expect(page.locator(".note--bad")).to_have_text("rule file: unknown key")
    site.alarms.stepped(utc_now() - timedelta(minutes=5))
    expect(page.locator(".alert-evaluator")).to_contain_text("No evaluator since 20")
    expect(page.locator(".alert-evaluator")).to_contain_text("kvmgrid-consumer alerts run")
    site.alarms.stepped(None)
    expect(page.locator(".alert-evaluator")).to_contain_text("No evaluator has run yet: nothing is watched.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_for_everybody(
    open_page: Callable[..., Watched], dashboard: Dashboard, site: Site, theme: str
) -> None:
    """No findings of axe in either theme, and a phone needs no sideways scrolling."""
    page, _ = open_page(color_scheme=theme, viewport={"width": 390, "height": 844})
    for path, words in (("/alerts", "silent"), (f"/alert/{site.numbers['steal']}", "What became of it")):
        page.goto(dashboard.url + path)
        expect(page.locator("main")).to_contain_text(words)
        if path != "/alerts":
            expect(page.locator("#alert-chart path.js-line")).not_to_have_count(0)
        assert not Axe().run(page).response["violations"]
        expect_fit(page, 390)
