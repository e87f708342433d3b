# SPDX-License-Identifier: Apache-2.0
"""What stands around a measured publisher: paused guests, a broker with a queue, settings; its messages."""

import compileall
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import libvirt
import pika

from consumer.broker.topology import declare
from consumer.settings import IngestSettings
from deploy.demo.child import Child
from deploy.lab import services
from deploy.lab.guest import Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from publisher.wire.codec import SAMPLE_TYPE, decode_sample
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import INGEST_QUEUE
from publisher.wire.transposition import in_reports
from tests.benchmark.processor_time import cpu_seconds
from tests.benchmark.publisher_figures import Reading, status_bytes, status_count

ROOT = Path(__file__).resolve().parents[2]


class Site(NamedTuple):
    """A host to be: its libvirt, its broker user and the consumer's way to the queue."""

    folder: Path
    host: str
    virtual_host: str
    daemon: LibvirtDaemon
    broker: services.Broker
    consumer_url: str

    def start_publisher(self, interval_seconds: float) -> Child:
        """Start the publisher as it is deployed."""
        # An installed package is compiled; compiling at the start would stay in the process as lost memory.
        if not compileall.compile_dir(ROOT / "publisher", quiet=1):
            raise SystemExit("the publisher does not compile")
        settings = self.folder / "publisher.toml"
        settings.write_text(
            f"""\
host = "{self.host}"
interval_seconds = {interval_seconds}

[broker]
url = "{self.broker.amqp_url(self.host, None, self.virtual_host)}"
password_file = "{self.folder / "publisher.secret"}"

[spool]
directory = "{self.folder / "spool"}"

[hypervisor]
uri = "{self.daemon.uri_read_only}"
""",
            encoding="utf-8",
        )
        # msgspec takes typing_extensions where it finds it. Tools of the development environment bring it
        # along; where requirements/publisher.txt is installed it is not there, nor is its memory.
        absent = self.folder / "absent"
        absent.mkdir(exist_ok=True)
        (absent / "typing_extensions.py").write_text('raise ImportError("absent")\n', encoding="utf-8")
        return Child(
            "kvmgrid-publisher",
            *("run", "--config", str(settings)),
            log=self.folder / "publisher.log",
            environment={"PYTHONPATH": str(absent)},
        )

    def start_client(
        self, interval_seconds: float, first_at_seconds: float, files: Sequence[str] = ()
    ) -> Child:
        """Start the bare client of libvirt, which may read files too; the first time is CLOCK_MONOTONIC."""
        log = self.folder / "client.log"
        # A line for each round of this client; there may have been one before.
        log.unlink(missing_ok=True)
        return Child(
            "python",
            *("-P", "-m", "tests.benchmark.publisher_client"),
            self.daemon.uri_read_only,
            str(interval_seconds),
            str(first_at_seconds),
            *files,
            log=log,
            environment={"PYTHONPATH": str(ROOT)},
        )

    def batches(self) -> list[tuple[SampleBatch, int]]:
        """Take all batches out of the queue, each with the bytes of its body."""
        found: list[tuple[SampleBatch, int]] = []
        with pika.BlockingConnection(pika.URLParameters(self.consumer_url)) as connection:
            channel = connection.channel()
            while True:
                method, properties, body = channel.basic_get(INGEST_QUEUE, auto_ack=True)
                if method is None:
                    return found
                if properties.type == SAMPLE_TYPE:
                    found.append((in_reports(decode_sample(body)), len(body)))

    def versions(self) -> dict[str, str]:
        """Return the versions of what the publisher talks to."""
        connection = libvirt.openReadOnly(self.daemon.uri_read_only)
        try:
            return {
                "libvirt_client": dotted(libvirt.getVersion()),
                "libvirt_daemon": dotted(connection.getLibVersion()),
                "qemu": f"{dotted(connection.getVersion())} ({self.daemon.domain_type})",
                "rabbitmq": self.broker.admin.version(),
            }
        finally:
            connection.close()


@contextmanager
def site(folder: Path, domain_count: int) -> Iterator[Site]:
    """Give libvirt with paused guests, and a broker; ended and removed afterwards."""
    with services.broker() as broker, site_on(broker, folder, domain_count) as here:
        yield here


@contextmanager
def site_on(broker: services.Broker, folder: Path, domain_count: int) -> Iterator[Site]:
    """Give libvirt with paused guests, and a place on a running broker; ended and removed afterwards."""
    name = f"bench-{secrets.token_hex(4)}"
    consumer, password = f"{name}-consumer", secrets.token_urlsafe(12)
    secret = folder / "publisher.secret"
    secret.touch(0o600)
    secret.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    with LibvirtDaemon.start() as daemon:
        with Guests(daemon) as guests:
            guests.define_many(domain_count)
        broker.admin.add_virtual_host(name)
        broker.admin.add_consumer(consumer, password, name)
        broker.admin.add_publisher(name, secret.read_text(encoding="utf-8"), name)
        consumer_url = broker.amqp_url(consumer, password, name)
        try:
            with pika.BlockingConnection(pika.URLParameters(consumer_url)) as connection:
                declare(connection.channel(), IngestSettings())
            yield Site(folder, name, name, daemon, broker, consumer_url)
        finally:
            broker.admin.delete_virtual_host(name)
            for user in (consumer, name):
                broker.admin.delete_user(user)


def read_process(pid: int, at_seconds: float) -> Reading:
    """Return what /proc says about a process now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return Reading(
        at_seconds=at_seconds,
        cpu_seconds=cpu_seconds([pid]),
        resident_bytes=status_bytes(status, "VmRSS"),
        resident_peak_bytes=status_bytes(status, "VmHWM"),
        resident_anonymous_bytes=status_bytes(status, "RssAnon"),
        thread_count=status_count(status, "Threads"),
    )


def dotted(number: int) -> str:
    """Return "11.3.0" for libvirt's 11003000."""
    return f"{number // 1_000_000}.{number // 1_000 % 1_000}.{number % 1_000}"
