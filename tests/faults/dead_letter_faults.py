# SPDX-License-Identifier: Apache-2.0
"""Messages that the broker gives up while their place is missing or full; a replay stores them."""

import subprocess

from deploy.demo.child import Child
from deploy.lab.readiness import wait_until
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Deadlines, Fault
from tests.faults.scene import Scene
from tests.faults.topology_faults import await_all, delete_dead_letters

_GIVEN_UP_COUNT = 10
_ROOM_COUNT = 3
# How long the broker waits until it tries a dead letter again; it does so after three minutes by itself.
_RETRY_MILLISECONDS = 5_000
_USUAL_RETRY_MILLISECONDS = 180_000
_ARRIVAL_SECONDS = 60.0
_REPLAY_SECONDS = 30.0
_FIRST = {"x-priority": 10}
_DEADLINES = Deadlines(recover_seconds=240.0)


def retry_soon(scene: Scene) -> None:
    """Let the broker try dead letters again every few seconds."""
    _set_retry(scene, _RETRY_MILLISECONDS)
    scene.at_end(lambda: _set_retry(scene, _USUAL_RETRY_MILLISECONDS))


def _set_retry(scene: Scene, milliseconds: int) -> None:
    name = "dead_letter_worker_publisher_confirm_timeout"
    scene.site.broker.control("eval", f"application:set_env(rabbit, {name}, {milliseconds}).")


def give_up_without_a_place(scene: Scene) -> None:
    """Delete exchange and queue of the dead letters and give up messages."""
    delete_dead_letters(scene)
    _give_up(scene)


def give_up_without_room(scene: Scene) -> None:
    """Let the queue of the dead letters take three and give up more."""
    _admin(scene, "PUT", {"pattern": f"^{DEAD_LETTER_QUEUE}$", "definition": {"max-length": _ROOM_COUNT}})
    _give_up(scene)


def make_room(scene: Scene) -> None:
    """Let the queue of the dead letters take all, and store them."""
    # It may have been about to take one more when it was full.
    if _dead_count(scene) == _GIVEN_UP_COUNT:
        scene.late.append(f"{_GIVEN_UP_COUNT} dead letters where there is room for {_ROOM_COUNT}")
    _admin(scene, "DELETE", None)
    replay(scene)


def bring_back(scene: Scene) -> None:
    """Wait until the consumers have declared everything again, and store the dead letters."""
    await_all(scene)
    replay(scene)


def _give_up(scene: Scene) -> None:
    """Take messages before the consumers do, and reject them as the broker does after too many deliveries."""
    given_up = 0
    with scene.channel() as channel:
        channel.basic_qos(prefetch_count=1)
        for method, _, _ in channel.consume(
            INGEST_QUEUE, arguments=_FIRST, inactivity_timeout=_REPLAY_SECONDS
        ):
            if method is None:
                scene.late.append(f"only {given_up} messages to give up")
                break
            channel.basic_reject(method.delivery_tag, requeue=False)
            given_up += 1
            if given_up == _GIVEN_UP_COUNT:
                break
        channel.cancel()


def replay(scene: Scene) -> None:
    """Wait until all that was given up is a dead letter, and store it by the command for it."""
    if not wait_until(lambda: _dead_count(scene) == _GIVEN_UP_COUNT, timeout_seconds=_ARRIVAL_SECONDS):
        scene.late.append(f"{_dead_count(scene)} of {_GIVEN_UP_COUNT} dead letters have arrived")
    command = Child(
        "kvmgrid-consumer", "dead-letters", "replay", "--all", log=scene.folder / "replay.log",
        environment={
            "KVMGRID_BROKER__URL": scene.virtual_host.consumer_url,
            "KVMGRID_DATABASE__URL": scene.database.ingest_url,
        },
    )  # fmt: skip
    try:
        status = command.wait(_REPLAY_SECONDS)
    except subprocess.TimeoutExpired:
        status = command.kill()
    if status != 0 or _dead_count(scene):
        scene.late.append(f"replay ended with {status} and left {_dead_count(scene)} dead letters")


def _dead_count(scene: Scene) -> int:
    with scene.channel() as channel:
        return int(channel.queue_declare(DEAD_LETTER_QUEUE, passive=True).method.message_count)


def _admin(scene: Scene, method: str, policy: dict[str, object] | None) -> None:
    scene.site.broker.admin.request(method, f"policies/{scene.virtual_host.name}/little-room", policy)


DEAD_LETTER_FAULTS = (
    Fault(
        "F25-missing", f"{_GIVEN_UP_COUNT} messages given up while exchange and queue for them are missing",
        "they wait, and a replay stores them", give_up_without_a_place, bring_back, prepare=retry_soon,
        hold_seconds=8.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, deadlines=_DEADLINES,
    ),
    Fault(
        "F25-full", f"{_GIVEN_UP_COUNT} messages given up while the queue for them takes {_ROOM_COUNT}",
        "they wait, and a replay stores them", give_up_without_room, make_room, prepare=retry_soon,
        hold_seconds=8.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS, deadlines=_DEADLINES,
    ),
)  # fmt: skip
