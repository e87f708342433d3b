# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts``: check, silence, maintenance, acknowledge."""

from pathlib import Path

import click

from consumer.alerts.check import check_lines
from consumer.alerts.withheld.commands import acknowledge, maintenance, silence
from consumer.invocation import explained
from consumer.rules.reading import read_rules

DEFAULT_FILE = Path("/etc/kvmgrid/alerts.toml")


@click.group()
def alerts() -> None:
    """Look at the rules of alerts (docs/alerts.md).

    This version checks rules, and does not watch by them yet.
    """


@alerts.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path | None) -> None:
    """Show what the rules in a FILE say, and of whom.

    Without FILE it is /etc/kvmgrid/alerts.toml; if there is none, the rules that
    kvmgrid comes with. Asks neither broker nor database, changes nothing.
    What is wrong is told with its place and what to write instead. Exit
    status: 0 the file can be used, 78 it cannot.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    rules = explained(lambda: read_rules(path))
    for line in check_lines(rules, str(path or "the rules that kvmgrid comes with")):
        click.echo(line)


for each in (silence, maintenance, acknowledge):
    alerts.add_command(each)
