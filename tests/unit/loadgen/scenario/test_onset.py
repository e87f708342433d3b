# SPDX-License-Identifier: Apache-2.0
"""How a change shows, and that what is done to a VM is undone."""

from typing import cast

import pytest

from loadgen.errors import ScenarioError
from loadgen.scenario.actions import SignalActions, channel_path
from loadgen.scenario.condition import is_shown
from loadgen.scenario.experiment import Run
from loadgen.scenario.run import changes
from loadgen.scenario.scenario import Change, ChangeScenario, Shows
from loadgen.scenario.store import HostNow, Store
from loadgen.settings import LoadgenSettings

PAUSED = Shows(column="state_name", among=("paused",), within_ticks=2)


@pytest.mark.parametrize(
    ("shows", "value", "before", "expected"),
    [
        (PAUSED, "paused", "running", True),
        (PAUSED, "running", "running", False),
        (PAUSED, None, "running", False),
        (Shows(column="steal_ratio", above=0.1, within_ticks=2), 0.11, 0.0, True),
        (Shows(column="steal_ratio", above=0.1, within_ticks=2), 0.1, 0.0, False),
        (Shows(column="steal_ratio", above=0.1, within_ticks=2), None, 0.0, False),
        (Shows(column="memory_used_bytes", risen_by=5, within_ticks=2), 15, 10, True),
        (Shows(column="memory_used_bytes", risen_by=5, within_ticks=2), 14, 10, False),
        (Shows(column="memory_used_bytes", risen_by=5, within_ticks=2), 14, None, False),
    ],
)
def test_a_condition_holds_or_not(shows: Shows, value: object, before: object, *, expected: bool) -> None:
    """Texts among some, numbers above a limit, numbers risen since; null is nothing."""
    assert expected == is_shown(shows, value, before)


def test_what_is_done_is_undone_newest_first_and_each_once() -> None:
    """What is settled is not undone, and a failure does not stop the rest."""
    undone: list[str] = []

    def fail() -> None:
        raise ScenarioError("it has gone")

    actions = SignalActions(None)
    actions.remember_undo("load", "a", lambda: undone.append("first load of a"))
    actions.remember_undo("load", "a", lambda: undone.append("second load of a"))
    actions.remember_undo("freeze", "b", fail)
    actions.remember_undo("pause", "c", lambda: undone.append("pause of c"))
    actions.remember_undo("kill", "d", lambda: undone.append("kill of d"))
    actions.forget_undo("kill", "d")

    assert ["it has gone"] == actions.undo()
    assert ["pause of c", "first load of a"] == undone
    assert [] == actions.undo()


def test_without_libvirt_nothing_is_paused() -> None:
    """What loadgen cannot do alone says where it can be done."""
    with pytest.raises(ScenarioError, match="in the lab"):
        SignalActions(None).act(Change(action="pause", domain="a", shows=PAUSED))


def test_without_channels_nothing_is_told_to_a_guest() -> None:
    """The setting is named."""
    with pytest.raises(ScenarioError, match="channel_folder"):
        channel_path(None, "a")


class _Told:
    """Stands for the database: that of a unit test cannot be a whole pipeline with VMs."""

    def __init__(self) -> None:
        self.state = "running"

    def host_now(self) -> HostNow:
        """Return a host that is sampled every second."""
        return HostNow(1.0, 1, 1, None)

    def domain_value(self, _domain: str, _column: str) -> object:
        """Return the state that was set."""
        return self.state


class _Pausing(SignalActions):
    """Pauses the VM of the database above."""

    def __init__(self, told: _Told) -> None:
        super().__init__(None)
        self._told = told

    def act(self, change: Change) -> None:
        """Pause, and see to it that it is undone."""
        self.remember_undo("pause", change.domain, lambda: setattr(self._told, "state", "running"))
        self._told.state = "paused"


def test_without_a_dashboard_the_report_says_so() -> None:
    """The view alone is measured, and what was done is undone."""
    told = _Told()
    scenario = ChangeScenario(
        purpose="A test", seed=1, changes=(Change(action="pause", domain="a", shows=PAUSED),)
    )
    published: list[str | None] = []
    run = Run("1", "paused", "hv1", lambda truth: published.append(truth.action), lambda _text: None)

    found = changes(scenario, _Pausing(told), LoadgenSettings(host="hv1"), cast("Store", told), run)

    assert ["page: not measured (no --dashboard)"] == found.notes
    (change,) = found.changes
    assert (None, None) == (change.page_seconds, change.page_limit_seconds)
    assert "page not measured" in change.told()
    assert change.seconds is not None
    assert ["pause a"] == published
    assert "running" == told.state
