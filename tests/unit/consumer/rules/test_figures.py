# SPDX-License-Identifier: Apache-2.0
"""What rules may judge: figures that are stored, and those that are made of stored ones."""

import re
from pathlib import Path
from typing import get_args

import pytest

from consumer.rules.figures import MADE, UnknownFigure, figure, names
from consumer.rules.subjects import FACTS, STRUCTS, Subject, numbers, stored
from deploy.figures.registry import STRUCTS as REGISTRY

SCHEMA = Path(__file__).resolve().parents[4] / "docs" / "schema.md"
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_made_figure_is_made_of_what_is_stored(subject: Subject) -> None:
    """Each part is a figure of the wire or a fact of the consumer; no made figure hides a stored one."""
    for each in MADE.get(subject, ()):
        assert set(each.made_of) <= stored(subject)
        assert each.name not in stored(subject) or (each.made_of == (each.name,))
        assert each.meaning
        assert each.unit


def test_what_has_no_level_is_no_figure_of_a_rule() -> None:
    """Words, texts and claims may be a part of a figure, and are none."""
    assert {"outcome", "state"}.isdisjoint(numbers("domain") - {"state"})
    assert "cpu_temperature_sensor" not in names("host")
    assert "hypervisor_state" in stored("host")
    with pytest.raises(UnknownFigure):
        figure("host", "hypervisor_state")


def test_a_figure_of_the_registry_adds_up_where_it_is_a_count() -> None:
    """Processes killed in each of the samples are so many together; a share has a mean."""
    assert figure("host", "oom_kill_count").adds_up
    assert not figure("host", "cpu_busy_ratio").adds_up
    assert not figure("host", "memory_committed_ratio").adds_up


def test_the_structs_are_those_of_the_registry() -> None:
    """What is stored of a subject is what the registry of figures has for it."""
    assert {struct for structs in REGISTRY.values() for struct in structs} >= set(STRUCTS.values())


@pytest.mark.parametrize("subject", FACTS)
def test_a_fact_is_a_documented_column(subject: Subject) -> None:
    """Each has a line in docs/schema.md, which a test compares with the database."""
    documented = set(re.findall(r"^\| `(\w+)` \|", SCHEMA.read_text(encoding="utf-8"), re.MULTILINE))

    assert set() == set(FACTS[subject]) - documented


@pytest.mark.parametrize(
    ("subject", "name", "values", "expected"),
    [
        ("host", "memory_committed_ratio", (0.7, None, None, None, None), 0.7),
        ("host", "memory_committed_ratio", (0.7, 100, 10, 50, 15), 0.5),
        ("host", "memory_committed_ratio", (0.7, 100, 10, 100, None), 0.7),
        ("host", "swapping_mebibytes_per_second", (2**20, 2**20), 2.0),
        ("host", "swapping_mebibytes_per_second", (2**20, None), None),
        ("host", "cpu_temperature_ratio", (90.0, 100.0), 0.9),
        ("host", "cpu_temperature_ratio", (90.0, None), None),
        ("host", "libvirt_away", ("disconnected",), 1.0),
        ("host", "libvirt_away", ("absent",), 0.0),
        ("host", "libvirt_away", (None,), None),
        ("host", "silent_seconds", (50.0, 10.0), 0.0),
        ("host", "silent_seconds", (51.0, 10.0), 51.0),
        ("host", "silent_seconds", (None, 10.0), None),
        ("host", "clock_offset", (None,), 0.0),
        ("host", "clock_offset", (-9.0,), -9.0),
        ("host", "recently_booted", (1_799.0,), 1.0),
        ("host", "recently_booted", (1_800.0,), 0.0),
        ("host", "recently_booted", (None,), None),
        ("disk", "leaf_busy_ratio", (0.5, True), 0.5),
        ("disk", "leaf_busy_ratio", (0.5, False), None),
        ("disk", "requests_per_second", (3.0, 4.0), 7.0),
        ("disk", "requests_per_second", (3.0, None), None),
        ("interface", "error_ratio", (True, 50.0, 50.0, 1.0, 0.0), 0.01),
        ("interface", "error_ratio", (False, 50.0, 50.0, 1.0, 0.0), None),
        ("interface", "error_ratio", (True, 0.0, 0.0, 0.0, 0.0), None),
        ("filesystem", "used_ratio", (100, 25), 0.75),
        ("filesystem", "used_ratio", (0, 0), None),
        ("domain", "running_steal_ratio", (0.2, 1), 0.2),
        ("domain", "running_steal_ratio", (0.2, 3), None),
        ("domain", "paused_on_error", (3, 5), 1.0),
        ("domain", "paused_on_error", (3, 1), 0.0),
        ("domain", "stuck", ("busy", 1, 1), 1.0),
        ("domain", "stuck", ("timed_out", 3, 2), 0.0),
        ("domain", "stuck", ("gone", 1, 1), None),
        ("domain", "stuck", ("partial", 1, 1), 0.0),
        ("domain", "off_in_spite_of_autostart", (True, 5), 1.0),
        ("domain", "off_in_spite_of_autostart", (True, 1), 0.0),
        ("domain", "off_in_spite_of_autostart", (False, 5), 0.0),
        ("domain", "off_in_spite_of_autostart", (None, 5), None),
    ],
)
def test_a_made_figure_is_computed(
    subject: Subject, name: str, values: tuple[object, ...], expected: float | None
) -> None:
    """What is not known is None, and makes nothing known."""
    assert expected == figure(subject, name).compute(*values)


@pytest.mark.parametrize("state", [None, 0, 1, 2, 4, 5, 6, 7])
def test_a_figure_that_needs_a_value_is_nothing_without_it(state: int | None) -> None:
    """So that a host without a paused VM is not searched for one that an error paused."""
    paused = figure("domain", "paused_on_error")

    assert ("state", 3) == paused.zero_unless
    assert not paused.compute(state, 5)
