# SPDX-License-Identifier: Apache-2.0
"""A host as a card of the grid."""

from typing import Any

import orjson
import pytest

from dashboard.components.domain_mark import NOT_SAMPLED, RUNNING_STATES, STATE_ORDER, domain_mark
from dashboard.components.host_words import host_path
from dashboard.pages.fleet import host_card
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.fleet.host_card_templates import TEMPLATES
from dashboard.pages.fleet.queries import CardDomain, DomainStates, FleetHost
from dashboard.pages.fleet.summary import summary
from dashboard.parts.markup import texts
from tests.unit.dashboard.expansion import expanded
from tests.unit.dashboard.rows import card_domain, card_domains, domain_states, fleet_host


def find(tree: Any, tag: str, css_class: str | None = None) -> list[Any]:
    """Return all elements of a tag, and of a class if one is named."""
    if not isinstance(tree, list):
        return []
    own = (
        [tree]
        if tree[0] == tag and (css_class is None or css_class in tree[1].get("class", "").split())
        else []
    )
    return own + [element for child in tree[2:] for element in find(child, tag, css_class)]


def card_of(host: FleetHost, *domains: CardDomain) -> Any:
    """Return a card as a browser draws it."""
    templates = {template.name: template for template in TEMPLATES}
    return expanded(host_card.host_card(host, card_domains(*domains)), templates)


def test_a_node_says_the_figures_of_its_host() -> None:
    """CPU, memory and disk stand as numbers beside their bars, with the temperature and its limit."""
    words = texts(card_of(fleet_host())).replace("\u00a0", " ")
    for expected in ("42 %", "50 %", "10 %", "54 °C of 95 °C", "16 CPUs", "64 GiB", "hv1"):
        assert expected in words


def test_a_simulated_host_says_so() -> None:
    """A mark tells a host of the load generator from a machine, by the version of what publishes."""
    (badge,) = find(card_of(fleet_host(is_simulated=True)), "span", "badge")
    assert "simulated" == texts(badge)
    assert [] == find(card_of(fleet_host()), "span", "badge")


def test_health_is_a_number_a_word_and_a_level() -> None:
    """The state is said four times: level, number, word, colour; and spoken for those who see none."""
    tree = card_of(fleet_host(health_score=72, health_state="strained", health_reasons=[
        {"rule": "cpu", "points": 28, "text": "CPU busy 93 %"}]))  # fmt: skip
    (circle,) = find(tree, "svg", "health")
    assert "health strained, 72 of 100" == circle[1]["aria-label"]
    assert "72" in texts(circle)
    assert "strained" in texts(tree)
    (level,) = find(circle, "rect")
    assert pytest.approx(52 * 0.72, abs=0.1) == float(level[1]["height"])
    assert "CPU busy 93 %" in texts(find(tree, "details")[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop", "a VM waited for CPU 24% of the time: shop"),
        ("<img src=x>\u202e", "a VM waited for CPU 24% of the time: <img src=x>\ufffd"),
        ("x" * 300, f"a VM waited for CPU 24% of the time: {'x' * 63}…"),
    ],
    ids=["plain", "hostile", "long"],
)
def test_a_reason_names_its_object(name: str, expected: str) -> None:
    """The VM's name is text of a stranger: cleaned, cut, never markup; reasons of before have no object."""
    words = "a VM waited for CPU 24% of the time"
    reasons = [
        {
            "rule": "vm_steal",
            "points": 12,
            "text": f"{words}: {name}",
            "object": {"kind": "domain", "name": name, "uuid": "00000000-0000-4000-8000-000000000001"},
        },
        {"rule": "vm_steal", "points": 12, "text": words},
    ]
    tree = card_of(fleet_host(health_score=76, health_state="strained", health_reasons=reasons))

    assert [f"\N{MINUS SIGN}12\u00a0{each}" for each in (expected, words)] == [
        texts(item) for item in find(tree, "li") if "12" in texts(item)
    ]


def test_a_stale_host_has_no_health_and_keeps_its_values() -> None:
    """A silent host is unknown, says so, and shows its last figures."""
    tree = card_of(fleet_host(freshness="stale", health_score=100, health_state="good"))
    assert "host-card--stale" in tree[1]["class"]
    assert "host-card--unknown" in tree[1]["class"]
    words = texts(tree)
    assert "last seen" in words
    assert "unknown" in words
    assert "42" in words


