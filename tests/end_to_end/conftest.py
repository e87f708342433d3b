# SPDX-License-Identifier: Apache-2.0
"""One whole grid for the end-to-end tests: lab services, guests, and the processes as users start them."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.demo.pipeline import Names, Pipeline, Timing
from deploy.lab.guest import DEFAULT_GUESTS, Guest, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.ports import free_ports
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import wait_until
from deploy.lab.services import Broker, Database

HOST = "hv001"
# The demo's guests with less to do: emulated, they take their load from the tests beside them.
LOADS = {"web-1": "cpu:0,network:1", "database-1": "memory:48,disk:1"}
GUESTS = tuple(guest._replace(load=LOADS.get(guest.name, guest.load)) for guest in DEFAULT_GUESTS)
INTERVAL_SECONDS = 2.0
# How long a change may take before a test calls it lost: a hang guard on a busy machine, not a speed.
PATIENCE_SECONDS = 60.0
PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000

Rows = list[tuple[object, ...]]


class Grid:
    """A running grid and what a test does to it."""

    def __init__(
        self,
        *,
        broker: RabbitMq,
        postgresql: PostgreSql,
        libvirt: LibvirtDaemon,
        guests: Guests,
        pipeline: Pipeline,
    ) -> None:
        self.broker = broker
        self.postgresql = postgresql
        self.libvirt = libvirt
        self.guests = guests
        self.pipeline = pipeline

    def query(self, text: str, *parameters: object) -> Rows:
        """Return the rows of a question to the database, asked as its administrator."""
        with psycopg.connect(self.pipeline.database_url) as connection:
            # The tests' own constant texts.
            return connection.execute(text.encode(), parameters).fetchall()

    def await_rows(self, text: str, *parameters: object) -> Rows:
        """Return the rows of a question as soon as there are any."""
        rows = wait_until(lambda: self.query(text, *parameters) or None, timeout_seconds=PATIENCE_SECONDS)
        assert rows, f"nothing arrived in {PATIENCE_SECONDS:g} s for {text} {parameters}\n{self.logs()}"
        return rows

    def reconnect_guests(self) -> None:
        """Control the guests through a new connection: one does not survive libvirtd."""
        self.guests.close()
        self.guests = Guests(self.libvirt)

    def await_next_samples(self, count: int = 2) -> None:
        """Wait until the host has ``count`` more samples in the table than now."""
        (before,) = self.query("SELECT count(*) FROM kvmgrid.host_samples")
        self.await_rows(
            "SELECT 1 FROM (SELECT count(*) AS n FROM kvmgrid.host_samples) AS now WHERE n >= %s",
            int(str(before[0])) + count,
        )

    def virsh(self, *arguments: str) -> str:
        """Return what virsh of the lab prints, as an independent witness."""
        command = [str(self.libvirt.virsh), "-q", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def logs(self) -> str:
        """Return the ends of the three logs, for the message of a failure."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
            for path in sorted(self.pipeline.folder.glob("*.log"))
        )


# It ends with the last test of this folder: emulated guests take a third of a processor as long as they run.
@pytest.fixture(scope="package")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """Start everything once for the end-to-end tests; each leaves it as it found it."""
    with ExitStack() as stack:
        broker = stack.enter_context(RabbitMq.start())
        postgresql = stack.enter_context(PostgreSql.start())
        libvirt = stack.enter_context(LibvirtDaemon.start())
        guests = Guests(libvirt)
        guests.define(*GUESTS, Guest(name="spare-1", title="Not started"))
        for guest in GUESTS:
            guests.start(guest.name)
        (port,) = free_ports(1)
        pipeline = stack.enter_context(
            Pipeline(
                Path(tmp_path_factory.mktemp("grid")),
                names=Names(host=HOST),
                broker=Broker(broker.amqp_url(), broker.admin, broker),
                database=Database(postgresql.admin, postgresql),
                hypervisor_uri=libvirt.uri_read_only,
                port=port,
                timing=Timing(interval_seconds=INTERVAL_SECONDS, refresh_seconds=1.0),
                channels=libvirt.channels,
            )
        )
        pipeline.prepare()
        for role in ("consumer", "publisher", "dashboard"):
            pipeline.start(role)
        running = Grid(
            broker=broker, postgresql=postgresql, libvirt=libvirt, guests=guests, pipeline=pipeline
        )
        running.await_rows(
            "SELECT 1 FROM kvmgrid.host_latest WHERE domain_active_count = 3 AND cpu_busy_ratio IS NOT NULL"
        )
        for guest in GUESTS:
            guests.wait_booted(guest.name)
        pipeline.await_page()
        yield running
        running.guests.close()
        pipeline.require_running()


def mark(page: Page, name: str) -> Locator:
    """Return what the grid shows of a VM."""
    return page.locator(".host-card__vms li", has_text=name)


@pytest.fixture
def grid_page(grid: Grid, page: Page) -> Page:
    """Open the grid and wait for its node."""
    page.goto(grid.pipeline.url)
    expect(page.get_by_label(f"host {HOST}")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    return page
