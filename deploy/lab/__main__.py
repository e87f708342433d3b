# SPDX-License-Identifier: Apache-2.0
"""Command line of the lab: python -m deploy.lab."""

from __future__ import annotations

import sys

import click

from deploy.lab.errors import LabError
from deploy.lab.rootfs import root_folder


@click.group()
def main() -> None:
    """Real RabbitMQ, PostgreSQL with TimescaleDB, libvirt and guests on this machine. Needs root."""


@main.command()
def build() -> None:
    """Build the root folder with all services, unless the cache has it."""
    click.echo(root_folder().path)


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        click.echo(f"lab: {error}", err=True)
        sys.exit(1)
