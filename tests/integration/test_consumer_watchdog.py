# SPDX-License-Identifier: Apache-2.0
"""A running consumer and systemd: what it hears, and that it hears no more of a thread that stands still."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from consumer.failpoint import VARIABLE
from deploy.lab.readiness import wait_until
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, small_fleet
from tests.services import MigratedDatabase, VirtualHost

# The subscriber tells of its progress every five seconds.
PERIOD_SECONDS = 16.0
LOOK_COUNT = 3


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Give a socket that stands for systemd's."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(PERIOD_SECONDS)
        yield channel


def test_a_thread_that_stands_still_is_told_and_silences_the_watchdog(
    virtual_host: VirtualHost, database: MigratedDatabase, manager: socket.socket
) -> None:
    """The storing thread after a commit: systemd hears nothing more, and would end the process."""
    environment = {
        VARIABLE: "after_commit:1:freeze",
        "NOTIFY_SOCKET": manager.getsockname(),
        "WATCHDOG_USEC": str(int(PERIOD_SECONDS * 1e6)),
    }
    urls = virtual_host.consumer_url, database.ingest_url
    with ConsumerProcess(*urls, environment=environment) as consumer:
        assert b"READY=1" == manager.recv(100)
        consumer.wait_for("consuming")
        assert b"WATCHDOG=1" == manager.recv(100)
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(small_fleet(host_count=1).batch(0, time.time(), 1))
        sender.close()
        consumer.wait_for('"threads": ["storing"]')
        manager.settimeout(0.0)
        with suppress(BlockingIOError):
            while manager.recv(100):
                pass
        wait_until(
            lambda: consumer.output().count("no_progress") >= LOOK_COUNT, timeout_seconds=PERIOD_SECONDS
        )
        assert consumer.output().count("no_progress") >= LOOK_COUNT
        with pytest.raises(BlockingIOError):
            manager.recv(100)
        consumer.kill()
