# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts``: run, check, list, what people say of alerts, and what they are told."""

import os
import signal
from importlib.metadata import version
from pathlib import Path

import click
import structlog

from consumer.alerts.check import check_lines
from consumer.alerts.delivery.commands import ledger, rehearse
from consumer.alerts.evaluation.evaluator import Evaluator
from consumer.alerts.listing.commands import list_alerts
from consumer.alerts.withheld.commands import acknowledge, maintenance, silence
from consumer.invocation import config_option, explained, load_settings
from consumer.rules.reading import read_rules

DEFAULT_FILE = Path("/etc/kvmgrid/alerts.toml")


@click.group()
def alerts() -> None:
    """Watch the fleet by rules, and look at the rules (docs/alerts.md)."""


@alerts.command()
@config_option
def run(config: Path | None) -> None:
    """Watch by the rules until SIGTERM or Ctrl-C.

    Judges every ten seconds what arrived, and stores alerts in the database.
    Of several that run, one is active; another takes over where it ends or
    stands still. The file of rules is read again when it changes. A database
    that is away is waited for: no alert changes meanwhile.
    """
    settings = load_settings(config)
    evaluator = explained(lambda: Evaluator(settings, os.environ))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: evaluator.stop())
    log = structlog.get_logger()
    log.info("alerts_started", version=version("kvmgrid"))
    explained(evaluator.run)
    log.info("alerts_stopped")


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


for each in (list_alerts, silence, maintenance, acknowledge, rehearse, ledger):
    alerts.add_command(each)
