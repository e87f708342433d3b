# SPDX-License-Identifier: Apache-2.0
"""Somebody deletes what the consumers declared, or the broker loses patience with them."""

from deploy.lab.errors import BrokerUserError
from deploy.lab.readiness import wait_until
from publisher.wire.topics import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    EVENTS_EXCHANGE,
    INGEST_QUEUE,
    SAMPLES_EXCHANGE,
)
from tests.faults import database_faults
from tests.faults.broker_faults import PUBLISHING
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Action, Deadlines, Fault
from tests.faults.scene import Scene

_SAMPLES_KEY, _EVENTS_KEY = "*.sample", "*.event.*"
_REDECLARED_SECONDS = 90.0
# Both consumers declare everything again every 20 s.
_REDECLARED_GAP_SECONDS = 30.0
_DRAINED_SECONDS = 30.0
_DEADLINES = Deadlines(recover_seconds=120.0)


def unbind(scene: Scene) -> None:
    """Remove the binding of the samples."""
    _delete(scene, f"{_bindings(scene, SAMPLES_EXCHANGE, INGEST_QUEUE)}/%2A.sample")


def bind(scene: Scene) -> None:
    """Make the binding again."""
    path = _bindings(scene, SAMPLES_EXCHANGE, INGEST_QUEUE)
    scene.site.broker.admin.request("POST", path, {"routing_key": _SAMPLES_KEY})


def delete_exchange(scene: Scene) -> None:
    """Delete the exchange that samples come through, and with it its binding."""
    _delete(scene, f"exchanges/{scene.virtual_host.name}/{SAMPLES_EXCHANGE}")


def delete_dead_letters(scene: Scene) -> None:
    """Delete the exchange and the queue of the dead letters."""
    _delete(scene, f"exchanges/{scene.virtual_host.name}/{DEAD_LETTER_EXCHANGE}")
    _delete(scene, f"queues/{scene.virtual_host.name}/{DEAD_LETTER_QUEUE}")


def delete_queue(scene: Scene) -> None:
    """Delete the queue when it is empty: what is in it would be gone with it."""
    proxy = scene.proxies[PUBLISHING]
    proxy.refuse()
    confirmed = scene.ledger.with_fate("confirmed")
    if not wait_until(lambda: confirmed <= scene.stored_ids(), timeout_seconds=_DRAINED_SECONDS):
        scene.late.append(f"the queue is not empty within {_DRAINED_SECONDS:g} s")
    _delete(scene, f"queues/{scene.virtual_host.name}/{INGEST_QUEUE}")
    proxy.heal()


def await_all(scene: Scene) -> None:
    """Wait until the consumers have declared everything again, bindings included."""
    wanted = (
        (SAMPLES_EXCHANGE, INGEST_QUEUE, _SAMPLES_KEY),
        (EVENTS_EXCHANGE, INGEST_QUEUE, _EVENTS_KEY),
        (DEAD_LETTER_EXCHANGE, DEAD_LETTER_QUEUE, "#"),
    )

    def missing() -> list[str]:
        return [
            f"{exchange} to {queue}"
            for exchange, queue, key in wanted
            if not _is_bound(scene, exchange, queue, key)
        ]

    if not wait_until(lambda: not missing(), timeout_seconds=_REDECLARED_SECONDS):
        scene.late.append(f"not bound again within {_REDECLARED_SECONDS:g} s: {', '.join(missing())}")
        bind(scene)


def shorten_consumer_timeout(scene: Scene) -> None:
    """Let the broker wait 8 s for an acknowledgement instead of half an hour, and look each second."""
    _set_patience(8_000, 1_000)(scene)
    scene.at_end(lambda: _set_patience(1_800_000, 60_000)(scene))


def _set_patience(timeout_milliseconds: int, look_milliseconds: int) -> Action:
    def act(scene: Scene) -> None:
        for name, value in (
            ("consumer_timeout", timeout_milliseconds),
            ("channel_tick_interval", look_milliseconds),
        ):
            scene.site.broker.control("eval", f"application:set_env(rabbit, {name}, {value}).")

    return act


def _bindings(scene: Scene, exchange: str, queue: str) -> str:
    return f"bindings/{scene.virtual_host.name}/e/{exchange}/q/{queue}"


def _delete(scene: Scene, path: str) -> None:
    scene.site.broker.admin.request("DELETE", path)


def _is_bound(scene: Scene, exchange: str, queue: str, key: str) -> bool:
    try:
        found = scene.site.broker.admin.request("GET", _bindings(scene, exchange, queue))
    except BrokerUserError:
        return False
    return any(each["routing_key"] == key for each in found)


TOPOLOGY_FAULTS = (
    Fault(
        "F17-unbound", "the binding removed for 12 s and made again",
        "unroutable messages stay with their hosts",
        unbind, bind, hold_seconds=12.0,
    ),
    Fault(
        "P10-topology", "the binding removed, and nobody makes it again",
        "a connected consumer declares it again within 90 s", unbind, await_all, deadlines=_DEADLINES,
        gap_limit_seconds=_REDECLARED_GAP_SECONDS,
    ),
    Fault(
        "F25-exchange", "the exchange of the samples deleted, and nobody makes it again",
        "a connected consumer declares it again within 90 s", delete_exchange, await_all,
        deadlines=_DEADLINES, gap_limit_seconds=_REDECLARED_GAP_SECONDS,
    ),
    Fault(
        "F25-queue", "the empty queue deleted, and nobody makes it again", "the consumers make it again",
        delete_queue, await_all, hops=(PUBLISHING,), deadlines=_DEADLINES, told=("queue_gone",),
        gap_limit_seconds=_REDECLARED_GAP_SECONDS,
    ),
    Fault(
        "F25-dead-letters", "exchange and queue of the dead letters deleted, and nobody makes them again",
        "a connected consumer declares them again within 90 s, samples do not wait", delete_dead_letters,
        await_all, deadlines=_DEADLINES, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F7", "the broker's consumer timeout at 8 s, the database frozen for 20 s",
        "the broker closes the channel, the consumers come back, stored once",
        database_faults.freeze, database_faults.thaw, prepare=shorten_consumer_timeout, hold_seconds=20.0,
        told=("channel_closed",),
    ),
)  # fmt: skip
