# SPDX-License-Identifier: Apache-2.0
"""Faults of the broker and of the way to it."""

import signal
from collections.abc import Callable

from deploy.lab.readiness import wait_until
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE
from tests.faults.fault import Action, Fault
from tests.faults.proxy import CLEAN, Spoiling
from tests.faults.scene import Hop, Scene

_SILENCE = Spoiling(mode="swallow")


def await_registered_queue(scene: Scene) -> None:
    """Wait until a killed broker will find its queue again; 4.0 writes names down three seconds late."""
    broker, virtual_host = scene.site.broker, scene.virtual_host.name

    def remembers_both() -> bool:
        return all(broker.remembers(virtual_host, queue) for queue in (INGEST_QUEUE, DEAD_LETTER_QUEUE))

    if not wait_until(remembers_both, timeout_seconds=30.0):
        scene.late.append("the broker has not written down its queue")


def kill(scene: Scene) -> None:
    """End the broker as a power cut would."""
    await_registered_queue(scene)
    scene.site.broker.kill()


def launch(scene: Scene) -> None:
    """Start the broker again."""
    scene.site.broker.launch()


def freeze(scene: Scene) -> None:
    """Stop the broker's processes: connections stay, nothing answers."""
    scene.site.broker.freeze()


def thaw(scene: Scene) -> None:
    """Let them go on."""
    scene.site.broker.thaw()


def control(*arguments: str) -> Action:
    """Return an act of rabbitmqctl."""

    def act(scene: Scene) -> None:
        scene.site.broker.control(*arguments)

    return act


alarm_memory = control("set_vm_memory_high_watermark", "0")
end_memory_alarm = control("set_vm_memory_high_watermark", "0.6")
alarm_disk = control("set_disk_free_limit", "100000GB")
end_disk_alarm = control("set_disk_free_limit", "100MB")


def spoil(hop: Hop, *, up: Spoiling = CLEAN, down: Spoiling = CLEAN) -> Action:
    """Return an act that spoils one hop."""

    def act(scene: Scene) -> None:
        scene.proxies[hop].spoil(up=up, down=down)

    return act


def on_proxies(act_on: Callable[[Scene, Hop], None]) -> Action:
    """Return an act on every proxy of the scene."""

    def act(scene: Scene) -> None:
        for hop in scene.proxies:
            act_on(scene, hop)

    return act


def stop_reading(scene: Scene) -> None:
    """Stop every consumer, so that the queue fills."""
    for process in scene.consumers:
        process.send_signal(signal.SIGSTOP)


def read_again(scene: Scene) -> None:
    """Let the consumers go on."""
    for process in scene.consumers:
        process.send_signal(signal.SIGCONT)


PUBLISHING: Hop = "publisher to broker"
CONSUMING: Hop = "consumer to broker"

BROKER_FAULTS = (
    Fault(
        "F1", "kill -9 of the broker, four times", "what was confirmed is stored",
        kill, launch, times=4, hold_seconds=1.0, told=("broker_away",),
    ),
    Fault(
        "F13-memory", "the broker's memory alarm for 12 s", "hosts wait, consumers go on",
        alarm_memory, end_memory_alarm, hold_seconds=12.0,
    ),
    Fault(
        "F13-disk", "the broker's disk alarm for 12 s", "hosts wait, consumers go on",
        alarm_disk, end_disk_alarm, hold_seconds=12.0,
    ),
    Fault(
        "F14-silent", "the way from hosts to broker silent both ways for 15 s, the kernel acknowledging",
        "hosts notice by heartbeat and send again",
        spoil(PUBLISHING, up=_SILENCE, down=_SILENCE), hops=(PUBLISHING,), hold_seconds=15.0,
    ),
    Fault(
        "F14-reset", "every connection of the hosts reset, five times", "hosts send again",
        on_proxies(lambda scene, hop: scene.proxies[hop].reset()), hops=(PUBLISHING, CONSUMING), times=5,
        hold_seconds=1.0,
    ),
    Fault(
        "F14-frozen", "the broker frozen (SIGSTOP) for 15 s", "both sides notice by heartbeat",
        freeze, thaw, hold_seconds=15.0,
    ),
    Fault(
        "F15", "only what the broker answers is swallowed for 10 s, twice: confirms are lost",
        "hosts send again what is stored already, and it stays once",
        spoil(PUBLISHING, down=_SILENCE), lambda scene: scene.proxies[PUBLISHING].heal(),
        hops=(PUBLISHING,), hold_seconds=10.0, times=2,
    ),
    Fault(
        "F16-slices", "every hop in slices of 16 bytes", "slower, nothing breaks",
        on_proxies(
            lambda scene, hop: scene.proxies[hop].spoil(
                up=Spoiling(slice_bytes=16), down=Spoiling(slice_bytes=16)
            )
        ),
        hops=(PUBLISHING, CONSUMING, "consumer to database"), hold_seconds=10.0, host_count=2,
        domain_count=1, interval_seconds=1.0,
    ),
    Fault(
        "F16-slow", "both hops of the broker with 300 ms ± 200 ms and 100 kB/s", "slower, nothing breaks",
        on_proxies(
            lambda scene, hop: scene.proxies[hop].spoil(
                up=Spoiling(latency_seconds=0.3, jitter_seconds=0.2, bytes_per_second=100_000.0),
                down=Spoiling(latency_seconds=0.3, jitter_seconds=0.2, bytes_per_second=100_000.0),
            )
        ),
        hops=(PUBLISHING, CONSUMING), hold_seconds=15.0, interval_seconds=2.0,
    ),
    Fault(
        "F17-full", "the queue at its limit (consumers stopped for 12 s)",
        "refused messages stay with their hosts",
        stop_reading, read_again, hold_seconds=12.0,
        settings={"KVMGRID_INGEST__QUEUE_LIMIT_BYTES": "200000", "KVMGRID_INGEST__PREFETCH_COUNT": "8"},
    ),
)  # fmt: skip
