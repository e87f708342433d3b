# SPDX-License-Identifier: Apache-2.0
"""The grid that scenarios run on: the running demo, or one of their own for as long as they last."""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psycopg

from deploy.demo.errors import DemoError
from deploy.demo.pipeline import Names, Pipeline, Timing
from deploy.lab.definition import DEFINITION
from deploy.lab.guest import DEFAULT_GUESTS, Guest, Guests
from deploy.lab.lab import lab
from deploy.lab.readiness import wait_until

DEMO_FOLDER = Path("/var/lib/kvmgrid-demo")
HOST = "scenario-host"
READY_SECONDS = 90.0


class Grid(NamedTuple):
    """What a scenario needs: the settings of the load generator, and libvirt with rights to change."""

    config: Path
    hypervisor_uri: str


def running_demo(home: Path = DEMO_FOLDER) -> Grid | None:
    """Return the grid of the demo that runs on this machine, if one does."""
    folder = home / DEFINITION.key
    config = folder / "kvmgrid" / "loadgen.toml"
    try:
        with (home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if config.exists():
            return Grid(config, f"qemu+unix:///system?socket={folder / 'libvirt' / 'run' / 'libvirt-sock'}")
    except OSError:
        pass
    return None


@contextmanager
def own_grid(
    guests: Sequence[Guest] = DEFAULT_GUESTS,
    *,
    progress: Callable[[str], None],
    interval_seconds: float = 2.0,
) -> Iterator[Grid]:
    """Start services, VMs, consumer and publisher; give the grid once the VMs are in the database."""
    with ExitStack() as stack:
        running = stack.enter_context(lab(guests, progress=progress))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kvmgrid-scenarios-")))
        pipeline = stack.enter_context(
            Pipeline(
                folder,
                names=Names(host=HOST),
                broker=running.broker,
                database=running.database,
                hypervisor_uri=running.libvirt.uri_read_only,
                port=0,
                timing=Timing(interval_seconds=interval_seconds),
                channels=running.libvirt.channels,
            )
        )
        pipeline.prepare()
        pipeline.start("consumer")
        pipeline.start("publisher")
        with Guests(running.libvirt) as machines:
            for guest in guests:
                machines.wait_booted(guest.name)
        _await_samples(pipeline, len(guests))
        yield Grid(folder / "loadgen.toml", running.libvirt.uri)
        pipeline.require_running()


def _await_samples(pipeline: Pipeline, domain_count: int) -> None:
    question = "SELECT count(*) >= %s FROM kvmgrid.domains_now WHERE cpu_ratio IS NOT NULL"

    def arrived() -> bool:
        pipeline.require_running()
        with psycopg.connect(pipeline.database_url) as connection:
            row = connection.execute(question, [domain_count]).fetchone()
        return row is not None and bool(row[0])

    if not wait_until(arrived, timeout_seconds=READY_SECONDS):
        raise DemoError(f"no sample of the VMs arrived in {READY_SECONDS:g} s")
