# SPDX-License-Identifier: Apache-2.0
"""A process is known by its number and start time, so that a signal never reaches a successor."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from deploy.lab.process import Process, find_process, inner_pid, read_state


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """Run a child that waits to be ended."""
    process = subprocess.Popen(["sleep", "300"])
    yield process
    process.kill()
    process.wait()


def test_a_signal_reaches_the_process_it_was_meant_for(child: subprocess.Popen[bytes]) -> None:
    """The process is alive before and ended after."""
    process = find_process(child.pid)

    assert process is not None
    assert process.is_alive()
    assert process.send_signal(signal.SIGTERM)
    assert process.wait(10)
    assert -signal.SIGTERM == child.wait(10)
    assert not process.send_signal(signal.SIGTERM)


def test_a_successor_with_the_same_number_gets_no_signal(child: subprocess.Popen[bytes]) -> None:
    """Another start time is another process, whatever the number says."""
    process = find_process(child.pid)
    assert process is not None
    predecessor = process._replace(start_ticks=process.start_ticks - 1)

    assert not predecessor.is_alive()
    assert not predecessor.send_signal(signal.SIGKILL)
    assert predecessor.wait(0)
    assert process.is_alive()


def test_waiting_has_an_end(child: subprocess.Popen[bytes]) -> None:
    """A process that goes on makes the wait return False."""
    process = find_process(child.pid)

    assert process is not None
    assert not process.wait(0.01)


def test_an_ended_process_that_nobody_reaped_is_not_alive() -> None:
    """A zombie counts as ended."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    found = find_process(process.pid)

    assert found is not None
    assert not found.is_alive()
    process.wait()
    assert read_state(process.pid) is None


def test_a_process_outside_has_the_same_number_inside() -> None:
    """Without a namespace of its own a process has one number."""
    assert os.getpid() == inner_pid(os.getpid())
    assert not Process(pid=0, start_ticks=-1).is_alive()
