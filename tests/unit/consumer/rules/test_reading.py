# SPDX-License-Identifier: Apache-2.0
"""A site's file of rules: what it changes, and how it is told what is wrong in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from consumer.alerts.check import check_lines
from consumer.rules.reading import Rules, read_rules, rules_of, shipped_rules
from publisher.wire.settings import SettingsError

OWN = """
[rules.backup_pool]
subject = "filesystem"
figure = "available_bytes"
words = "{value:,.0f} bytes left"
alert = { low_enters = true, warning = { enter = 1e9, leave = 2e9 }, critical = { enter = 1e8, leave = 2e8 } }
"""


def write(folder: Path, text: str) -> Path:
    """Return a file of rules with this text."""
    path = folder / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Rules:
    """Return the rules of a site with this file."""
    return read_rules(write(folder, text))


def test_without_a_file_the_shipped_rules_hold() -> None:
    """A site needs no file."""
    assert shipped_rules() == read_rules(None)


def test_a_file_changes_one_value_and_leaves_the_rest(tmp_path: Path) -> None:
    """Which values are its own is told."""
    changed = read(tmp_path, "[rules.host_memory.alert.warning]\nenter = 0.93\n")
    before, after = shipped_rules().rules["host_memory"], changed.rules["host_memory"]

    assert before.alert is not None
    assert before.alert.warning is not None
    assert after.alert is not None
    assert after.alert.warning is not None
    assert (0.93, before.alert.warning.leave) == (after.alert.warning.enter, after.alert.warning.leave)
    assert (before.alert.critical, before.health) == (after.alert.critical, after.health)
    assert {"host_memory.alert.warning.enter"} == changed.own
    assert list(shipped_rules().rules) == list(changed.rules)


def test_a_file_adds_a_rule_where_low_values_enter(tmp_path: Path) -> None:
    """Less is worse, and the level to leave at is the greater."""
    rule = read(tmp_path, OWN).rules["backup_pool"]

    assert rule.alert is not None
    assert rule.alert.low_enters
    assert ["warning", "critical"] == list(rule.alert.levels())


def test_a_rule_is_switched_off(tmp_path: Path) -> None:
    """For every object."""
    assert read(tmp_path, "[rules.nic_errors]\noff = true\n").rules["nic_errors"].off


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[rules.'Host CPU']\nsubject = 'host'", "rules.Host CPU: a rule is named by a-z, 0-9 and _"),
        ("overrides = 3", "overrides is a list: write [[overrides]] above each of them"),
        ("[overrides]\nrule = 'host_cpu'", "overrides is a list: write [[overrides]] above each of them"),
        ("overrides = [3]", "overrides[1]: Expected `object`, got `int`"),
        ("rules = 3", "rules is a section: write [rules.NAME]"),
        ("[rule.host_cpu]\noff = true", "unknown key 'rule'; did you mean 'rules'?"),
        (
            "[rules.host_cpu.alert.warning]\nentr = 0.9",
            "unknown key 'rules.host_cpu.alert.warning.entr'; did you mean 'enter'?",
        ),
        ("[[overrides]]\nhots = 'hv042'", "unknown key 'overrides[1].hots'; did you mean 'host'?"),
        ("[rules.host_cpu\n", "is not TOML: Expected ']' at the end of a table declaration (at line 1"),
        (
            "[rules.host_cpu]\nfigure = 'cpu_bussy_ratio'",
            "rules.host_cpu.figure: 'cpu_bussy_ratio' is no figure",
        ),
        ("[rules.host_cpu]\nfigure = 'cpu_bussy_ratio'", "; did you mean 'cpu_busy_ratio'?"),
        ("[rules.host_cpu]\nsubject = 'vm'", "rules.host_cpu.subject: Invalid enum value 'vm'"),
        (
            "[rules.host_cpu.alert.information]\nenter = 'high'",
            "rules.host_cpu.alert.information.enter: Expected `float`, got `str`",
        ),
        ("[rules.host_cpu.alert]\nwindow_seconds = 90", "rules.host_cpu.alert.window_seconds: Expected"),
        ("[rules.host_cpu.alert]\nwindow_seconds = 7200", "a mean is taken over 3600 s at most"),
        ("[rules.oom_kill.alert]\nwindow_seconds = 0", "counts add up over a window"),
        ("[rules.vm_crashed.alert]\nwindow_seconds = 0", "events are counted over a window"),
        (
            "[rules.vm_crashed]\nevents = ['domain_crash']",
            "'domain_crash' is no event of a domain; did you mean",
        ),
        (
            "[rules.vm_crashed]\nfigure = 'cpu_ratio'",
            "rules.vm_crashed.figure: a rule has either a figure or events",
        ),
        ("[rules.nic_errors]\nevents = ['oom_kill']", "either a figure or events"),
        (
            "[rules.host_cpu]\nwords = '{percent} busy'",
            "rules.host_cpu.words: '{percent} busy' cannot be filled in",
        ),
        ("[rules.host_cpu.health]\nenter = 0.5", "health is judged by the shipped rules alone"),
        (
            "[rules.host_memory.alert.critical]\nenter = 0.85\nleave = 0.8",
            "host_memory.alert.critical.enter: 0.85 is reached before the 0.9 of warning; exchange them",
        ),
        (
            "[rules.host_memory.alert.warning]\nenter = 0.8",
            "host_memory.alert.warning.leave: 0.85 is above enter, 0.8: the alert would end where it begins",
        ),
        ("[rules.host_memory.alert.warning]\nenter = nan", "a level is a number that can be reached"),
        (
            "[rules.host_memory.alert]\nbeside = [{ figure = 'cpu_cores', at_least = 1.0 }]",
            "rules.host_memory.alert.beside[1].figure: 'cpu_cores' is no figure of a host",
        ),
        (
            "[rules.filesystem.alert]\nbeside = [{ subject = 'disk', figure = 'busy_ratio', at_least = 1 }]",
            "beside[1].subject: beside a filesystem stand its own figures and those of its host",
        ),
        (
            "[rules.mine]\nsubject = 'host'\nfigure = 'load_1m'\nwords = 'busy'",
            "nothing follows from this rule",
        ),
        ("[rules.mine]\nsubject = 'host'", "rules.mine: Object missing required field `words`"),
        (
            "[[overrides]]\nrule = 'host_cpuu'\nhost = 'hv042'",
            "overrides[1].rule: unknown rule 'host_cpuu'; did you mean 'host_cpu'?",
        ),
        ("[[overrides]]\nrule = 'host_cpu'\noff = true", "overrides[1]: give one of host, uuid and tag"),
        (
            "[[overrides]]\nrule = 'host_cpu'\nhost = 'hv042'\ntag = 'db'",
            "overrides[1]: give one of host, uuid and tag",
        ),
        (
            "[[overrides]]\nrule = 'host_cpu'\nhost = 'HV 42'",
            "overrides[1].host: Expected `str` matching regex",
        ),
        (
            "[[overrides]]\nrule = 'host_cpu'\nuuid = '0b1e9a6a-0000-4000-8000-000000000000'",
            "overrides[1].uuid: the rule 'host_cpu' is about a host, not about VMs",
        ),
        (
            "[[overrides]]\nrule = 'host_disk_busy'\nhost = 'hv042'\noff = true",
            "'host_disk_busy' takes points of health and has no alert to change",
        ),
        (
            "[[overrides]]\nrule = 'host_cpu'\nhost = 'hv042'\ncritical = { leave = 0.5 }",
            "overrides[1].critical.enter: 'host_cpu' has no such level; say where it begins",
        ),
        (
            "[[overrides]]\nrule = 'host_memory'\nhost = 'hv042'\nwarning = { enter = 0.99 }",
            "overrides[1].critical.enter: 0.95 is reached before the 0.99 of warning; exchange them",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    """The file, the key, what is wrong, and what to write instead."""
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)

    assert expected in str(caught.value)
    assert str(tmp_path / "alerts.toml") in str(caught.value)


def paths(tree: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Give the ways to all keys of a tree."""
    for key, value in tree.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *rest) for rest in paths(value))


