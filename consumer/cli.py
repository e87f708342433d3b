# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer``: run, migrate, status, check, quarantine, dead-letters, alerts.

Data goes to standard output, the rest to standard error.
"""

import os
import signal
import sys
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import click
import msgspec
import structlog

from consumer.alerts.commands import alerts
from consumer.check import findings
from consumer.database import as_owner, connect
from consumer.failpoint import Failpoints
from consumer.ingest import Ingest
from consumer.interpreter import allow_deep_recursion, on_large_stack, tune_interpreter
from consumer.invocation import config_option, exit_code, explained, load_settings
from consumer.refusals.dead_letter_commands import dead_letters
from consumer.refusals.quarantine_commands import quarantine
from consumer.rollups.upkeep import FIRST_AFTER_SECONDS, Upkeep
from consumer.schema.migration import Wanted
from consumer.schema.migration import migrate as migrate_schema
from consumer.schema.migration_files import Edition
from consumer.schema.retention import store
from consumer.status.reading import read_status
from consumer.status.text import lines

EPILOG = """\
\b
Settings come from /etc/kvmgrid/consumer.toml, then from the environment:
KVMGRID_SECTION__KEY, such as KVMGRID_DATABASE__URL. Passwords stand in files.

\b
Exit status:
   0  all is well           69  broker or database not available
   1  failure               77  a permission is missing on the broker
   2  wrong usage           78  wrong settings, or a schema of another version
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(version("kvmgrid"), prog_name="kvmgrid-consumer")
def main() -> None:
    """Read samples and events from RabbitMQ and write them to TimescaleDB."""


@main.command()
@config_option
def run(config: Path | None) -> None:
    """Consume until SIGTERM or Ctrl-C.

    Logs to standard error: text on a terminal, JSON otherwise. A broker or a
    database that is away is waited for; nothing is lost meanwhile.
    """
    settings = load_settings(config)
    allow_deep_recursion()
    tune_interpreter()
    ingest = explained(lambda: Ingest(settings, os.environ))
    upkeep = Upkeep(
        settings.database,
        settings.retention,
        Failpoints(os.environ).reach,
        first_after_seconds=FIRST_AFTER_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ingest.stop())
    log = structlog.get_logger()
    log.info("consumer_started", version=version("kvmgrid"))
    upkeep.start()
    explained(lambda: on_large_stack(ingest.run))
    upkeep.stop()
    log.info("consumer_stopped")


@main.command()
@config_option
@click.option(
    "--edition",
    type=click.Choice(["apache", "community"]),
    help="Whose form the database is to have. community: also from apache, for columns.",
)
def migrate(config: Path | None, edition: Edition | None) -> None:
    """Bring schema and retention periods up to date.

    Logs in with [database] owner_url. Safe to repeat after an interruption, and
    while consumers run. Says first what will take long and what will be locked.
    """
    settings = load_settings(config)
    owner = as_owner(settings.database)

    def upgrade() -> None:
        with connect(owner, "migrate", autocommit=True, is_patient=True) as connection:
            applied = migrate_schema(
                connection,
                Wanted(timedelta(seconds=owner.chunk_seconds), settings.retention, edition),
                tell=click.echo,
            )
            for migration in applied:
                click.echo(f"applied {migration.label}")
            for difference in store(connection, settings.retention):
                click.echo(difference.label)
            if not applied:
                click.echo("the schema is up to date")

    explained(upgrade)


@main.command()
@config_option
@click.option("--json/--text", "as_json", default=False, help="As one JSON object, or for reading.")
def status(config: Path | None, *, as_json: bool) -> None:
    """Show backlog, senders, staleness, gaps, quarantine, moves, and problems.

    Asks broker and database, each also without the other; changes nothing.
    Exit status: 0 all is well, 1 there are problems, 69, 77 or 78 as for the
    half that did not answer.
    """
    settings = load_settings(config)
    found, errors = read_status(settings)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for line in lines(found):
            click.echo(line)
    if errors:
        sys.exit(exit_code(errors[0]))
    if found.problems:
        sys.exit(1)


@main.command()
@config_option
def check(config: Path | None) -> None:
    """Test whether broker and database are set up as they should be.

    Changes nothing; sends the broker 16 MiB that it throws away.
    """
    failed = None
    for finding in findings(load_settings(config)):
        click.echo(f"{finding.outcome:<5}{finding.subject}: {finding.detail}")
        if finding.fix is not None:
            click.echo(f"     {finding.fix}")
        failed = failed or finding.error
    if failed is not None:
        sys.exit(exit_code(failed))


main.add_command(quarantine)
main.add_command(dead_letters)
main.add_command(alerts)
