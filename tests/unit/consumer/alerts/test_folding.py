# SPDX-License-Identifier: Apache-2.0
"""What hides what, for how long, and what is never hidden."""

import random

import pytest
from msgspec import structs

from consumer.alerts.folding import Folding, Hiding, OpenAlert, fold
from consumer.rules.hiding import hidden_rules
from consumer.rules.reading import rules_of, shipped_rules
from consumer.rules.rule import SEVERITIES

RULES = shipped_rules().rules
HIDING = hidden_rules(RULES)
ALERTING = [name for name, rule in RULES.items() if rule.alert is not None]


def alert(  # noqa: PLR0913, PLR0917 - what an alert has
    key: int,
    rule: str,
    host: str = "hv1",
    domain: str | None = None,
    part: str = "",
    path: str | None = None,
    minutes: float = 0,
    *,
    is_known: bool = True,
    is_withheld: bool = False,
) -> OpenAlert:
    """Return an alert that fired so many minutes after noon."""
    return OpenAlert(
        alert_id=key,
        rule=rule,
        subject=RULES[rule].subject if rule in RULES else "filesystem",
        host_id=int(host.removeprefix("hv")),
        domain_id=None if domain is None else int.from_bytes(domain.encode(), "big"),
        part=part,
        path=path,
        severity="critical",
        fired_at=60.0 * minutes,
        is_known=is_known,
        is_withheld=is_withheld,
    )


def hidden(*alerts: OpenAlert, hosts: int = 24) -> dict[int, tuple[object, ...]]:
    """Return what is hidden of alerts, by the shipped rules."""
    return {key: tuple(each) for key, each in fold(alerts, RULES, hosts).hidden.items()}


def test_a_silent_host_hides_all_on_it_and_nothing_elsewhere() -> None:
    """Its own other alerts, those of its disks and of its VMs; whichever came first."""
    found = hidden(
        alert(1, "vm_memory", domain="a", minutes=-90),
        alert(2, "host_silent"),
        alert(3, "filesystem", part="/"),
        alert(4, "libvirt_away"),
        alert(5, "vm_stuck", domain="b"),
        alert(6, "vm_stuck", host="hv2", domain="c"),
        alert(7, "filesystem", host="hv2", part="/"),
    )

    assert dict.fromkeys([1, 3, 4, 5], (2, "host")) == found


def test_libvirt_hides_what_is_known_through_it_alone() -> None:
    """A VM that was paused or short of memory before is not so because of libvirt."""
    found = hidden(
        alert(1, "libvirt_away"),
        alert(2, "vm_stuck", domain="a"),
        alert(3, "guest_figures_stale", domain="a"),
        alert(4, "vm_paused_io_error", domain="a"),
        alert(5, "vm_memory", domain="a"),
        alert(6, "disk_latency", part="sda"),
    )

    assert {2: (1, "host"), 3: (1, "host")} == found


def test_a_slow_disk_hides_the_disks_of_vms_on_it() -> None:
    """Where it is known what they lie on."""
    found = hidden(
        alert(1, "disk_latency", part="sda"),
        alert(2, "vm_disk_latency", domain="a", path="sda"),
        alert(3, "vm_disk_latency", domain="b", path="sdb"),
        alert(4, "vm_disk_latency", domain="c"),
        alert(5, "vm_disk_latency", host="hv2", domain="d", path="sda"),
    )

    assert {2: (1, "disk")} == found


@pytest.mark.parametrize("path", ["sda", None])
def test_three_slow_vms_are_one_incident(path: str | None) -> None:
    """On one path, or on one host where the path is not known; the first leads, and says how many."""
    slow = [alert(key, "vm_disk_latency", domain=f"vm{key}", path=path, minutes=-key) for key in (1, 2, 3)]
    folding = fold(slow, RULES, 24)

    assert {1: Hiding(3, "path"), 2: Hiding(3, "path")} == folding.hidden
    assert "disks of 3 VMs are slow together: look at what they lie on first" == folding.incidents[3].words
    assert {} == fold(slow[:2], RULES, 24).hidden
    assert {} == fold([structs.replace(each, host_id=each.domain_id or 0) for each in slow], RULES, 24).hidden


def test_an_incident_stays_one_until_too_little_is_left() -> None:
    """Two of three go on as one; who restarts in between knows the same from what was stored."""
    slow = [alert(key, "vm_disk_latency", domain=f"vm{key}", minutes=-key) for key in (1, 2, 3, 4)]
    before = fold(slow, RULES, 24).hidden
    # The one that led is over.
    later = fold(slow[:2], RULES, 24, before)

    assert {1: Hiding(2, "path")} == later.hidden
    assert {} == fold(slow[:1], RULES, 24, later.hidden).hidden


