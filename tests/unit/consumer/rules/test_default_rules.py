# SPDX-License-Identifier: Apache-2.0
"""The rules that kvmgrid comes with."""

from collections.abc import Iterator

import pytest

from consumer.rules.figures import figure
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Condition, Rule

RULES = shipped_rules().rules


def conditions(rule: Rule) -> Iterator[Condition]:
    """Give all conditions of a rule."""
    for part in (rule.health, rule.alert):
        yield from () if part is None else part.beside


@pytest.mark.parametrize("name", RULES)
def test_a_rule_can_be_entered_and_left(name: str) -> None:
    """Each of its figures is there, each of its levels can be left, its words can be filled in."""
    rule = RULES[name]

    assert (rule.figure is None) != (not rule.events)
    if rule.figure is not None:
        assert figure(rule.subject, rule.figure).made_of
    for condition in conditions(rule):
        assert figure(condition.subject or rule.subject, condition.figure).made_of
    for level in rule.alert.levels().values() if rule.alert is not None else ():
        assert level.leave <= level.enter
        assert rule.words_for(level.enter)
    if rule.health is not None:
        assert rule.health.leave <= rule.health.enter <= rule.health.full
        assert rule.words_for(rule.health.enter)


def test_words_follow_number_and_sign() -> None:
    """One is said otherwise than many, ahead otherwise than behind."""
    assert "1 VM is paused on an I/O error" == RULES["vm_paused_io_error"].words_for(1.0)
    assert "3 VMs are paused on an I/O error, first" == RULES["vm_paused_io_error"].words_for(3.0)
    assert "clock 1,200 s behind" == RULES["clock_skew"].words_for(-1_200.0)
    assert "clock 5 s ahead" == RULES["clock_skew"].words_for(5.0)


def test_what_not_everybody_wants_is_off() -> None:
    """Backups that stop a VM would ring each night."""
    assert {"vm_should_run"} == {name for name, rule in RULES.items() if rule.off}
