# SPDX-License-Identifier: Apache-2.0
"""Scenario files: what is shipped decodes, and a slip of the pen is refused with its place."""

import pytest

from loadgen.errors import ScenarioError
from loadgen.scenario.scenario import DomainCpu, LevelScenario, decode, load_scenario, names

LEVEL = """
kind = "level"
purpose = "A VM at 30 %"
seed = 1
[subject]
kind = "domain_cpu"
domain = "web-1"
[[steps]]
duration_seconds = 10
level_ratio = 0.3
[expect]
error_ratio = 0.03
"""
CHANGE = """
kind = "change"
purpose = "A pause"
seed = 1
[[changes]]
action = "pause"
domain = "web-1"
shows = { column = "state_name", among = ["paused"], within_ticks = 2 }
"""


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_decodes(name: str) -> None:
    """Each file is a scenario and says what it shows."""
    assert load_scenario(name).purpose


def test_the_demonstrations_of_2011_are_there() -> None:
    """A VM's CPU, a host's memory, a disk."""
    assert {"vm_cpu", "host_memory", "disk_busy"} <= set(names())


def test_a_level_scenario_is_what_its_file_says() -> None:
    """Subject, steps and expectation arrive, the rest has defaults."""
    scenario = decode(LEVEL)

    assert isinstance(scenario, LevelScenario)
    assert DomainCpu(domain="web-1") == scenario.subject
    assert [(10, 0.3)] == [(step.duration_seconds, step.level_ratio) for step in scenario.steps]
    assert 0.03 == scenario.expect.error_ratio


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (LEVEL, 'kind = "level"', 'kind = "steep"', "steep"),
        (LEVEL, "seed = 1", "sed = 1", "sed"),
        (LEVEL, 'kind = "domain_cpu"', 'kind = "domain_gpu"', "domain_gpu"),
        (LEVEL, "level_ratio = 0.3", "level_ratio = 30", "steps"),
        (LEVEL, "level_ratio = 0.3", "", "either level_ratio or level_bytes"),
        (
            LEVEL,
            "level_ratio = 0.3",
            "level_ratio = 0.3\nlevel_bytes = 7",
            "either level_ratio or level_bytes",
        ),
        (LEVEL, "level_ratio = 0.3", "level_bytes = 7", "only the levels of host_memory"),
        (LEVEL, "duration_seconds = 10", "duration_seconds = 3", "longer than settle_seconds"),
        (LEVEL, "[expect]", "[expect", "TOML|Expected"),
        (CHANGE, '"pause"', '"melt"', "melt"),
        (CHANGE, 'among = ["paused"],', "", "one of among"),
        (CHANGE, 'among = ["paused"]', 'among = ["paused"], above = 1', "one of among"),
        (CHANGE, 'action = "pause"', 'action = "load"', "load belongs"),
        (CHANGE, 'action = "pause"', 'action = "pause"\nload = "cpu:3"', "load belongs"),
    ],
)
def test_a_wrong_scenario_is_refused(text: str, old: str, new: str, message: str) -> None:
    """Unknown keys, wrong values and contradictions are named."""
    assert old in text

    with pytest.raises(ScenarioError, match=message):
        decode(text.replace(old, new))


def test_an_unknown_name_lists_the_known_ones() -> None:
    """Who mistypes a name sees what there is."""
    with pytest.raises(ScenarioError, match="vm_cpu"):
        load_scenario("vm_gpu")