def test_a_lag_hides_silence_while_it_is_known() -> None:
    """A host whose samples come late is not silent; where nothing comes any more the lag says nothing."""
    late, silent = alert(1, "publisher_lag"), alert(2, "host_silent")
    vm = alert(3, "vm_stuck", domain="a")

    assert {2: (1, "host"), 3: (1, "host")} == hidden(late, silent, vm)
    assert {3: (2, "host")} == hidden(structs.replace(late, is_known=False), silent, vm)


def silent(count: int) -> list[OpenAlert]:
    """Return hosts that fell silent one after the other, within a minute."""
    return [alert(key, "host_silent", host=f"hv{key}", minutes=key / count) for key in range(count)]


def test_a_silent_fleet_is_one_alert() -> None:
    """The host that was silent first leads, and says of how many; VMs are below it too."""
    alerts = [*silent(24), alert(99, "vm_stuck", host="hv7", domain="a")]
    folding = fold(alerts, RULES, 24)

    assert dict.fromkeys(range(1, 24), Hiding(0, "pipeline")) | {99: Hiding(0, "host")} == folding.hidden
    assert {0: (24, "24 of 24 hosts are silent at once: look at broker, consumers and network first")} == {
        key: tuple(each) for key, each in folding.incidents.items()
    }


@pytest.mark.parametrize(
    ("count", "hosts", "is_one"),
    [
        (1, 1, False),
        (2, 2, True),
        (8, 9, False),
        (9, 9, True),
        (21, 24, False),
        (22, 24, True),
        (2, 24, False),
    ],
)
def test_how_many_are_a_fleet(count: int, hosts: int, is_one: bool) -> None:
    """All of a few, nine of ten of many; a single host is a host."""
    assert (count - 1 if is_one else 0) == len(fold(silent(count), RULES, hosts).hidden)


def test_a_host_that_was_silent_long_before_is_a_matter_of_its_own() -> None:
    """It neither leads, since nobody would be told, nor is it hidden: nothing common caused it."""
    long = alert(77, "host_silent", host="hv77", minutes=-600)
    folding = fold([long, *silent(23)], RULES, 24)

    assert dict.fromkeys(range(1, 23), Hiding(0, "pipeline")) == folding.hidden
    assert 24 == folding.incidents[0].object_count


def test_a_fleet_of_which_half_was_silent_for_days_is_told_of() -> None:
    """The first of those that fell silent now leads, not one of which everybody knows."""
    long = [alert(100 + key, "host_silent", host=f"hv{100 + key}", minutes=-9000) for key in range(12)]

    assert dict.fromkeys(range(1, 10), Hiding(0, "pipeline")) == fold([*long, *silent(10)], RULES, 24).hidden


def test_hosts_that_fall_silent_later_join() -> None:
    """They neither take the lead nor make the others ring."""
    before = fold(silent(22), RULES, 24).hidden
    late = [alert(key, "host_silent", host=f"hv{key}", minutes=120) for key in (22, 23)]
    later = fold([*silent(22), *late], RULES, 24, before)

    assert dict.fromkeys(range(1, 24), Hiding(0, "pipeline")) == later.hidden
    assert 23 == len(fold([*silent(23), late[1]], RULES, 24).hidden)


def test_who_is_told_of_leads() -> None:
    """A silence for the host that would lead does not silence the fleet."""
    fleet = silent(24)
    fleet[0] = structs.replace(fleet[0], is_withheld=True)

    assert dict.fromkeys([0, *range(2, 24)], Hiding(1, "pipeline")) == fold(fleet, RULES, 24).hidden


def test_the_one_that_leads_goes_on() -> None:
    """An alert that fired before it, and is known only now, does not take its place."""
    fleet = silent(23)
    before = fold(fleet, RULES, 24).hidden
    early = alert(50, "host_silent", host="hv50", minutes=-1)

    assert {0} == {each.by_alert_id for each in fold([early, *fleet], RULES, 24, before).hidden.values()}


def test_a_fleet_that_comes_back_is_one_until_half_of_it_is_there() -> None:
    """The first that come back do not make the others ring."""
    before = fold(silent(24), RULES, 24).hidden

    assert 11 == len(fold(silent(24)[12:], RULES, 24, before).hidden)
    assert {} == fold(silent(24)[14:], RULES, 24, before).hidden


