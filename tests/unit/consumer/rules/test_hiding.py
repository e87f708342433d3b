# SPDX-License-Identifier: Apache-2.0
"""Which rules hide which, and what a file cannot say of it."""

import pytest

from consumer.rules.hiding import hidden_rules
from consumer.rules.reading import rules_of, shipped_rules
from publisher.wire.settings import SettingsError, Tree

ALERTING = {name for name, rule in shipped_rules().rules.items() if rule.alert is not None}


def hides(**lists: list[str]) -> Tree:
    """Return a file in which shipped rules hide these."""
    return {"rules": {name: {"alert": {"hides": list(hidden)}} for name, hidden in lists.items()}}


def test_all_is_all_but_itself_and_what_hides_it() -> None:
    """A lag hides silence: it is not hidden by silence."""
    shipped = hidden_rules(shipped_rules().rules)

    assert ALERTING - {"host_silent", "publisher_lag"} == shipped["host_silent"]
    assert {"host_silent"} == shipped["publisher_lag"]


def test_all_of_a_vm_are_rules_about_vms() -> None:
    """What is about its host stays told."""
    found = hidden_rules(rules_of(hides(vm_crashed=["all"]), "own").rules)

    assert {"vm_crashed", "vm_steal"} <= found["host_silent"]
    assert {name for name in ALERTING if name.startswith(("vm_", "guest_"))} - {"vm_crashed"} == found[
        "vm_crashed"
    ]


def test_a_file_takes_it_away() -> None:
    """A list replaces the shipped one."""
    assert "host_silent" not in hidden_rules(rules_of(hides(host_silent=[]), "own").rules)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (
            hides(libvirt_away=["vm_stuk"]),
            "libvirt_away.alert.hides: unknown rule 'vm_stuk'; did you mean 'vm_stuck'?",
        ),
        (
            hides(libvirt_away=["libvirt_away"]),
            "libvirt_away.alert.hides: a rule does not hide itself; together makes",
        ),
        (
            hides(libvirt_away=["host_disk_busy"]),
            "'host_disk_busy' takes points of health and has no alert to hide",
        ),
        (hides(vm_stuck=["host_silent"]), "'host_silent' is about a host, which is not on a domain"),
        (hides(disk_latency=["filesystem"]), "'filesystem' is about a filesystem, which is not on a disk"),
        (hides(host_silent=["all", "vm_stuck"]), "all has the others in it; write all alone"),
        (
            hides(
                host_silent=["libvirt_away"], libvirt_away=["host_rebooted"], host_rebooted=["host_silent"]
            ),
            "hides host_rebooted, which hides host_silent, which hides libvirt_away: none is hidden by what",
        ),
        (
            hides(host_silent=["all"], libvirt_away=["all"]),
            "none is hidden by what it hides; take one of them out",
        ),
        (
            {"rules": {"vm_disk_latency": {"alert": {"together": {"words": "{number} VMs"}}}}},
            "vm_disk_latency.alert.together.words: '{number} VMs' cannot be filled in",
        ),
        (
            {"rules": {"vm_disk_latency": {"alert": {"together": {"share": 0.5}}}}},
            "vm_disk_latency.alert.together.share: a share is of the hosts of a fleet",
        ),
        (
            {"rules": {"host_silent": {"alert": {"hide": []}}}},
            "'rules.host_silent.alert.hide'; did you mean 'hides'?",
        ),
    ],
)
def test_what_cannot_be_so_is_told(tree: Tree, expected: str) -> None:
    """With its place, and what to do."""
    with pytest.raises(SettingsError) as caught:
        rules_of(tree, "own.toml")

    assert expected in str(caught.value)
