# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen``: one command for each kind of load."""

from importlib.metadata import version

import click

from loadgen.fleet_command import fleet


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(version("kvmgrid"), prog_name="kvmgrid-loadgen")
def main() -> None:
    """Simulate fleets of hypervisors, for trying out and for measuring."""


main.add_command(fleet)
