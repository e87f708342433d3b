# SPDX-License-Identifier: Apache-2.0
"""How a change shows, and that what is done to a VM is undone."""

import pytest

from loadgen.errors import ScenarioError
from loadgen.scenario.actions import SignalActions, channel_path
from loadgen.scenario.onset import is_shown
from loadgen.scenario.scenario import Change, Shows

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
    actions.keep("load", "a", lambda: undone.append("first load of a"))
    actions.keep("load", "a", lambda: undone.append("second load of a"))
    actions.keep("freeze", "b", fail)
    actions.keep("pause", "c", lambda: undone.append("pause of c"))
    actions.keep("kill", "d", lambda: undone.append("kill of d"))
    actions.settle("kill", "d")

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