SHIPPED = msgspec.to_builtins(dict(shipped_rules().rules))
PLACES = sorted({path for path in paths(SHIPPED) if "health" not in path} | {("mine",), ("mine", "alert")})
LEAVES = st.one_of(
    st.booleans(),
    st.integers(-1, 100_000),
    st.floats(),
    st.sampled_from(
        ("host", "domain", "disk", "cpu_busy_ratio", "steal_ratio", "oom_kill", "{value}", "{", "{0}")
    ),
    st.sampled_from(("vm_steal", "host_cpu", "hv042", "db", "0b1e9a6a-0000-4000-8000-000000000000", "")),
)
VALUES = LEAVES | st.lists(LEAVES, max_size=2) | st.fixed_dictionaries({"enter": LEAVES, "leave": LEAVES})
OVERRIDES = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(sorted(SHIPPED)),
            "host": st.sampled_from(("hv042", "hv042", "hv042", "HV 42")),
        },
        optional={
            "off": st.booleans(),
            "window_seconds": st.integers(0, 1_500).map(lambda minutes: 60 * minutes),
            "warning": st.fixed_dictionaries({"enter": st.floats(0.0, 2.0), "leave": st.floats(0.0, 1.0)}),
            "critical": st.dictionaries(st.sampled_from(("enter", "for_seconds")), st.floats()),
        },
    ),
    max_size=2,
)


@given(st.dictionaries(st.sampled_from(PLACES), VALUES, max_size=2), st.just([]) | OVERRIDES | LEAVES)
def test_whatever_stands_in_a_file_is_used_or_refused(
    changes: dict[tuple[str, ...], Any], overrides: Any
) -> None:
    """What is used can be told; what is refused names the file."""
    rules: dict[str, Any] = {}
    for path, value in changes.items():
        branch = rules
        for key in path[:-1]:
            inner = branch.setdefault(key, {})
            branch = inner if isinstance(inner, dict) else branch
        branch[path[-1]] = value
    try:
        used = rules_of({"rules": rules, "overrides": overrides}, "alerts.toml")
    except SettingsError as error:
        event("refused")
        refusal = str(error)
    else:
        event("used")
        refusal = "alerts.toml: "
        assert list(check_lines(used, "alerts.toml"))
    assert refusal.startswith("alerts.toml: ")
