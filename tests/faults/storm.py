# SPDX-License-Identifier: Apache-2.0
"""Storms: random faults one after the other, whatever the one before has left behind."""

from tests.faults import broker_faults, consumer_faults, database_faults
from tests.faults.fault import Action, Deadlines, Fault
from tests.faults.scene import Scene

_STRIKES: tuple[tuple[Action, Action, float], ...] = (
    (broker_faults.kill, broker_faults.launch, 1.0),
    (broker_faults.freeze, broker_faults.thaw, 8.0),
    (database_faults.kill, database_faults.launch, 1.0),
    (database_faults.freeze, database_faults.thaw, 8.0),
    (consumer_faults.kill_one, lambda _scene: None, 0.0),
    (consumer_faults.end_one, lambda _scene: None, 0.0),
    (consumer_faults.freeze_one, consumer_faults.thaw_one, 8.0),
    (
        broker_faults.on_proxies(lambda scene, hop: scene.proxies[hop].reset()),
        lambda _scene: None,
        1.0,
    ),
)
_STRIKE_COUNT = 12
_LONG_COUNT = 60


def strike(scene: Scene) -> None:
    """Strike once at random, and mend it."""
    inject, recover, hold_seconds = scene.random.choice(_STRIKES)
    inject(scene)
    scene.pass_time(hold_seconds * scene.random.uniform(0.5, 1.5))
    recover(scene)
    scene.pass_time(scene.random.uniform(0.5, 4.0))


def _storm(name: str, times: int) -> Fault:
    return Fault(
        name, f"{times} random strikes: kill, freeze, end, reset of any process", "nobody has to help",
        strike, times=times, hops=("publisher to broker", "consumer to broker", "consumer to database"),
        host_count=5, deadlines=Deadlines(inject_seconds=120.0, drain_seconds=120.0),
    )  # fmt: skip


STORMS = (_storm("storm", _STRIKE_COUNT), _storm("long-storm", _LONG_COUNT))
