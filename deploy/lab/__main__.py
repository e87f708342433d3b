# SPDX-License-Identifier: Apache-2.0
"""Command line of the lab: python -m deploy.lab."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click
import msgspec

from deploy.lab import standing_lab
from deploy.lab.definition import DEFINITION, cache_directory
from deploy.lab.errors import LabError
from deploy.lab.guest_image import guest_image, kvm_runs_guests
from deploy.lab.rootfs import clean, root_folder, say

NAME = click.option(
    "--name", default=standing_lab.DEFAULT_NAME, show_default=True, help="Which standing lab."
)
NOT_UP = 3


@click.group()
def main() -> None:
    """Real RabbitMQ, PostgreSQL with TimescaleDB, libvirt and guests on this machine. Needs root.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (status, down) no such lab is up.
    Ctrl-C ends it with 130, SIGTERM with 143.
    """
    # What a build has begun is removed on the way out. A shell's script starts what runs in the background
    # with SIGINT ignored, and Python leaves it so.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


@main.command()
def build() -> None:
    """Build the root folder with all services and the guest image, unless the cache has them."""
    root = root_folder()
    click.echo(f"root folder {root.path}\nguest image {guest_image(root).path}")


@main.command()
@NAME
def up(name: str) -> None:
    """Start a lab with three guests behind the terminal."""
    guest_image(root_folder())
    show(standing_lab.up(name))


@main.command()
@NAME
@click.option(
    "--json", "as_json", is_flag=True, help="Addresses with the administrators' passwords, as JSON."
)
def status(name: str, *, as_json: bool) -> None:
    """Show whether a lab is up and where it listens."""
    state = standing_lab.read_state(name)
    if state is None:
        click.echo(f"lab: {name!r} is not up", err=True)
        sys.exit(NOT_UP)
    if as_json:
        click.echo(msgspec.json.encode(state))
    else:
        show(state)


def show(state: standing_lab.LabState) -> None:
    """Print where a lab listens."""
    for line in state.lines:
        click.echo(line)
    click.echo(f"held by process {state.pid}; end it with: {sys.executable} -m deploy.lab down")


@main.command()
@NAME
def down(name: str) -> None:
    """End a lab that `up` started."""
    if not standing_lab.down(name):
        click.echo(f"lab: {name!r} is not up", err=True)
        sys.exit(NOT_UP)


@main.command(name="clean")
def remove() -> None:
    """Remove the cached root folders and guest images that nobody uses."""
    clean(progress=say)


@main.command(hidden=True)
@NAME
def hold(name: str) -> None:
    """Own a lab until SIGTERM; `up` runs this."""
    standing_lab.hold(name)


@main.command()
def probe() -> None:
    """Show what this machine offers to the lab."""
    root = cache_directory() / DEFINITION.key
    click.echo(f"root: {'yes' if os.geteuid() == 0 else 'no, and the lab needs it'}")
    click.echo(f"root folder: {root} ({'built' if root.is_dir() else 'not built yet'})")
    click.echo(
        f"tap interfaces for guests: {'yes' if Path('/dev/net/tun').exists() else 'no, guests get none'}"
    )
    if root.is_dir():
        folder = root_folder()
        runs = kvm_runs_guests(folder, guest_image(folder))
        click.echo(
            f"guests run with: {'KVM' if runs else 'software emulation (no guest boots with KVM here)'}"
        )


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        click.echo(f"lab: {error}", err=True)
        sys.exit(1)
