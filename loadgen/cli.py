# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen``: one command for each kind of load."""

from importlib.metadata import version

import click

from loadgen import logs
from loadgen.fleet.command import fleet
from loadgen.scenario.command import list_scenarios, run
from publisher.wire.log_line import LogSettings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(version("kvmgrid"), prog_name="kvmgrid-loadgen")
def main() -> None:
    """Scenarios with ground truth on this machine, and simulated fleets of hypervisors."""
    logs.configure(LogSettings())


main.add_command(fleet)
main.add_command(run)
main.add_command(list_scenarios)
