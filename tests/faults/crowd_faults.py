# SPDX-License-Identifier: Apache-2.0
"""A whole grid comes back at once: the broker killed with thousands of connections on it."""

import time

from deploy.lab.readiness import wait_until
from tests.faults import broker_faults
from tests.faults.crowd import Crowd
from tests.faults.fault import Deadlines, Fault
from tests.faults.scene import Scene

_LOGIN = "crowd"
_COUNT = 2_000
_BACK_SECONDS = 120.0


def gather(scene: Scene) -> None:
    """Let two thousand clients connect."""
    url = scene.publisher_url(_LOGIN, hop=None)
    # One login stands for as many hosts, each of which would have a limit of its own.
    scene.site.broker.admin.set_limits(_LOGIN, {"max-connections": _COUNT})
    scene.crowd = scene.enter(Crowd(url, _COUNT))
    if not wait_until(lambda: _crowd(scene).is_complete, timeout_seconds=_BACK_SECONDS):
        scene.late.append(f"{_crowd(scene).connected_count} of {_COUNT} clients are connected")


def kill(scene: Scene) -> None:
    """Kill the broker under them, and count their tries from now on."""
    broker_faults.kill(scene)
    _crowd(scene).attempt_count = 0


def launch_and_await(scene: Scene) -> None:
    """Start the broker and wait until all are back; note how long that took."""
    broker_faults.launch(scene)
    begun_seconds = time.monotonic()
    crowd = _crowd(scene)
    is_back = wait_until(lambda: crowd.is_complete, timeout_seconds=_BACK_SECONDS)
    scene.measured.append(
        f"{crowd.connected_count} of {_COUNT} clients were back {time.monotonic() - begun_seconds:.0f} s"
        f" after the broker, in {crowd.attempt_count} tries"
    )
    if not is_back:
        scene.late.append(f"only {crowd.connected_count} clients were back within {_BACK_SECONDS:g} s")


def _crowd(scene: Scene) -> Crowd:
    if scene.crowd is None:
        raise AssertionError("there is no crowd")
    return scene.crowd


CROWD_FAULTS = (
    Fault(
        "F22", f"kill -9 of the broker with {_COUNT} more connections, which come back at once",
        f"all are back within {_BACK_SECONDS:g} s, consumers go on", kill, launch_and_await, begin=gather,
        hold_seconds=3.0, deadlines=Deadlines(setup_seconds=180.0, recover_seconds=180.0),
    ),
)  # fmt: skip
