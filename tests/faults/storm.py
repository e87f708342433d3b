# SPDX-License-Identifier: Apache-2.0
"""Storms: random faults one after the other, whatever the one before has left behind."""

from typing import NamedTuple

from tests.faults import broker_faults, consumer_faults, database_faults, host_faults, publisher_faults
from tests.faults.fault import Action, Deadlines, Fault, nothing
from tests.faults.proxy import Spoiling
from tests.faults.scene import Hop, Scene

HOPS: tuple[Hop, ...] = (
    "publisher to broker", "real publisher to broker", "consumer to broker", "consumer to database",
)  # fmt: skip
_STALL = Spoiling(mode="stall")
_SILENCE = Spoiling(mode="swallow")
_DRIP = Spoiling(slice_bytes=64, bytes_per_second=30_000.0)
_STRIKE_COUNT = 12
_LONG_SECONDS = 600.0
# Heaps grow for some ten minutes.
_SOAK_SECONDS = 900.0
# What Python's allocator may keep more of one time than of another.
_GROWTH_BYTES = 8 * 1024 * 1024


class Strike(NamedTuple):
    """One kind of fault in a storm."""

    name: str
    inject: Action
    recover: Action = nothing
    hold_seconds: float = 0.0


def _spoil(spoiling: Spoiling) -> Action:
    return broker_faults.on_proxies(lambda scene, hop: scene.proxies[hop].spoil(up=spoiling, down=spoiling))


_HEAL = broker_faults.on_proxies(lambda scene, hop: scene.proxies[hop].heal())

STRIKES: tuple[Strike, ...] = (
    Strike("the broker killed", broker_faults.kill, broker_faults.launch, 1.0),
    Strike("the broker frozen", broker_faults.freeze, broker_faults.thaw, 8.0),
    Strike("the broker's memory alarm", broker_faults.alarm_memory, broker_faults.end_memory_alarm, 8.0),
    Strike("the broker's disk alarm", broker_faults.alarm_disk, broker_faults.end_disk_alarm, 8.0),
    Strike("the database killed", database_faults.kill, database_faults.launch, 1.0),
    Strike("the database frozen", database_faults.freeze, database_faults.thaw, 8.0),
    Strike("a consumer killed", consumer_faults.kill_one),
    Strike("a consumer ended", consumer_faults.end_one),
    Strike("a consumer frozen", consumer_faults.freeze_one, consumer_faults.thaw_one, 8.0),
    Strike("the consumers' clock ahead", consumer_faults.FAST.inject, consumer_faults.FAST.recover, 6.0),
    Strike("the consumers' clock behind", consumer_faults.SLOW.inject, consumer_faults.SLOW.recover, 6.0),
    Strike("a host's clock ahead", host_faults.step_clock(3_600.0), host_faults.step_clock(0.0), 5.0),
    Strike("a host's clock behind", host_faults.step_clock(-3_600.0), host_faults.step_clock(0.0), 5.0),
    Strike("the publisher's clock ahead", publisher_faults.step(3_600.0), publisher_faults.step(0.0), 5.0),
    Strike("the publisher killed", publisher_faults.kill_and_start),
    Strike("the spool's disk full", publisher_faults.fill_disk, publisher_faults.free_disk, 20.0),
    Strike("every connection reset", broker_faults.on_proxies(lambda scene, hop: scene.proxies[hop].reset())),
    Strike("every connection stalled", _spoil(_STALL), _HEAL, 8.0),
    Strike("every connection silent", _spoil(_SILENCE), _HEAL, 8.0),
    Strike("every connection at a drip", _spoil(_DRIP), _HEAL, 8.0),
    Strike(
        "every connection half open", broker_faults.on_proxies(lambda scene, hop: scene.proxies[hop].bury())
    ),
)


def prepare(scene: Scene) -> None:
    """Add a real publisher on a small disk; it and the consumers have clocks that may step."""
    publisher_faults.enrol_on_a_small_disk(scene)
    publisher_faults.give_clock(scene)
    consumer_faults.FAST.prepare(scene)


def strike(scene: Scene) -> None:
    """Strike once at random, and mend it."""
    _strike(scene, scene.random.choice(STRIKES))


def strike_around(scene: Scene) -> None:
    """Strike anything but the consumers, so that they live on."""
    _strike(scene, scene.random.choice([each for each in STRIKES if "consumer" not in each.name]))


def _strike(scene: Scene, chosen: Strike) -> None:
    scene.ledger.note(chosen.name)
    chosen.inject(scene)
    scene.pass_time(chosen.hold_seconds * scene.random.uniform(0.5, 1.5))
    chosen.recover(scene)
    scene.pass_time(scene.random.uniform(0.5, 4.0))


def _storm(name: str, done: str, *, times: int = 1, lasting_seconds: float = 0.0) -> Fault:
    return Fault(
        name, f"{done}: kill, freeze, end, alarm, clock, disk, reset, stall, silence, drip, half-open link",
        "nobody has to help", strike, prepare=prepare, begin=publisher_faults.begin, times=times,
        lasting_seconds=lasting_seconds, hops=HOPS, host_count=5,
        deadlines=Deadlines(inject_seconds=120.0, drain_seconds=120.0),
    )  # fmt: skip


_SOAK = _storm("F26", f"{_SOAK_SECONDS:g} s of strikes, none of a consumer", lasting_seconds=_SOAK_SECONDS)
STORMS = (
    _storm("storm", f"{_STRIKE_COUNT} random strikes", times=_STRIKE_COUNT),
    _SOAK._replace(expected="no consumer grows", inject=strike_around, growth_limit_bytes=_GROWTH_BYTES),
    _storm("long-storm", f"random strikes for {_LONG_SECONDS:g} s", lasting_seconds=_LONG_SECONDS),
)
