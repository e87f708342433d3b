# SPDX-License-Identifier: Apache-2.0
"""Faults of the real publisher: killed, its spool's disk full, its clock wrong, its broker away."""

from deploy.lab.readiness import wait_until
from tests.faults import broker_faults
from tests.faults.false_clock import FalseClock
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Action, Fault
from tests.faults.proxy import Spoiling
from tests.faults.real_publisher import HOST, RealPublisher, declare_witness
from tests.faults.scene import Hop, Scene
from tests.faults.small_disk import SmallDisk, small_disk

_DISK_BYTES = 4 * 1024 * 1024
# What the publisher may use of the full disk: some ten messages.
_ROOM_BYTES = 1024 * 1024
_SILENCE = Spoiling(mode="swallow")
_END_SECONDS = 15.0
# Its alone: the simulated hosts beside it are its neighbours.
OWN_WAY: Hop = "real publisher to broker"


def enrol(scene: Scene) -> None:
    """Add a real publisher, which starts when consumers have declared the exchanges."""
    _add(scene, RealPublisher(scene.folder, scene.publisher_url(HOST, hop=OWN_WAY)))


def enrol_on_a_small_disk(scene: Scene) -> None:
    """Add a real publisher whose spool lies on a disk of 4 MiB."""
    scene.spool_disk = scene.enter(small_disk(_DISK_BYTES))
    _add(
        scene,
        RealPublisher(scene.folder, scene.publisher_url(HOST, hop=OWN_WAY), scene.spool_disk.path / "spool"),
    )


def _add(scene: Scene, publisher: RealPublisher) -> None:
    scene.publisher = publisher
    scene.at_end(publisher.kill)


def _publisher(scene: Scene) -> RealPublisher:
    if scene.publisher is None:
        raise AssertionError("the fault has no real publisher")
    return scene.publisher


def _disk(scene: Scene) -> SmallDisk:
    if scene.spool_disk is None:
        raise AssertionError("the spool has no small disk")
    return scene.spool_disk


def begin(scene: Scene) -> None:
    """Start the real publisher and wait for its first sample."""
    with scene.channel() as channel:
        declare_witness(channel)
    _publisher(scene).start(scene.publisher_environment)
    if not wait_until(lambda: scene.stored_count(HOST) >= 2, timeout_seconds=60.0):
        scene.late.append("nothing of the real publisher is stored")


def kill_and_start(scene: Scene) -> None:
    """Kill the publisher at a random moment and start it again."""
    scene.pass_time(scene.random.uniform(0.0, 2.0))
    _publisher(scene).kill()
    _publisher(scene).start(scene.publisher_environment)


def lose_broker_and_kill(scene: Scene) -> None:
    """Refuse the broker to it and kill it while its messages are under way."""
    scene.proxies[OWN_WAY].refuse()
    kill_and_start(scene)


def heal(scene: Scene) -> None:
    """Let it reach the broker again."""
    scene.proxies[OWN_WAY].heal()


def fill_disk(scene: Scene) -> None:
    """Fill the spool's disk but for a little, and take the broker away."""
    scene.proxies[OWN_WAY].refuse()
    _disk(scene).fill(_ROOM_BYTES)


def free_disk(scene: Scene) -> None:
    """Free the disk and let it reach the broker."""
    _disk(scene).free()
    heal(scene)


def end(scene: Scene) -> None:
    """End it with SIGTERM while the broker is silent, and start it again."""
    scene.proxies[OWN_WAY].spoil(up=_SILENCE, down=_SILENCE)
    status = _publisher(scene).stop()
    if status != 0:
        scene.late.append(f"SIGTERM ended the publisher with {status} within {_END_SECONDS:g} s")
    _publisher(scene).start(scene.publisher_environment)


def with_clock(scene: Scene) -> None:
    """Add a real publisher with a clock that will step."""
    enrol(scene)
    give_clock(scene)


def give_clock(scene: Scene) -> None:
    """Give the real publisher a clock of its own, right at first."""
    scene.publisher_environment = FalseClock(scene.folder / "publisher-clock").environment


def step(offset_seconds: float) -> Action:
    """Return an act that sets its clock wrong."""

    def act(scene: Scene) -> None:
        FalseClock(scene.folder / "publisher-clock", offset_seconds)

    return act


PUBLISHER_FAULTS = (
    Fault(
        "F1-publisher", "kill -9 of the broker, twice, under a real publisher", "its sequence has no gap",
        broker_faults.kill, broker_faults.launch, prepare=enrol, begin=begin, times=2, hold_seconds=3.0,
    ),
    Fault(
        "F11", "a real publisher killed at random moments, six times", "its sequence has no gap",
        kill_and_start, prepare=enrol, begin=begin, times=6, hold_seconds=1.0,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F11-away", "a real publisher killed while the broker is away, three times",
        "its sequence has no gap", lose_broker_and_kill, heal, prepare=enrol, begin=begin, times=3,
        hops=(OWN_WAY,), hold_seconds=3.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F12", "the spool's disk full for 40 s while the broker is away",
        "each message is stored or told of as dropped, none both",
        fill_disk, free_disk, prepare=enrol_on_a_small_disk, begin=begin, hops=(OWN_WAY,),
        hold_seconds=40.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F14-publisher", "a real publisher's way to the broker silent for 15 s, the kernel acknowledging",
        "it notices by heartbeat and sends again",
        broker_faults.spoil(OWN_WAY, up=_SILENCE, down=_SILENCE), heal, prepare=enrol, begin=begin,
        hops=(OWN_WAY,), hold_seconds=15.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F19-publisher", "SIGTERM to a real publisher while its broker is silent",
        "exit status 0, nothing lost", end, heal, prepare=enrol, begin=begin, hops=(OWN_WAY,),
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F20-publisher", "a real publisher's clock steps 1 h ahead for 10 s, then back",
        "cadence unchanged, stored under the claimed time",
        step(3_600.0), step(0.0), prepare=with_clock, begin=begin, hold_seconds=10.0,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
)  # fmt: skip
