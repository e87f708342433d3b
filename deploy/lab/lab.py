# SPDX-License-Identifier: Apache-2.0
"""A whole lab: broker, database and libvirt with its guests, started side by side and ended together."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from deploy.lab.guest import DEFAULT_GUESTS, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.rootfs import root_folder, say
from deploy.lab.services import Broker, Database, broker, database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from deploy.lab.guest import Guest


class Lab(NamedTuple):
    """What a started lab offers."""

    broker: Broker
    database: Database
    libvirt: LibvirtDaemon


@contextlib.contextmanager
def libvirt_with_guests(guests: Sequence[Guest], *, directory: Path | None = None) -> Iterator[LibvirtDaemon]:
    """A private libvirt with started guests (still booting) for as long as the context lasts."""
    with LibvirtDaemon.start(directory=directory) as daemon:
        with Guests(daemon) as machines:
            machines.define(*guests)
            for guest in guests:
                machines.start(guest.name)
        yield daemon


@contextlib.contextmanager
def lab(guests: Sequence[Guest] = DEFAULT_GUESTS, *, progress: Callable[[str], None] = say) -> Iterator[Lab]:
    """A lab for as long as the context lasts. Raises LabError; then nothing is left running."""
    # The root folder first and alone: all three services would wait for it, and a first run shows its steps.
    root_folder(progress=progress)
    with (
        contextlib.ExitStack() as stack,
        ThreadPoolExecutor(max_workers=3, thread_name_prefix="lab") as starters,
    ):
        started_broker = starters.submit(stack.enter_context, broker())
        started_database = starters.submit(stack.enter_context, database())
        started_libvirt = starters.submit(stack.enter_context, libvirt_with_guests(guests))
        # Leaving the inner context waits for all three, so that whatever was started is known to the stack.
        starters.shutdown(wait=True)
        running = Lab(started_broker.result(), started_database.result(), started_libvirt.result())
        for line in described(running):
            progress(f"lab: {line}\n")
        yield running


def described(running: Lab) -> list[str]:
    """One line for each service, without passwords."""
    amqp, postgresql, libvirt = running.broker.instance, running.database.instance, running.libvirt
    return [
        f"RabbitMQ {running.broker.admin.version()} "
        + (f"on 127.0.0.1:{amqp.amqp_port}, log {amqp.log_path}" if amqp else "as KVMGRID_AMQP_URL says"),
        f"management interface {running.broker.admin.url}",
        f"PostgreSQL {running.database.admin.version()} "
        + (
            f"on 127.0.0.1:{postgresql.port}, log {postgresql.log_path}"
            if postgresql
            else "as KVMGRID_DATABASE_URL says"
        ),
        f"libvirt with {libvirt.domain_type} guests at {libvirt.uri_read_only}, log {libvirt.log_path}",
    ]
