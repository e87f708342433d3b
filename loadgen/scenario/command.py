# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen run`` and ``list``: the scenarios on the command line."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click
import msgspec

from loadgen.errors import LoadgenError, UnreachedError
from loadgen.scenario import report, report_page
from loadgen.scenario.report import Report, RunStatus
from loadgen.scenario.run import Order, carry_out
from loadgen.scenario.scenario import load_scenario, names
from loadgen.settings import LoadgenSettings, load_settings
from publisher.wire.settings import SettingsError

DEFAULT_CONFIG = Path("/etc/kvmgrid/loadgen.toml")
UNAVAILABLE, BAD_SETTINGS = 69, 78


@click.command("list")
def list_scenarios() -> None:
    """Show the scenarios that come with kvmgrid."""
    for name in names():
        click.echo(f"{name:<24} {load_scenario(name).purpose}")


@click.command()
@click.argument("scenario")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="Broker, database and host; KVMGRID_* overrides.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for SCENARIO.json and SCENARIO.html; the current one.",
)
@click.option("--dashboard", metavar="URL", help="Measure until the page there shows a change, too.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 100), help="Runs in a row.")
@click.option("--yes", is_flag=True, help="Load this machine although it is no trial.")
def run(  # noqa: PLR0913 - one for each option
    scenario: str, config: Path, output: Path, dashboard: str | None, times: int, *, yes: bool
) -> None:
    """Carry out SCENARIO (a name of `list`, or a file) on this machine.

    Drives a known load, reads back what kvmgrid stored, and says how far
    off it was. Exit status: 0 expectations met; 1 one was missed; 3 the
    generator was late or could not reach the load; 69 broker, database,
    page or VM unavailable; 78 settings or scenario cannot be used; 130 stopped.
    """
    try:
        settings = load_settings(config, os.environ)
        order = Order(Path(scenario).stem, load_scenario(scenario))
    except (SettingsError, LoadgenError) as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        sys.exit(BAD_SETTINGS)
    if dashboard is not None:
        settings = msgspec.structs.replace(settings, dashboard_url=dashboard)
    if not (settings.trial or yes):
        raise click.UsageError(
            f"{order.name} loads this machine or changes its VMs: say --yes if that hurts nobody"
        )
    code = int(RunStatus.MET)
    try:
        undo_on_signals()
        for number in range(1, times + 1):
            name = order.name if times == 1 else f"{order.name}-{number}"
            code = max(code, attempt(order, settings, output / name))
    except KeyboardInterrupt:
        say("stopped; the load has ended and what was done to VMs is undone")
        sys.exit(RunStatus.STOPPED)
    sys.exit(code)


def undo_on_signals() -> None:
    """Let SIGTERM end a run as Ctrl-C does: by default it would leave a VM frozen or a guest loaded.

    A shell's script starts what runs in the background with SIGINT ignored, and Python leaves it so.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def attempt(order: Order, settings: LoadgenSettings, target: Path) -> int:
    """Carry out a scenario once, write its report, and return the exit status."""
    try:
        made = carry_out(order, settings, progress=say)
        write(made, target)
    except UnreachedError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        return RunStatus.INVALID
    except SettingsError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        return BAD_SETTINGS
    except (LoadgenError, OSError) as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        return UNAVAILABLE
    return made.exit_code


def write(made: Report, target: Path) -> None:
    """Show a report on the terminal and write it as JSON and HTML."""
    click.echo(report.summary(made))
    target.parent.mkdir(parents=True, exist_ok=True)
    json_path, html_path = target.with_name(f"{target.name}.json"), target.with_name(f"{target.name}.html")
    json_path.write_bytes(report.encode(made))
    html_path.write_text(report_page.render(made), encoding="utf-8")
    click.echo(f"  {json_path}\n  {html_path}")


def say(text: str) -> None:
    """Write a line of progress."""
    click.echo(f"  {text}", err=True)
