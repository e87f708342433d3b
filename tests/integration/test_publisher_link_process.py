# SPDX-License-Identifier: Apache-2.0
"""The publisher as a process, with a real broker: it publishes, survives its own death, and ends in time."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.lab.ports import free_ports
from deploy.lab.readiness import wait_until
from publisher.clock import phase_seconds
from publisher.wire.codec import decode_event, decode_sample
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE
from publisher.wire.transposition import in_reports
from tests.services import VirtualHost

HOST = "web-1"
QUEUE = "kvmgrid.witness"
PATIENCE_SECONDS = 60.0
# How long a publisher takes to start, on a busy machine.
START_SECONDS = 5.0
SCRIPT = Path(sys.executable).with_name("kvmgrid-publisher")


# A publisher one of whose steps never returns, whatever its settings say.
HANGING_PROGRAM = """
import sys, threading
from publisher import service
from publisher.amqp import link
from publisher.domains import sampler
def hang(*_):
    sys.stderr.write('{{"event": "hanging"}}\\n')
    threading.Event().wait()
{step} = hang
service.main()
"""


class Process:
    """A running ``kvmgrid-publisher run``; ``hypervisor`` is the URI of libvirt, empty for none."""

    def __init__(  # noqa: PLR0913 - one keyword per setting
        self,
        folder: Path,
        url: str,
        *,
        hypervisor: str = "",
        interval_seconds: int = 1,
        program: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.log = folder / "log"
        self.folder = folder
        settings = folder / "publisher.toml"
        settings.write_text(
            f'host = "{HOST}"\ninterval_seconds = {interval_seconds}\n[broker]\nurl = "{url}"\n'
            f'[spool]\ndirectory = "{folder / "spool"}"\n[hypervisor]\nuri = "{hypervisor}"\n'
        )
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                [sys.executable, "-c", program, settings]
                if program
                else [SCRIPT, "run", "--config", settings],
                stderr=output,
                env={**os.environ, **(environment or {})},
            )

    def events(self) -> list[str]:
        """Return the events of the log."""
        return [line["event"] for line in self.lines()]

    def lines(self) -> list[dict[str, Any]]:
        """Return the log, each line of which is a JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.child.send_signal(number)
        return self.child.wait(PATIENCE_SECONDS)


@pytest.fixture
def witness(virtual_host: VirtualHost) -> Iterator[Any]:
    """Give a consumer's channel with a queue that takes all."""
    connection = pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url))
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    for name in (SAMPLES_EXCHANGE, EVENTS_EXCHANGE):
        channel.exchange_declare(name, "topic", durable=True)
        channel.queue_bind(QUEUE, name, "#")
    yield channel
    connection.close()


@pytest.fixture
def url(virtual_host: VirtualHost) -> Iterator[str]:
    """Give the URL of an enrolled publisher."""
    yield virtual_host.add_publisher(HOST)
    virtual_host.broker.admin.delete_user(HOST)


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """Give a list whose processes are ended with the test."""
    started: list[Process] = []
    yield started
    for process in started:
        if process.child.poll() is None:
            process.child.kill()
        process.child.wait()


