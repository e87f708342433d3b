# SPDX-License-Identifier: Apache-2.0
"""The grid that scenarios run on: the running demo, or one of their own for as long as they last."""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psycopg

from deploy.demo.child import Child
from deploy.demo.errors import DemoError
from deploy.demo.pipeline import Names, Pipeline, Timing
from deploy.lab.definition import DEFINITION
from deploy.lab.guest import DEFAULT_GUESTS, MEBIBYTE, Guest, Guests
from deploy.lab.lab import Lab, lab
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.ports import free_ports
from deploy.lab.readiness import wait_until
from deploy.scenarios.cold_move import ColdMove
from loadgen.scenario.scenario import ChangeScenario, DomainCpu, Scenario

DEMO_FOLDER = Path("/var/lib/kvmgrid-demo")
HOST, SECOND_HOST = "scenario-host", "scenario-host-2"
VIRTUAL_HOST = "kvmgrid"
INTERVAL_SECONDS = 2.0
READY_SECONDS = 90.0
# Takes every core when it is told to.
NOISY = Guest(
    name="noisy-1", load="cpu:0", vcpu_count=max(2, os.cpu_count() or 2), memory_bytes=192 * MEBIBYTE
)
GUESTS = (*DEFAULT_GUESTS, NOISY)


class Grid(NamedTuple):
    """What a scenario needs: the load generator's settings, libvirt with rights to change, its VMs.

    ``cold_move`` is the way to a second host, where there is one.
    """

    config: Path
    hypervisor_uri: str
    domains: frozenset[str]
    cold_move: ColdMove | None = None

    def serves(self, scenario: Scenario) -> bool:
        """Whether everything that a scenario names is here."""
        if isinstance(scenario, ChangeScenario):
            moves = any(change.action == "move" for change in scenario.changes)
            named = {change.domain for change in scenario.changes}
            return named <= self.domains and (self.cold_move is not None or not moves)
        return not isinstance(scenario.subject, DomainCpu) or scenario.subject.domain in self.domains


def running_demo(home: Path = DEMO_FOLDER) -> Grid | None:
    """Return the grid of the demo that runs on this machine, if one does."""
    folder = home / DEFINITION.key
    config = folder / "kvmgrid" / "loadgen.toml"
    try:
        with (home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if config.exists():
            uri = f"qemu+unix:///system?socket={folder / 'libvirt' / 'run' / 'libvirt-sock'}"
            return Grid(config, uri, frozenset(guest.name for guest in DEFAULT_GUESTS))
    except OSError:
        pass
    return None


@contextmanager
def own_grid(guests: Sequence[Guest] = GUESTS, *, progress: Callable[[str], None]) -> Iterator[Grid]:
    """Start services, VMs and the pipeline; give the grid once the VMs are in the database."""
    with ExitStack() as stack:
        running = stack.enter_context(lab(guests, progress=progress))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kvmgrid-scenarios-")))
        pipeline = stack.enter_context(
            Pipeline(
                folder,
                names=Names(host=HOST, virtual_host=VIRTUAL_HOST),
                broker=running.broker,
                database=running.database,
                hypervisor_uri=running.libvirt.uri_read_only,
                port=free_ports(1)[0],
                timing=Timing(interval_seconds=INTERVAL_SECONDS),
                channels=running.libvirt.channels,
            )
        )
        pipeline.prepare()
        pipeline.start("consumer")
        pipeline.start("publisher")
        pipeline.start("dashboard")
        with Guests(running.libvirt) as machines:
            for guest in guests:
                machines.wait_booted(guest.name)
        _await_samples(pipeline, len(guests))
        pipeline.await_page()
        cold_move = _second_host(stack, folder, running)
        names = frozenset(guest.name for guest in guests)
        yield Grid(folder / "loadgen.toml", running.libvirt.uri, names, cold_move)
        pipeline.require_running()


def _second_host(stack: ExitStack, folder: Path, running: Lab) -> ColdMove:
    """Start another libvirt, and a publisher that watches it under a name of its own."""
    daemon = stack.enter_context(LibvirtDaemon.start())
    password = secrets.token_urlsafe(18)
    running.broker.admin.add_publisher(SECOND_HOST, password, VIRTUAL_HOST)
    secret, config = folder / "second.secret", folder / "second.toml"
    for path, text in ((secret, password), (config, _second_settings(folder, running, daemon, secret))):
        path.touch(0o600)
        path.write_text(text, encoding="utf-8")
    publisher = Child(
        "kvmgrid-publisher", "run", "--config", str(config), log=folder / "second-publisher.log"
    )
    stack.callback(publisher.stop)
    return ColdMove(running.libvirt, daemon)


def _second_settings(folder: Path, running: Lab, daemon: LibvirtDaemon, secret: Path) -> str:
    return f"""\
host = "{SECOND_HOST}"
interval_seconds = {INTERVAL_SECONDS}

[broker]
url = "{running.broker.amqp_url(SECOND_HOST, None, VIRTUAL_HOST)}"
password_file = "{secret}"

[spool]
directory = "{folder / "second-spool"}"

[hypervisor]
uri = "{daemon.uri_read_only}"
"""


def _await_samples(pipeline: Pipeline, domain_count: int) -> None:
    question = "SELECT count(*) >= %s FROM kvmgrid.domains_now WHERE cpu_ratio IS NOT NULL"

    def arrived() -> bool:
        pipeline.require_running()
        with psycopg.connect(pipeline.database_url) as connection:
            row = connection.execute(question, [domain_count]).fetchone()
        return row is not None and bool(row[0])

    if not wait_until(arrived, timeout_seconds=READY_SECONDS):
        raise DemoError(f"no sample of the VMs arrived in {READY_SECONDS:g} s")
