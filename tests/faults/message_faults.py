# SPDX-License-Identifier: Apache-2.0
"""Bad input of one enrolled host: each message is stored or set aside, and nobody else notices."""

import itertools
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from publisher.wire.codec import encode
from tests.faults.deep_recursion import deep_recursion
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Action, Deadlines, Fault
from tests.faults.field_values import every_field_type
from tests.faults.hostile_messages import (
    Fresh,
    Hostile,
    bad_bodies,
    bad_properties,
    bad_values,
    random_bodies,
    random_headers,
)
from tests.faults.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

_HOST = "hostile000"
_FUZZ_COUNT = 1_500
# The rows of a hundred thousand messages have to fit the checker's memory.
_FUZZED_DOMAIN_COUNT = 1
# A message is confirmed by the disk, and stored or set aside.
_FUZZ_DEADLINES = Deadlines(fuzzed_seconds=0.05)


def _send(scene: Scene, inputs: Iterable[Hostile]) -> None:
    sender = scene.intruder(_HOST)
    with deep_recursion(), every_field_type():
        sender.send_all((each.body, each.properties) for each in inputs)
    scene.await_stored(scene.hosts[-1].host, 4)


def _fresh(scene: Scene, domain_count: int = 3) -> Fresh:
    fleet = scene.fleet(1, domain_count, prefix="hostile")
    numbers, begun_seconds = itertools.count(1), time.time() - 200.0

    def fresh() -> bytes:
        number = next(numbers)
        return encode(fleet.batch(0, begun_seconds + number / 1000, number))

    return fresh


def of(inputs: "Callable[[Fresh], Iterable[Hostile]]") -> Action:
    """Return an act that sends bad inputs made from valid messages."""
    return lambda scene: _send(scene, inputs(_fresh(scene)))


def fuzz_bodies(scene: Scene) -> None:
    """Send random and changed bodies."""
    _send(
        scene,
        random_bodies(_fresh(scene, _FUZZED_DOMAIN_COUNT), scene.random, scene.fuzz_count or _FUZZ_COUNT),
    )


def fuzz_headers(scene: Scene) -> None:
    """Send a valid body with random headers."""
    _send(
        scene,
        random_headers(_fresh(scene, _FUZZED_DOMAIN_COUNT), scene.random, scene.fuzz_count or _FUZZ_COUNT),
    )


MESSAGE_FAULTS = (
    Fault(
        "B1-B6", "no JSON, wrong types, nesting of 20,000, compressed, up to 17 MiB",
        "set aside with a reason", of(bad_bodies), gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "B7-B18", "figures, times and texts out of every range, wrong versions, fields missing",
        "set aside with a reason, or stored exactly", of(bad_values), gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "B4-B20", "headers nested 2,000 deep, 100 kB long or no UTF-8, odd properties",
        "the consumer stays connected", of(bad_properties), gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "fuzz-bodies", f"{_FUZZ_COUNT} random and changed bodies (FUZZ sets the number)",
        "each is stored or set aside", fuzz_bodies, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
        deadlines=_FUZZ_DEADLINES,
    ),
    Fault(
        "fuzz-headers", f"{_FUZZ_COUNT} messages with random headers (FUZZ sets the number)",
        "stored once, whatever type a header has", fuzz_headers, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
        deadlines=_FUZZ_DEADLINES,
    ),
)  # fmt: skip
