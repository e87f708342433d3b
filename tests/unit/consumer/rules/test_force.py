# SPDX-License-Identifier: Apache-2.0
"""Which form of a rule is in force for an object."""

from consumer.rules.force import Target, in_force
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Level, LevelChange, Override

UUID = "0b1e9a6a-0000-4000-8000-000000000000"
RULE = shipped_rules().rules["vm_steal"]
BY_TAG = Override(rule="vm_steal", tag="batch", warning=LevelChange(enter=0.2), window_seconds=1_200)
BY_HOST = Override(rule="vm_steal", host="hv042", warning=LevelChange(enter=0.3, leave=0.1))
BY_UUID = Override(rule="vm_steal", uuid=UUID, off=True)
OTHER = Override(rule="vm_memory", tag="batch", off=True)
ALL = (BY_UUID, BY_HOST, BY_TAG, OTHER)


def test_without_an_override_the_rule_holds() -> None:
    """For every object that none chooses."""
    assert (RULE, {}) == in_force("vm_steal", RULE, ALL, Target("hv001", "f" * 36, frozenset({"web"})))


def test_what_names_an_object_more_closely_wins_value_by_value() -> None:
    """A VM's UUID counts more than its host, a host more than a tag, wherever they stand in the file."""
    found = in_force("vm_steal", RULE, ALL, Target("hv042", UUID, frozenset({"batch"})))
    alert = found.rule.alert

    assert alert is not None
    assert (True, 1_200, Level(enter=0.3, leave=0.1)) == (found.rule.off, alert.window_seconds, alert.warning)
    assert {
        "window_seconds": BY_TAG,
        "warning.enter": BY_HOST,
        "warning.leave": BY_HOST,
        "off": BY_UUID,
    } == found.sources


def test_of_two_that_count_alike_the_later_one_wins() -> None:
    """As they stand in the file."""
    later = Override(rule="vm_steal", tag="web", window_seconds=300)
    found = in_force("vm_steal", RULE, (BY_TAG, later), Target("hv001", None, frozenset({"batch", "web"})))

    assert later == found.sources["window_seconds"]
    assert BY_TAG == found.sources["warning.enter"]


def test_an_override_may_add_a_level() -> None:
    """It is left where it is entered, unless it says more."""
    rule = shipped_rules().rules["vm_disk_latency"]
    override = Override(rule="vm_disk_latency", host="hv042", critical=LevelChange(enter=0.5))
    alert = in_force("vm_disk_latency", rule, (override,), Target("hv042")).rule.alert

    assert alert is not None
    assert Level(enter=0.5, leave=0.5) == alert.critical
