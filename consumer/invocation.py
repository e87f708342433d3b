# SPDX-License-Identifier: Apache-2.0
"""What the consumer's commands have in common: their settings, and how they end where something is wrong."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from consumer.errors import BrokerAway, BrokerRefused, ConsumerError, DatabaseAway, SchemaError
from consumer.logs import configure
from consumer.settings import ConsumerSettings
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

_Result = TypeVar("_Result")


config_option = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings; without it {DEFAULT_CONFIG} if it exists.",
)


def load_settings(config: Path | None) -> ConsumerSettings:
    """Return the settings of a command and set up its log; end the process where they are wrong."""
    path = config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)
    settings = explained(lambda: load(ConsumerSettings, path))
    configure(settings.log)
    return settings


def explained(action: Callable[[], _Result]) -> _Result:
    """Run ``action``; end the process with one line and the code of the error where it fails as expected."""
    try:
        return action()
    except (ConsumerError, SettingsError) as error:
        click.echo(f"kvmgrid-consumer: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: Exception) -> int:
    """Return the exit status that names an error."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)
