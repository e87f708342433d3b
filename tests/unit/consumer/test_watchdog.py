# SPDX-License-Identifier: Apache-2.0
"""What systemd hears of a consumer."""

import socket
import time
from pathlib import Path

import pytest

from consumer.watchdog import Watchdog
from deploy.lab.readiness import wait_until


@pytest.fixture
def listener(tmp_path: Path) -> socket.socket:
    """Return a socket that stands for systemd's."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(tmp_path / "notify"))
    channel.settimeout(30.0)
    return channel


def test_systemd_hears_of_the_process_as_long_as_its_threads_make_progress(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready at once, alive by and by; nothing more from the moment that a thread stands still."""
    with listener:
        subject = Watchdog({"NOTIFY_SOCKET": listener.getsockname(), "WATCHDOG_USEC": "400000"})
        subject.start()
        received = [listener.recv(100), listener.recv(100)]
        subject.note()
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 0.1)
        moving = subject.standing()
        monkeypatch.setattr(time, "monotonic", lambda: now + 0.3)
        standing = subject.standing()
        subject.leave()
        left = subject.standing()
        subject.stop()

        assert [b"READY=1", b"WATCHDOG=1"] == received
        assert ([], ["MainThread"], []) == (moving, standing, left)
        assert wait_until(lambda: listener.recv(100) == b"STOPPING=1", timeout_seconds=30.0)


def test_without_systemd_nothing_is_said() -> None:
    """A consumer at a terminal has nobody to tell."""
    subject = Watchdog({})
    subject.start()
    subject.note()
    subject.stop()

    assert [] == subject.standing() or subject.standing() == ["MainThread"]