def test_a_host_whose_past_arrives_is_not_said_to_be_gone() -> None:
    """Old samples that arrive now are a history on its way."""
    tree = card_of(fleet_host(freshness="stale", is_catching_up=True))
    assert "catching up, history up to" in texts(tree)
    assert "last seen" not in texts(tree)
    # It lives, so that it is neither grey now nor greyed by the browser later.
    assert "host-card--arriving" in tree[1]["class"]
    assert "stale" not in tree[1]["class"]
    assert "data-stale-at" not in tree[1]


def test_a_node_says_when_it_will_be_stale() -> None:
    """The browser marks a silent host by itself, five ticks after its newest sample."""
    tree = card_of(fleet_host())
    assert "2026-11-23T08:30:50+00:00" == tree[1]["data-stale-at"]
    assert "data-stale-at" not in str(card_of(fleet_host(sampled_at=None, stale_at=None)))


def test_a_missing_temperature_says_why() -> None:
    """No sensor is n/a with the reason its collector gave, never 0 °C."""
    collectors = [{"name": "temperatures", "outcome": "unavailable", "reason": "no hwmon device"}]
    tree = card_of(fleet_host(cpu_temperature_celsius=None, collectors=collectors))
    (missing,) = find(tree, "span", "host-card__missing")
    assert "n/a" == texts(missing)
    assert "unavailable: no hwmon device" == missing[1]["title"]


@pytest.mark.parametrize(
    ("expected", "state"),
    [("No libvirt on this host", "absent"), ("libvirt does not answer: refused", "disconnected")],
)
def test_a_host_without_libvirt_says_so(expected: str, state: str) -> None:
    """An empty list of VMs names its cause."""
    assert expected in texts(card_of(fleet_host(hypervisor_state=state, hypervisor_reason="refused")))


def test_vms_carry_shape_word_and_figure() -> None:
    """Each state has a shape of its own and words in its title."""
    domains = [
        card_domain("a"),
        card_domain("b", state_name="paused"),
        card_domain("c", state_name="shut off"),
    ]
    tree = card_of(fleet_host(), *domains)
    paths = [path[1]["d"] for mark in find(tree, "svg", "mark") for path in find(mark, "path")]
    assert 3 == len(set(paths))
    titles = [link[1]["title"].replace("\u00a0", " ") for link in find(tree, "a", "vm")]
    assert ["a: running, 25 % of 2 vCPUs", "b: paused", "c: shut off"] == titles


def test_a_stale_vm_on_a_fresh_host_has_an_age_instead_of_a_figure() -> None:
    """While libvirt is silent its VMs are counted as unknown, on the card and in the summary."""
    domains = [card_domain("a", freshness="stale"), card_domain("b")]
    tree = card_of(fleet_host(), *domains)
    (stale,) = find(tree, "a", "vm--stale")
    assert "a: state unknown, running when last seen" == stale[1]["title"]
    assert "%" not in texts(stale)
    assert 1 == len(find(stale, "time", "age"))
    assert "1 running of 2, 1 unknown" in texts(tree)
    assert "2, state unknown" in texts(card_of(fleet_host(), *[card_domain("a", freshness="stale")] * 2))
    counted = [DomainStates("running", is_stale=stale, domain_count=1) for stale in (False, True)]
    words = " ".join(texts(summary([fleet_host()], counted)).split())
    assert "1 running" in words
    assert "1 state unknown" in words


def many_domains() -> list[CardDomain]:
    """Return twelve VMs more than a card shows, with ids as long as those of libvirt."""
    indices = range(SHOWN_DOMAIN_COUNT + 12)
    return [card_domain(f"vm{index:02d}", uuid=f"00000000-0000-4000-8000-{index:012x}") for index in indices]


def test_too_many_vms_say_how_many_more() -> None:
    """What is not shown is counted, never dropped in silence."""
    tree = card_of(fleet_host(), *many_domains())
    assert SHOWN_DOMAIN_COUNT + 1 == len(find(tree, "a", "vm"))
    assert "+12 more" in texts(tree)


def test_names_stay_text() -> None:
    """A name with markup in it is text like any other, and loses what would hide."""
    tree = card_of(fleet_host(), card_domain("<img src=x onerror=alert(1)>\u202e"))
    (name,) = find(tree, "span", "vm__name")
    assert "<img src=x onerror=alert(1)>\ufffd" == texts(name)


