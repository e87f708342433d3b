# SPDX-License-Identifier: Apache-2.0
"""The grid in a browser."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.screenshots import CHROMIUM, CHROMIUM_ARGUMENTS
from publisher.wire.samples import HypervisorHealth
from tests.browser import Watched, expect_value, settled
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now

SLOW = Load(tick_seconds=600.0)
HATCHED = re.compile("repeating-linear-gradient")


def card_of(host: str) -> str:
    """Return the selector of a host's card."""
    return f'.host-card[aria-label="host {host}"]'


def test_hosts_and_vms_are_shown(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Every host is a card with its figures and its VMs, in order of names."""
    vms = [domain(1, "web"), domain(2, "batch", state=3), domain(3, "spare", state=5)]
    now = utc_now()
    seeder.store(
        [
            host_batch("hv2", now, 1, SLOW),
            host_batch("hv1", now, 1, SLOW._replace(domains=vms, cpu_ratio=0.42)),
        ]
    )
    page.goto(dashboard.url)
    expect(page.locator(".host-card h2")).to_have_text(["hv1", "hv2"])
    card = page.locator(card_of("hv1"))
    expect(card.locator(".bar__number")).to_have_text(["42\u00a0%", "38\u00a0%", "20\u00a0%"])
    expect(card.locator(".vm__name")).to_have_text(["batch", "spare", "web"])
    expect(card.locator(".vm__value")).to_have_text(["paused", "off", "25\u00a0%"])
    expect(card).to_contain_text("54\u00a0°C of 95\u00a0°C")
    expect(page.locator(".summary")).to_contain_text("2 hosts")
    expect(page.locator(".summary")).to_contain_text("3 VMs")
    expect(card.locator(".health")).to_have_attribute("aria-label", "health good, 100 of 100")


def test_age_counts_up_without_the_server(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The age of a sample grows every second, also while the page is paused and asks nothing."""
    seeder.store([host_batch("hv1", utc_now() - timedelta(seconds=3), 1, SLOW)])
    page.goto(dashboard.url)
    age = page.locator(".host-card time.age")
    expect(age).to_contain_text("s ago")
    page.keyboard.press("Space")
    expect(page.locator("#shell-live")).to_have_text("Paused")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(2):
        expect(age).not_to_have_text(age.inner_text())
    assert [] == asked
    page.keyboard.press("Space")
    expect(page.locator("#shell-live")).to_have_text("Live")
    page.wait_for_event("request")


def test_a_silent_host_is_greyed_and_says_since_when(
    page: Page, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Beyond five ticks a host keeps its values, hatched, and has no health."""
    now = utc_now()
    seeder.store(
        [
            host_batch("gone", now - timedelta(minutes=10), 1, Load(tick_seconds=10, cpu_ratio=0.66)),
            host_batch("late", now - timedelta(seconds=200), 1, Load(tick_seconds=90)),
        ]
    )
    page.goto(dashboard.url)
    gone = page.locator(card_of("gone"))
    expect(gone).to_contain_class("host-card--unknown host-card--stale")
    expect(gone).to_contain_text(re.compile("last seen 1[01]\u00a0min"))
    expect(gone.locator(".bar__number").first).to_have_text("66\u00a0%")
    expect(gone).to_have_css("background-image", HATCHED)
    late = page.locator(card_of("late"))
    expect(late).to_have_class("host-card host-card--good host-card--late")
    expect(late).to_contain_text("late, 3\u00a0min")


def test_a_host_grows_stale_on_a_paused_page(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Without any answer a host whose time is over is greyed and hatched, and its health is unknown."""
    now = utc_now()
    calm = Load(tick_seconds=60.0, domains=[domain(1, "web")])
    seeder.store([host_batch("hv1", now, 1, calm)])
    page.clock.install()
    page.goto(dashboard.url)
    card = page.locator(card_of("hv1"))
    expect(card).to_have_class("host-card host-card--good host-card--fresh")
    page.keyboard.press("Space")
    expect(page.locator("#shell-live")).to_have_text("Paused")
    page.clock.fast_forward("10:00")
    expect(card).to_have_class(re.compile("is-stale"))
    expect(card.locator(".health")).to_have_attribute("aria-label", "health unknown")
    expect(card.locator(".health__score")).to_have_text("?")
    expect(card).to_have_css("background-image", HATCHED)
    # News of it is drawn as what the server says.
    seeder.store([host_batch("hv1", now + timedelta(seconds=1), 2, calm._replace(cpu_ratio=0.42))])
    page.keyboard.press("Space")
    expect(card).to_have_class("host-card host-card--good host-card--fresh")
    expect(card.locator(".health")).to_have_attribute("aria-label", re.compile("health good"))


def test_a_new_sample_appears_by_itself(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Figures, VMs and hosts change on the page without any action, and the page does not blink."""
    start = utc_now() - timedelta(seconds=60)
    seeder.store([host_batch("hv1", start, 1, SLOW._replace(domains=[domain(1, "web")]))])
    page.goto(dashboard.url)
    card = page.locator(card_of("hv1"))
    expect(card.locator(".bar__number").first).to_have_text("30\u00a0%")
    card.evaluate("node => { node.isTheSameAsBefore = true; }")
    later = SLOW._replace(cpu_ratio=0.91, domains=[domain(1, "renamed"), domain(2, "second")])
    seeder.store(
        [
            host_batch("hv1", start + timedelta(seconds=30), 2, later),
            host_batch("a-new-one", utc_now(), 1, SLOW),
        ]
    )
    expect(card.locator(".bar__number").first).to_have_text("91\u00a0%")
    expect(card.locator(".vm__name")).to_have_text(["renamed", "second"])
    expect(page.locator(".host-card h2")).to_have_text(["a-new-one", "hv1"])
    assert card.evaluate("node => node.isTheSameAsBefore === true")


def test_reasons_open_and_stay_open(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """The list of the rules that took points opens, and an update does not close it."""
    start = utc_now() - timedelta(seconds=60)
    seeder.store([host_batch("hv1", start, 1, SLOW._replace(cpu_ratio=1.0))])
    page.goto(dashboard.url)
    why = page.locator(".why summary")
    why.click()
    expect(page.locator(".why li").first).to_contain_text("CPU")
    # What is contained in its card would be cut off at its edge.
    expect(page.locator(".host-card")).to_have_css("content-visibility", "visible")
    seeder.store([host_batch("hv1", start + timedelta(seconds=30), 2, SLOW._replace(cpu_ratio=0.99))])
    expect(page.locator(".bar__number").first).to_have_text("99\u00a0%")
    expect(page.locator(".why li").first).to_be_visible()


def test_a_tick_takes_nothing_from_a_reader(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """Selected text, the place scrolled to and open reasons stay while the figures beside them change."""
    start = utc_now() - timedelta(seconds=60)
    busy = SLOW._replace(cpu_ratio=1.0, domains=[domain(1, "web")])
    seeder.store([host_batch(f"hv{number:02}", start, 1, SLOW) for number in range(30)])
    seeder.store([host_batch("hv30", start, 1, busy)])
    page.set_viewport_size({"width": 600, "height": 500})
    page.goto(dashboard.url)
    card = page.locator(card_of("hv30"))
    card.scroll_into_view_if_needed()
    card.locator(".why summary").click()
    name = card.locator(".vm__name")
    name.evaluate("element => window.getSelection().selectAllChildren(element)")
    reads = "() => [window.scrollY > 0, window.scrollY, String(window.getSelection())]"
    # Cards that come into sight are as high as they are, and no longer as guessed.
    before = settled(page, lambda: page.evaluate(reads))
    assert [True, "web"] == before[::2]
    seeder.store([host_batch("hv30", start + timedelta(seconds=30), 2, busy._replace(cpu_ratio=0.99))])
    expect(card.locator(".bar__number").first).to_have_text("99\u00a0%")
    expect_value(page, lambda: page.evaluate(reads), before)
    expect(card.locator(".why li").first).to_be_visible()


def test_a_node_out_of_sight_is_read_aloud_and_reached_by_key(
    chromium: Browser, dashboard: Dashboard, seeder: Seeder
) -> None:
    """Nodes that are not painted yet are there for a screen reader and the keyboard, and then shown."""
    now = utc_now()
    seeder.store(
        host_batch(f"hv{number:02d}", now, 1, SLOW._replace(domains=[domain(number, f"web-{number}")]))
        for number in range(30)
    )
    # As with a screen reader that runs: without one Chromium keeps no whole tree for it.
    arguments = [*CHROMIUM_ARGUMENTS, "--force-renderer-accessibility"]
    reading = chromium.browser_type.launch(executable_path=shutil.which(CHROMIUM), args=arguments)
    page = reading.new_page()
    page.goto(dashboard.url)
    expect(page.locator(".host-card")).to_have_count(30)
    last = page.locator(card_of("hv29"))
    expect(last).not_to_be_in_viewport()
    session = page.context.new_cdp_session(page)
    expected = {("article", "host hv29"), ("heading", "hv29"), ("link", "hv29"), ("StaticText", "web-29")}

    def spoken() -> set[tuple[str, str]]:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        return expected & {(each["role"]["value"], each["name"]["value"]) for each in nodes if "name" in each}

    expect_value(page, spoken, expected)
    page.locator(card_of("hv28")).locator(".vm").focus()
    page.keyboard.press("Tab")
    expect(last.locator("h2 a")).to_be_focused()
    expect(last).to_be_in_viewport()
    expect(last.locator(".vm__value")).to_have_text("25\u00a0%")
    reading.close()


def test_libvirt_that_is_absent_is_said(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A host without libvirt and one whose libvirt is away say so in words."""
    now = utc_now()
    away = HypervisorHealth(state="disconnected", reason="connection refused")
    seeder.store(
        [
            host_batch("bare", now, 1, SLOW._replace(hypervisor=HypervisorHealth(state="absent"))),
            host_batch("broken", now, 1, SLOW._replace(hypervisor=away)),
        ]
    )
    page.goto(dashboard.url)
    expect(page.locator(card_of("bare"))).to_contain_text("No libvirt on this host")
    expect(page.locator(card_of("broken"))).to_contain_text("libvirt does not answer: connection refused")


def test_names_of_vms_are_text(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A VM named as markup or script is shown as its name on both pages, and nothing of it runs."""
    names = [
        "<img src=x onerror=window.hit=1>",
        "<a href=//evil.example>click</a>",
        "</script><script>window.hit=1</script>",
        "javascript:window.hit=1",
        "\u202egnp.exe",
        # What the answer's templates are made of.
        "{cpu} {path}",
        "=host card",
        "__proto__",
    ]
    vms = [domain(number, name) for number, name in enumerate(names, 1)]
    now = utc_now()
    events = [seeder.event("hv1", "domain_started", now, vm, "<b>detail</b>") for vm in vms]
    seeder.store([host_batch("hv1", now, 1, SLOW._replace(domains=vms))], events)
    page.goto(dashboard.url)
    shown = sorted(name.replace("\u202e", "\ufffd") for name in names)
    expect(page.locator(".vm__name")).to_have_count(len(names))
    expect_value(page, lambda: sorted(page.locator(".vm__name").all_inner_texts()), shown)
    page.locator(".host-card h2 a").click()
    expect(page.locator(".cell-name")).to_have_count(len(names))
    expect_value(page, lambda: sorted(page.locator(".cell-name").all_inner_texts()), shown)
    expect(page.locator(".events li")).to_have_count(len(names))
    expect(page.locator(".event__detail").first).to_have_text("<b>detail</b>")
    expect(page.locator("main img, main script, main b, main a[href*=evil]")).to_have_count(0)
    assert page.evaluate("window.hit === undefined")


def test_a_link_leads_to_the_vm_and_back(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A VM on a card opens its page without loading it anew; the back button returns to the grid."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW._replace(domains=[domain(1, "web")]))])
    page.goto(dashboard.url)
    page.evaluate("window.isTheSameDocument = true")
    page.locator(".vm").click()
    expect(page.locator("h1")).to_have_text("web")
    expect(page).to_have_url(re.compile(r"/vm/[0-9a-f-]+$"))
    page.go_back()
    expect(page.locator(".host-card h2")).to_have_text(["hv1"])
    assert page.evaluate("window.isTheSameDocument === true")


def test_the_address_of_a_row_leads_to_it(page: Page, dashboard: Dashboard, seeder: Seeder) -> None:
    """A row of the table of VMs has an address of its own, and stands clear of the bar."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW._replace(domains=[domain(1, "web")]))])
    page.goto(f"{dashboard.url}/host/hv1#vm-{domain(1, 'web').uuid}")
    row = page.locator("#host-vms tbody tr")
    expect(row).to_be_in_viewport()
    bar_bottom = "document.querySelector('.range-place').getBoundingClientRect().bottom"
    is_clear = f"row => row.getBoundingClientRect().top >= {bar_bottom}"
    expect_value(page, lambda: row.evaluate(is_clear), wanted=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_themes_follow_the_system_and_the_choice(
    open_page: Callable[..., Watched], dashboard: Dashboard, seeder: Seeder, scheme: str
) -> None:
    """Without a choice the system decides; a choice outlasts a reload and is there from the start."""
    seeder.store([host_batch("hv1", utc_now(), 1, SLOW)])
    page, faults = open_page(color_scheme=scheme)
    grounds = {"light": "rgb(243, 245, 248)", "dark": "rgb(14, 19, 26)"}
    page.goto(dashboard.url)
    page.wait_for_selector(".host-card")
    body = page.locator("body")
    expect(body).to_have_css("background-color", grounds[scheme])
    button = page.locator("#shell-theme")
    expect(button).to_have_text("Theme: system")
    button.click()
    expect(button).to_have_text("Theme: light")
    button.click()
    expect(button).to_have_text("Theme: dark")
    expect(body).to_have_css("background-color", grounds["dark"])
    page.goto(dashboard.url, wait_until="commit")
    # The first colour there is: before it the style sheet is still on its way.
    first = page.wait_for_function(
        """() => {
            const ground = document.body && getComputedStyle(document.body).backgroundColor;
            return ground !== 'rgba(0, 0, 0, 0)' && ground;
        }"""
    )
    assert grounds["dark"] == first.json_value()
    page.wait_for_selector(".host-card")
    assert [] == faults
