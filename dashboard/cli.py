# SPDX-License-Identifier: Apache-2.0
"""The command: ``kvmgrid-dashboard run | check | password``."""

import sys
from pathlib import Path

import click
import uvicorn
from dash import Dash

from dashboard import logs
from dashboard.app import create_app, version
from dashboard.database import Database
from dashboard.errors import DatabaseError, DatabaseUnavailableError, SchemaMissingError, SettingsError
from dashboard.login.passwords import ROLES, Role, write_user
from dashboard.settings import Settings, load

DEFAULT_CONFIG = Path("/etc/kvmgrid/dashboard.toml")
EXIT_FAILURE = 1
EXIT_UNAVAILABLE = 69
EXIT_SETTINGS = 78

EPILOG = """
\b
Settings come from /etc/kvmgrid/dashboard.toml, then from the environment:
KVMGRID_SECTION__KEY, such as KVMGRID_DATABASE__URL. Passwords stand in files.

\b
Exit codes: 0 fine, 1 failed, 2 wrong usage, 69 database out of reach,
78 settings or schema wrong.

\b
Examples:
  kvmgrid-dashboard check
  kvmgrid-dashboard password anna --role operator
  KVMGRID_WEB__PORT=8051 kvmgrid-dashboard run
"""

_config = click.option(
    "--config",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings; without it {DEFAULT_CONFIG} if it exists.",
)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="kvmgrid-dashboard")
def main() -> None:
    """Show the grid of hypervisors in the browser, live and over years.

    Reads the database that kvmgrid-consumer fills. With a login operators may
    acknowledge and silence alerts; nothing else is changed.
    """


@main.command()
@_config
def run(path: Path | None) -> None:
    """Serve the pages until SIGTERM or Ctrl-C."""
    settings = _settings(_in_effect(path))
    logs.configure(settings.log)
    database = _database(settings)
    app = _app(settings, database)
    database.open()
    click.echo(f"kvmgrid-dashboard: http://{_shown_address(settings)}:{settings.web.port}/", err=True)
    try:
        uvicorn.run(
            app.server,
            host=settings.web.listen_address,
            port=settings.web.port,
            log_config=None,
            access_log=False,
            server_header=False,
            # Whose word is taken is a setting of the login, which needs the address of the connection itself.
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
    finally:
        database.close()


@main.command()
@_config
def check(path: Path | None) -> None:
    """Test settings, database and schema, line by line, with a fix for each failure."""
    path = _in_effect(path)
    settings = _settings(path)
    _say("ok", "settings", str(path or f"defaults and environment, there is no {DEFAULT_CONFIG}"))
    database = _database(settings)
    try:
        database.try_to_connect()
        database.open()
        state = database.state()
    except DatabaseUnavailableError as error:
        _say(
            "FAIL",
            "database",
            f"{error}\n  fix: is it running, are database.url and database.password_file right?",
        )
        sys.exit(EXIT_UNAVAILABLE)
    except SchemaMissingError as error:
        _say("ok", "database", "connected")
        _say("FAIL", "schema", f"{error}\n  fix: run kvmgrid-consumer migrate")
        sys.exit(EXIT_SETTINGS)
    except DatabaseError as error:
        _say("FAIL", "database", str(error))
        sys.exit(EXIT_FAILURE)
    finally:
        database.close()
    _say("ok", "database", f"connected, its clock says {state.database_time:%Y-%m-%d %H:%M:%S} UTC")
    _say("ok", "schema", "found")
    hint = "" if state.host_count else " (start a publisher: kvmgrid-publisher run)"
    _say("ok" if state.host_count else "WARN", "hosts", f"{state.host_count} known{hint}")


@main.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="An operator may change things.")
@click.option(
    "--password",
    "secret",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when it is not given; seen by others of the machine when it is.",
)
@_config
def password(name: str, role: Role, secret: str, path: Path | None) -> None:
    """Give NAME a password and a role, in the file login.password_file."""
    settings = _settings(_in_effect(path))
    if settings.login.password_file is None:
        click.echo("kvmgrid-dashboard: login.password_file is not set", err=True)
        sys.exit(EXIT_SETTINGS)
    try:
        write_user(Path(settings.login.password_file), name, role, secret)
    except SettingsError as error:
        click.echo(f"kvmgrid-dashboard: {error}", err=True)
        sys.exit(EXIT_SETTINGS)
    click.echo(f"{name} is {role}; sessions with an earlier password have ended")


def _say(word: str, subject: str, words: str) -> None:
    click.echo(f"{word:4}  {subject:9} {words}")


def _shown_address(settings: Settings) -> str:
    address = settings.web.listen_address
    return f"[{address}]" if ":" in address else address


def _in_effect(path: Path | None) -> Path | None:
    return path or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)


def _settings(path: Path | None) -> Settings:
    try:
        return load(path)
    except SettingsError as error:
        click.echo(f"kvmgrid-dashboard: {error}", err=True)
        sys.exit(EXIT_SETTINGS)


def _app(settings: Settings, database: Database) -> Dash:
    try:
        return create_app(settings, database)
    except SettingsError as error:
        click.echo(f"kvmgrid-dashboard: {error}", err=True)
        sys.exit(EXIT_SETTINGS)


def _database(settings: Settings) -> Database:
    try:
        return Database(settings.database)
    except SettingsError as error:
        click.echo(f"kvmgrid-dashboard: {error}", err=True)
        sys.exit(EXIT_SETTINGS)
