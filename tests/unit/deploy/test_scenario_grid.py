# SPDX-License-Identifier: Apache-2.0
"""Which grid a scenario runs on: the running demo where it has what the scenario names."""

import fcntl
from pathlib import Path

import pytest

from deploy.lab.definition import DEFINITION
from deploy.lab.guest import DEFAULT_GUESTS
from deploy.scenarios.grid import GUESTS, running_demo
from loadgen.scenario.scenario import ChangeScenario, load_scenario, names


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a folder as a demo leaves it."""
    config = tmp_path / DEFINITION.key / "kvmgrid" / "loadgen.toml"
    config.parent.mkdir(parents=True)
    config.touch()
    (tmp_path / "lock").touch()
    return tmp_path


def test_a_demo_that_has_ended_is_none(home: Path) -> None:
    """What it left on the disk is not enough, and no folder at all is none either."""
    assert running_demo(home) is None
    assert running_demo(home / "elsewhere") is None


def test_a_running_demo_is_used_for_what_it_has(home: Path) -> None:
    """It has the default guests and one host."""
    with (home / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        grid = running_demo(home)

    assert grid is not None
    served = {name for name in names() if grid.serves(load_scenario(name))}
    assert {"noisy_neighbour", "moved"} == set(names()) - served
    assert {guest.name for guest in DEFAULT_GUESTS} == grid.domains


@pytest.mark.parametrize("name", names())
def test_a_grid_of_its_own_has_every_vm_of_every_scenario(name: str) -> None:
    """No shipped scenario names a VM that the lab does not start."""
    scenario = load_scenario(name)
    if isinstance(scenario, ChangeScenario):
        assert {change.domain for change in scenario.changes} <= {guest.name for guest in GUESTS}