def test_a_name_with_braces_is_no_hole() -> None:
    """What fills a hole is not looked through for more of them."""
    tree = card_of(fleet_host(hostname="{name}"), card_domain("{cpu} {nothing} {path}"))
    assert "{name} · 16 CPUs" in texts(tree)
    (line,) = find(tree, "a", "vm")
    assert "{cpu} {nothing} {path}: running, 25\u00a0% of 2 vCPUs" == line[1]["title"]
    assert "/vm/uuid-of-{cpu} {nothing} {path}" == line[1]["href"]


@pytest.mark.parametrize("freshness", ["fresh", "stale"])
def test_a_node_is_small_on_its_way(freshness: str) -> None:
    """What all cards have in common is not sent with each."""
    domains = [domain._replace(freshness=freshness) for domain in many_domains()]
    sent = len(orjson.dumps(host_card.host_card(fleet_host(freshness=freshness), card_domains(*domains))))
    drawn = len(orjson.dumps(card_of(fleet_host(freshness=freshness), *domains)))
    assert sent < 1_400
    assert sent < 0.35 * drawn


@pytest.mark.parametrize("state", [*STATE_ORDER, NOT_SAMPLED, "state 9"])
def test_every_state_of_a_vm_has_its_words(state: str) -> None:
    """A known state stands in its template, another is sent."""
    tree = card_of(fleet_host(), card_domain("a", state_name=None if state == NOT_SAMPLED else state))
    (line,) = find(tree, "a", "vm")
    assert line[1]["title"].startswith(f"a: {state}")
    assert ("vm" if state in RUNNING_STATES else "vm vm--still") == line[1]["class"]
    assert find(line, "svg")[0] == domain_mark(state)


def test_templates_have_names_of_their_own() -> None:
    """Two of one name would be one for the browser."""
    assert len(TEMPLATES) == len({template.name for template in TEMPLATES})


def test_addresses_are_quoted() -> None:
    """An id cannot leave the path of its page."""
    assert "/host/..%2F%3Fx%3D1" == host_path("../?x=1")


def test_the_summary_counts_by_state() -> None:
    """Hosts and VMs are counted by state, each once; a host is stale or unknown and not both."""
    hosts = [
        fleet_host("a", freshness="late"),
        fleet_host("b", freshness="stale"),
        fleet_host("c", health_state="bad"),
        fleet_host("d", health_state="unknown", health_score=None),
        fleet_host("e", freshness="stale", sampled_at=None, health_state=None),
    ]
    tree = summary(hosts, domain_states(running=2, paused=1))
    words = " ".join(texts(tree).split())
    for expected in (
        "5 hosts",
        "1 good 1 bad 2 unknown 1 stale 1 of them late",
        "3 VMs",
        "2 running",
        "1 paused",
    ):
        assert expected in words


def test_a_count_opens_what_it_counts() -> None:
    """Each state leads to the list of the hosts or VMs in it; a host that sends its past is not stale."""
    hosts = [
        fleet_host("a", health_state="bad"),
        fleet_host("b", freshness="stale", is_catching_up=True),
    ]
    tree = summary(
        hosts, [*domain_states(shut_off=2, crashed=1), DomainStates("idle", is_stale=True, domain_count=1)]
    )
    found = {" ".join(texts(link).split()): link[1]["href"] for link in find(tree, "a")}
    assert {
        "2 hosts": "/hosts",
        "1 bad": "/hosts?q=state%3Abad",
        "1 catching up": "/hosts?q=state%3Astale",
        "4 VMs": "/vms",
        "1 crashed": "/vms?q=state%3Acrashed",
        "2 shut off": "/vms?q=state%3A%22shut+off%22",
        "1 state unknown": "/vms?q=state%3Aunknown",
    } == found


def test_the_host_id_heads_the_card() -> None:
    """A host may call itself like another one: the id that the broker has checked comes first."""
    tree = card_of(fleet_host("hv1", hostname="hv2"))
    assert "hv1" == texts(find(tree, "h2")[0])
    assert "hv2 · 16 CPUs" in texts(tree)


def test_contested_domains_are_told() -> None:
    """The card says how many of its VMs another host reports as running too."""
    domains = card_domains(card_domain("web"))._replace(contested_count=1)
    assert "1 VM contested" in str(host_card.host_card(fleet_host(), domains))
