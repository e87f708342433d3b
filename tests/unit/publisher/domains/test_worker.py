# SPDX-License-Identifier: Apache-2.0
"""A worker: one thread, one connection, one call at a time."""

import threading
import time
from typing import TypeVar

import pytest

from publisher.domains.worker import Call, Worker
from publisher.hypervisor.errors import ConnectionLostError, HypervisorError

GUARD_SECONDS = 10.0
Value = TypeVar("Value")


class Thing:
    """A connection that remembers what happened to it, and on which thread."""

    def __init__(self) -> None:
        self.alive = True
        self.opened_by = threading.current_thread()
        self.closed = threading.Event()
        self.closed_by: threading.Thread | None = None

    def is_alive(self) -> bool:
        """Whether nobody lost it."""
        return self.alive

    def close(self) -> None:
        """Remember who closed it."""
        self.closed_by = threading.current_thread()
        self.closed.set()


class Opener:
    """Opens things; fails on demand."""

    def __init__(self) -> None:
        self.opened: list[Thing] = []
        self.error: HypervisorError | None = None

    def __call__(self) -> Thing:
        """Open."""
        if self.error is not None:
            raise self.error
        self.opened.append(Thing())
        return self.opened[-1]


@pytest.fixture
def opener() -> Opener:
    """Give an opener."""
    return Opener()


def lose(_thing: Thing) -> None:
    """Fail as on a lost connection."""
    raise ConnectionLostError("gone")


def ended(call: Call[Value]) -> Call[Value]:
    """Wait for a call."""
    assert call.wait_until(time.monotonic() + GUARD_SECONDS)
    return call


def test_work_runs_on_the_lanes_own_thread(opener: Opener) -> None:
    """Connections are opened and used on one thread, which is not the caller's."""
    worker = Worker("worker", opener)
    thread = ended(worker.submit(lambda thing: (thing.opened_by, threading.current_thread()))).value
    assert thread is not None
    assert thread[0] is thread[1]
    assert thread[0] is not threading.current_thread()


def test_one_connection_serves_many_calls(opener: Opener) -> None:
    """A connection that works is kept."""
    worker = Worker("worker", opener)
    for _ in range(3):
        ended(worker.submit(lambda _thing: 1))
    assert 1 == len(opener.opened)


def test_call_that_hangs_keeps_the_worker_busy_and_the_caller_free(opener: Opener) -> None:
    """The owner waits as long as it wants; one left behind closes its connection when the call returns."""
    release = threading.Event()
    worker = Worker("worker", opener)
    call = worker.submit(lambda _thing: release.wait(GUARD_SECONDS))
    assert not call.wait_until(time.monotonic() + 0.01)
    assert worker.is_busy
    worker.leave()
    release.set()
    assert ended(call).value is True
    assert opener.opened[0].closed.wait(GUARD_SECONDS)
    assert opener.opened[0].closed_by is opener.opened[0].opened_by


def test_lost_connection_is_replaced_within_the_same_call(opener: Opener) -> None:
    """A daemon restarted between two ticks is not noticed."""
    worker = Worker("worker", opener)
    ended(worker.submit(lambda _thing: 1))
    stale = opener.opened[0]

    def work(thing: Thing) -> str:
        if thing is stale:
            raise ConnectionLostError("gone")
        return "fresh"

    assert "fresh" == ended(worker.submit(work)).value
    assert stale.closed.is_set()


def test_unknown_error_on_a_dead_connection_counts_as_lost(opener: Opener) -> None:
    """Libvirt does not always say in its error that the connection is gone."""
    worker = Worker("worker", opener)

    def fail(thing: Thing) -> None:
        thing.alive = False
        raise HypervisorError("odd")

    ended(worker.submit(lambda _thing: 1))
    ended(worker.submit(fail))
    assert 2 == len(opener.opened)


def test_failed_attempt_is_not_repeated_at_once(opener: Opener) -> None:
    """While the daemon is away a tick costs no attempt before the pause is over."""
    opener.error = ConnectionLostError("refused")
    worker = Worker("worker", opener)
    assert "refused" == ended(worker.submit(lose)).failure
    opener.error = None
    failure = ended(worker.submit(lambda _thing: 1)).failure
    assert failure is not None
    assert failure.startswith("refused; next attempt in")
    assert [] == opener.opened


def test_error_of_a_domain_keeps_the_connection(opener: Opener) -> None:
    """An error that says nothing about the connection does not cost it."""
    worker = Worker("worker", opener)

    def fail(_thing: Thing) -> None:
        raise HypervisorError("no such thing")

    assert "no such thing" == ended(worker.submit(fail)).failure
    assert 1 == ended(worker.submit(lambda _thing: 1)).value
    assert 1 == len(opener.opened)


def test_fault_in_our_own_code_does_not_end_the_worker(opener: Opener) -> None:
    """An unexpected error fails the call and is logged; the next call works."""
    worker = Worker("worker", opener)
    empty: dict[str, int] = {}
    failure = ended(worker.submit(lambda _thing: empty["missing"])).failure
    assert "unexpected: KeyError('missing')" == failure
    assert 1 == ended(worker.submit(lambda _thing: 1)).value
