# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer``: run, migrate, status, check. Data goes to standard output, logs to standard error."""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import click
import msgspec
import structlog

from consumer.check import findings
from consumer.database import connect
from consumer.errors import BrokerAway, BrokerRefused, ConsumerError, DatabaseAway, SchemaError
from consumer.ingest import Ingest
from consumer.logs import configure
from consumer.schema.migration import migrate as migrate_schema
from consumer.schema.retention import store
from consumer.schema.upkeep import Upkeep
from consumer.settings import ConsumerSettings
from consumer.status.reading import read_status
from consumer.status.text import lines
from publisher.wire.settings import SettingsError, load

DEFAULT_CONFIG = Path("/etc/kvmgrid/consumer.toml")
UNAVAILABLE, NO_PERMISSION, BAD_SETTINGS = 69, 77, 78
_EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (SettingsError, BAD_SETTINGS),
    (SchemaError, BAD_SETTINGS),
    (BrokerRefused, NO_PERMISSION),
    (BrokerAway, UNAVAILABLE),
    (DatabaseAway, UNAVAILABLE),
)

# pika reads nested headers by recursion. One frame of 128 KiB holds up to 26,000 levels of them, at three
# calls each; at Python's own limit of 1,000 any sender could break every consumer's connection.
RECURSION_LIMIT = 100_000
# Room for decoders in C that recurse as deep (Python 3.11 has one limit for both). Reserved, not used.
STACK_BYTES = 512 * 1024 * 1024

# glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3

_Result = TypeVar("_Result")


_config = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings; without it {DEFAULT_CONFIG} if it exists.",
)


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
@_config
def run(config: Path | None) -> None:
    """Consume until SIGTERM or Ctrl-C.

    Logs to standard error: text on a terminal, JSON otherwise. A broker or a
    database that is away is waited for; nothing is lost meanwhile.
    """
    settings = _settings(config)
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(STACK_BYTES)
    _tune_interpreter()
    ingest = _explained(lambda: Ingest(settings, os.environ))
    upkeep = Upkeep(settings.database, settings.retention)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ingest.stop())
    log = structlog.get_logger()
    log.info("consumer_started", version=version("kvmgrid"))
    upkeep.start()
    _explained(lambda: _on_large_stack(ingest.run))
    upkeep.stop()
    log.info("consumer_stopped")


@main.command()
@_config
def migrate(config: Path | None) -> None:
    """Bring schema and retention periods up to date.

    Logs in with [database] owner_url. Safe to repeat, and while consumers run.
    """
    settings = _settings(config)
    database = settings.database
    owner = msgspec.structs.replace(
        database,
        url=database.owner_url or database.url,
        password_file=database.owner_password_file if database.owner_url else database.password_file,
        # A new index on a large table takes its time.
        statement_timeout_seconds=86_400.0,
    )

    def upgrade() -> None:
        with connect(owner, "migrate", autocommit=True) as connection:
            applied = migrate_schema(connection, chunk_interval=timedelta(seconds=owner.chunk_seconds))
            for migration in applied:
                click.echo(f"applied {migration.label}")
            for difference in store(connection, settings.retention):
                kept = "for ever" if difference.wanted is None else f"for {difference.wanted}"
                click.echo(f"level {difference.level} is kept {kept}")
            if not applied:
                click.echo("the schema is up to date")

    _explained(upgrade)


@main.command()
@_config
@click.option("--json/--text", "as_json", default=False, help="As one JSON object, or for reading.")
def status(config: Path | None, *, as_json: bool) -> None:
    """Show backlog, senders, staleness, gaps, quarantine, moves, and problems.

    Asks broker and database, each also without the other; changes nothing.
    Exit status: 0 all is well, 1 there are problems, 69, 77 or 78 as for the
    half that did not answer.
    """
    settings = _settings(config)
    found, errors = read_status(settings)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for line in lines(found):
            click.echo(line)
    if errors:
        sys.exit(_exit_code(errors[0]))
    if found.problems:
        sys.exit(1)


@main.command()
@_config
def check(config: Path | None) -> None:
    """Test whether broker and database are set up as they should be.

    Changes nothing; sends the broker 16 MiB that it throws away.
    """
    failed = None
    for finding in findings(_settings(config)):
        click.echo(f"{finding.outcome:<5}{finding.subject}: {finding.detail}")
        if finding.fix is not None:
            click.echo(f"     {finding.fix}")
        failed = failed or finding.error
    if failed is not None:
        sys.exit(_exit_code(failed))


def _settings(config: Path | None) -> ConsumerSettings:
    path = config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)
    settings = _explained(lambda: load(ConsumerSettings, path))
    configure(settings.log)
    return settings


def _explained(action: Callable[[], _Result]) -> _Result:
    """Run ``action``; end the process with one line and the code of the error where it fails as expected."""
    try:
        return action()
    except (ConsumerError, SettingsError) as error:
        click.echo(f"kvmgrid-consumer: {error}", err=True)
        sys.exit(_exit_code(error))


def _exit_code(error: Exception) -> int:
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)


def _on_large_stack(action: Callable[[], None]) -> None:
    """Run ``action`` on a thread, whose stack may be chosen, while this one waits for signals."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again below: a thread's own end goes unseen
            errors.append(error)

    thread = threading.Thread(target=guarded, name="storing")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def _tune_interpreter() -> None:
    """Suit the interpreter to one thread that computes and two that wait for sockets."""
    # An answer of the server waits for the interpreter for up to one interval, some thirty times a flush;
    # with Python's 5 ms that was half of the time a flush took.
    sys.setswitchinterval(0.0002)
    # A flush is tens of thousands of objects without a cycle. Python's default, a search for cycles every 700
    # objects, would look at them again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 5, 5)
    # Blocks of rows are large enough for glibc to give their memory back to the kernel each time. The kernel
    # then clears it again: page faults took half of the time of encoding. Other libraries have no such call.
    if adjust := getattr(ctypes.CDLL(None), "mallopt", None):
        adjust(_M_MMAP_THRESHOLD, 32 * 1024 * 1024)
        adjust(_M_TRIM_THRESHOLD, 64 * 1024 * 1024)