class Delivered:
    """What has reached the queue so far."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self.samples = dict[tuple[str, int], SampleBatch]()
        self.tickets: set[tuple[str, int]] = set()
        self.kinds: list[str] = []

    def take(self) -> "Delivered":
        """Take what is in the queue."""
        while True:
            method, _, body = self._channel.basic_get(QUEUE, auto_ack=True)
            if method is None:
                return self
            if method.exchange == SAMPLES_EXCHANGE:
                batch = in_reports(decode_sample(body))
                self.samples[batch.epoch, batch.sequence] = batch
                self.tickets.add((batch.epoch, batch.sequence))
            else:
                event = decode_event(body)
                self.kinds.append(event.kind)
                self.tickets.add((event.epoch, event.sequence))


def test_a_host_is_published_until_sigterm(
    tmp_path: Path, url: str, witness: Any, processes: list[Process]
) -> None:
    """Real samples with rates arrive, the start and the end are events, and nothing is left behind."""
    processes.append(Process(tmp_path, url))
    delivered = Delivered(witness)
    assert wait_until(lambda: len(delivered.take().samples) >= 3, timeout_seconds=PATIENCE_SECONDS)
    began = time.monotonic()
    status = processes[0].end()
    took_seconds = time.monotonic() - began
    delivered.take()
    batches = [delivered.samples[key] for key in sorted(delivered.samples)]

    assert 0 == status
    assert took_seconds < 10
    assert ["publisher_started", "publisher_stopping"] == delivered.kinds
    assert ["publisher_starting", "publisher_stopped"] == processes[0].events()
    assert batches[0].sample.cpu_busy_ratio is None
    assert batches[2].sample.cpu_busy_ratio is not None
    assert [] == batches[2].domains
    assert {(HOST, "publisher", "process")} == {
        (line["host"], line["component"], line["part"]) for line in processes[0].lines()
    }


def test_nothing_accepted_is_lost_when_the_publisher_is_killed(
    tmp_path: Path, url: str, witness: Any, processes: list[Process]
) -> None:
    """After SIGKILL the next process goes on in the same epoch, without a gap in the sequence."""
    delivered = Delivered(witness)
    for round_ in range(3):
        processes.append(Process(tmp_path, url))
        wanted = 2 * (round_ + 1)
        # Awaited within the round.
        assert wait_until(lambda: len(delivered.take().samples) >= wanted, timeout_seconds=PATIENCE_SECONDS)  # noqa: B023
        assert -signal.SIGKILL == processes[-1].end(signal.SIGKILL)
    processes.append(Process(tmp_path, url))
    assert wait_until(lambda: len(delivered.take().samples) >= 7, timeout_seconds=PATIENCE_SECONDS)
    assert 0 == processes[-1].end()
    delivered.take()

    assert 1 == len({epoch for epoch, _ in delivered.tickets})
    assert set(range(1, 1 + len(delivered.tickets))) == {sequence for _, sequence in delivered.tickets}
    assert 4 <= delivered.kinds.count("publisher_started")


def test_a_publisher_without_a_broker_ends_in_time_and_keeps_its_samples(
    tmp_path: Path, processes: list[Process]
) -> None:
    """Waiting for a broker that is away does not delay the end; what was sampled stays on disk."""
    (port,) = free_ports(1)
    processes.append(Process(tmp_path, f"amqp://{HOST}:x@127.0.0.1:{port}/"))
    log = processes[0]
    assert wait_until(lambda: "broker_unavailable" in log.log.read_text(), timeout_seconds=PATIENCE_SECONDS)
    began = time.monotonic()

    assert 0 == log.end()
    assert time.monotonic() - began < 10
    assert ["publisher_starting", "broker_unavailable", "publisher_stopped"] == log.events()
    assert log.lines()[-1]["waiting_message_count"] >= 2


def long_interval_seconds() -> int:
    """Return an interval of half a minute or more whose next tick comes soon after a start."""
    soon_seconds = time.time() + START_SECONDS
    return min(range(30, 60), key=lambda each: (phase_seconds(HOST, each) - soon_seconds) % each)


def test_a_libvirt_that_never_answers_does_not_delay_the_end(
    tmp_path: Path, processes: list[Process]
) -> None:
    """The tick under way waits for seconds only, although half its interval would be fifteen or more."""
    (port,) = free_ports(1)
    path = tmp_path / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        silent.settimeout(PATIENCE_SECONDS)
        uri = f"qemu+unix:///system?socket={path}"
        processes.append(
            Process(
                tmp_path,
                f"amqp://{HOST}:x@127.0.0.1:{port}/",
                hypervisor=uri,
                interval_seconds=long_interval_seconds(),
            )
        )
        # The watcher's connection, and the two of the first tick.
        connections = [silent.accept()[0] for _ in range(3)]
        began = time.monotonic()
        status = processes[0].end()
        took_seconds = time.monotonic() - began
        for connection in connections:
            connection.close()

    assert 0 == status
    assert took_seconds < 10
    assert "publisher_stopped" == processes[0].events()[-1]


def test_a_tick_that_never_returns_does_not_delay_the_end(tmp_path: Path, processes: list[Process]) -> None:
    """The time for the end runs from the signal on, wherever the process is then."""
    (port,) = free_ports(1)
    url = f"amqp://{HOST}:x@127.0.0.1:{port}/"
    program = HANGING_PROGRAM.format(step="sampler.DomainSampler.begin")
    processes.append(Process(tmp_path, url, hypervisor="test:///default", program=program))
    log = processes[0]
    assert wait_until(lambda: "hanging" in read(log.log), timeout_seconds=PATIENCE_SECONDS)
    began = time.monotonic()

    assert 0 == log.end()
    assert time.monotonic() - began < 10
    assert "publisher_stopped" not in log.events()


def test_a_second_signal_ends_it_at_once(tmp_path: Path, processes: list[Process]) -> None:
    """Whoever asks twice does not wait for the farewell, which here would never end."""
    (port,) = free_ports(1)
    program = HANGING_PROGRAM.format(step="link.Link.stop")
    processes.append(Process(tmp_path, f"amqp://{HOST}:x@127.0.0.1:{port}/", program=program))
    log = processes[0]
    assert wait_until(lambda: "broker_unavailable" in read(log.log), timeout_seconds=PATIENCE_SECONDS)
    log.child.terminate()
    assert wait_until(lambda: "hanging" in read(log.log), timeout_seconds=PATIENCE_SECONDS)
    began = time.monotonic()

    assert 0 == log.end()
    assert time.monotonic() - began < 2
    assert "publisher_stopped" not in log.events()


def read(path: Path) -> str:
    """Return a log, empty while there is none."""
    return path.read_text() if path.exists() else ""


def test_a_second_publisher_on_the_same_spool_is_refused(
    tmp_path: Path, url: str, processes: list[Process]
) -> None:
    """It ends with "try again later" and names the first one."""
    processes.append(Process(tmp_path, url))
    assert wait_until(
        lambda: "publisher_starting" in read(processes[0].log), timeout_seconds=PATIENCE_SECONDS
    )
    second = subprocess.run(
        [SCRIPT, "run", "--config", tmp_path / "publisher.toml"], capture_output=True, text=True, check=False
    )

    assert 75 == second.returncode
    assert f"another publisher (process {processes[0].child.pid}) uses" in second.stderr


def test_systemd_is_told(tmp_path: Path, url: str, processes: list[Process]) -> None:
    """Ready, alive and stopping reach the socket of the service manager."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(PATIENCE_SECONDS)
        processes.append(Process(tmp_path, url, environment={"NOTIFY_SOCKET": str(address)}))
        received = [manager.recv(100), manager.recv(100)]
        processes[0].end()
        while received[-1] != b"STOPPING=1":
            received.append(manager.recv(100))

    assert [b"READY=1", b"WATCHDOG=1"] == received[:2]