def test_where_nothing_is_known_any_more_nothing_changes() -> None:
    """While the pipeline lags nobody knows whether hosts are silent: what they hid does not ring."""
    alerts = [*silent(24), alert(99, "vm_stuck", host="hv7", domain="a"), alert(98, "vm_stuck", domain="b")]
    before = fold(alerts[:-1], RULES, 24).hidden
    unknown = [structs.replace(each, is_known=False) for each in alerts]

    assert before == fold(unknown, RULES, 24, before).hidden
    assert {} == fold(unknown, RULES, 24).hidden
    known_again = [*unknown[:-2], alerts[-2], alerts[-1]]
    assert before.keys() - {99} == fold(known_again, RULES, 24, before).hidden.keys()


def test_what_hid_an_alert_and_is_over_hides_it_no_more() -> None:
    """It is shown in the next cycle."""
    slow, vm = alert(1, "disk_latency", part="sda"), alert(2, "vm_disk_latency", domain="a", path="sda")

    assert {2: (1, "disk")} == hidden(slow, vm)
    assert {} == hidden(vm)


def test_a_sites_own_rule_is_hidden_too_and_may_hide() -> None:
    """``all`` has those of a site in it; a rule about a file system hides its own kind of part."""
    text = {
        "backup_pool": {
            "subject": "filesystem",
            "figure": "available_bytes",
            "words": "little left",
            "alert": {"low_enters": True, "warning": {"enter": 1e9, "leave": 2e9}, "hides": ["filesystem"]},
        }
    }
    rules = rules_of({"rules": text}, "own").rules
    own, full = alert(1, "backup_pool", part="/backup"), alert(2, "filesystem", part="/backup")
    other = alert(3, "filesystem", part="/")

    assert {2: Hiding(1, "filesystem")} == fold([own, full, other], rules, 24).hidden
    assert {1, 2, 3} == fold([own, full, other, alert(4, "host_silent")], rules, 24).hidden.keys()


def random_alerts(dice: random.Random) -> list[OpenAlert]:
    """Return alerts of a small fleet, so that many meet."""
    hosts = dice.randrange(1, 5)
    found = []
    for key in range(dice.randrange(40)):
        rule = dice.choice([*ALERTING, "host_silent", "publisher_lag", "vm_disk_latency", "disk_latency"])
        subject = RULES[rule].subject
        found.append(
            OpenAlert(
                alert_id=key,
                rule=rule,
                subject=subject,
                host_id=dice.randrange(hosts),
                domain_id=dice.randrange(6) if subject.startswith("domain") else None,
                part="" if subject in {"host", "domain"} else dice.choice("ab"),
                path=dice.choice(["a", "b", None]) if subject == "domain" else None,
                severity=dice.choice(SEVERITIES),
                fired_at=60.0 * dice.randrange(40),
                is_known=dice.random() < 0.9,
                is_withheld=dice.random() < 0.2,
            )
        )
    return found


def below(cause: OpenAlert, each: OpenAlert) -> bool:
    """Tell whether a cause's object is that of an alert, has it, or is below it."""
    if cause.host_id != each.host_id:
        return False
    subject = cause.subject
    if subject == "host":
        return True
    return cause.part in {each.path, each.part if each.domain_id is None else ""}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_hidden_is_hidden_by_what_is_shown(seed: int) -> None:
    """No circle, nothing hidden by what is hidden, gone or unknown; nothing is hidden without a cause."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(300):
        alerts = random_alerts(dice)
        hosts = len({each.host_id for each in alerts})
        folding = fold(alerts, RULES, hosts)
        assert folding == fold(dice.sample(alerts, len(alerts)), RULES, hosts)
        assert_sound(alerts, folding)
        # In the next cycle nothing has changed.
        assert folding == fold(alerts, RULES, hosts, folding.hidden)


def assert_sound(alerts: list[OpenAlert], folding: Folding) -> None:
    """Want each hidden alert to have a cause that is open, known and shown."""
    by_key = {each.alert_id: each for each in alerts}
    for key, (by, because) in folding.hidden.items():
        assert by in by_key.keys() - folding.hidden.keys() - {key}
        assert by_key[by].is_known
        if because not in {"path", "pipeline"}:
            assert because in {
                RULES[each.rule].subject
                for each in alerts
                if each.is_known and each.rule in HIDING and below(each, by_key[key])
            }
