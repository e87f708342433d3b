# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-publisher``: run, once, check. Data goes to standard output, everything else to standard error.

Commands import what they need when they run, so that ``--help`` stays quick.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from publisher.exit_codes import ExitCode
from publisher.settings import DEFAULT_PATH, PublisherSettings, load_settings
from publisher.version import VERSION
from publisher.wire.settings import SettingsError

EPILOG = """\
\b
Settings come from /etc/kvmgrid/publisher.toml, then from the environment:
KVMGRID_SECTION__KEY, such as KVMGRID_BROKER__URL. Passwords stand in files.

\b
Exit status:
   0  all is well           69  broker or libvirt not available
   1  failure               75  try again later (the spool is in use)
   2  wrong usage           77  a permission is missing
                            78  wrong settings

\b
Examples:
  kvmgrid-publisher check               is this host ready to publish?
  kvmgrid-publisher once                what would be published, for reading
  kvmgrid-publisher once --text | less  the same, page by page
  kvmgrid-publisher once | jq           the same in JSON, an object per VM
  KVMGRID_LOG__LEVEL=debug kvmgrid-publisher run
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(VERSION, message="%(prog)s %(version)s")
def main() -> None:
    """Sample this host and its virtual machines and publish the samples.

    Sends one message per interval to RabbitMQ; what cannot be sent waits on disk.
    """


config_option = click.option(
    "--config",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Settings; without it {DEFAULT_PATH} if it exists.",
)


@main.command()
@config_option
def run(path: Path | None) -> None:
    """Publish until SIGTERM or Ctrl-C.

    Logs to standard error: text on a terminal, JSON otherwise. A broker or a
    libvirt that is away is waited for; nothing is lost meanwhile.
    """
    root = str(Path(__file__).resolve().parents[1])
    environment = dict(os.environ)
    # Each thread's heap of its own would cost memory and bring nothing to threads that mostly wait.
    environment.setdefault("MALLOC_ARENA_MAX", "1")
    if root == sys.path[0]:
        # Run from a checkout by "python -m publisher"; -P will keep the working directory off the path.
        environment["PYTHONPATH"] = root
    sys.stderr.flush()
    arguments = [sys.executable, "-P", "-m", "publisher.service", str(path or "")]
    # S606: no shell is wanted, and the arguments are our own.
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - see above


@main.command()
@config_option
@click.option(
    "--json/--text",
    "as_json",
    default=None,
    help="JSON for programs, with an object per VM, or words for reading. Without either: words where "
    "standard output is a terminal, JSON where it is a pipe or a file.",
)
def once(path: Path | None, as_json: bool | None) -> None:
    """Print one batch with its rates.

    Takes two samples a second apart. Needs neither broker nor spool.
    """
    settings = _settings(path)
    from publisher.commands.once import sample_once  # noqa: PLC0415 - see the module's docstring
    from publisher.process import leave  # noqa: PLC0415 - see the module's docstring

    batch = sample_once(settings)
    if as_json is None:
        as_json = not sys.stdout.isatty()
    if as_json:
        from publisher.messages.message_body import readable_body  # noqa: PLC0415 - see the module's docstring

        click.echo(readable_body(batch))
    else:
        from publisher.commands.text_report import text_report  # noqa: PLC0415 - see the module's docstring

        click.echo(text_report(batch))
    leave(ExitCode.OK)


@main.command()
@config_option
@click.option(
    "--json/--text",
    "as_json",
    default=False,
    help="A JSON list of findings, or lines for reading (the default).",
)
def check(path: Path | None, as_json: bool) -> None:
    """Test settings, sources, spool, libvirt and broker.

    One line per test: OK, WARN (works, but something is missing) or FAIL, with
    what to do about it. Nothing is published. Ends with 0 if nothing failed.
    """
    from publisher.commands.check import findings  # noqa: PLC0415 - see the module's docstring
    from publisher.commands.findings import Finding, exit_code  # noqa: PLC0415 - see the module's docstring
    from publisher.commands.text_report import finding_lines  # noqa: PLC0415 - see the module's docstring
    from publisher.process import leave  # noqa: PLC0415 - see the module's docstring

    found: list[Finding] = []
    try:
        settings = load_settings(path, os.environ)
    except SettingsError as error:
        fix = "repair the settings; deploy/settings/publisher.toml shows every key"
        found.append(
            Finding(
                outcome="FAIL", subject="settings", detail=str(error), fix=fix, exit_code=ExitCode.SETTINGS
            )
        )
    else:
        for finding in findings(settings):
            found.append(finding)
            if not as_json:
                click.echo(finding_lines(finding, colour=_colour()))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
    elif found[0].outcome == "FAIL":
        click.echo(finding_lines(found[0], colour=_colour()))
    leave(exit_code(found))


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _settings(path: Path | None) -> PublisherSettings:
    try:
        return load_settings(path, os.environ)
    except SettingsError as error:
        _fail(str(error), ExitCode.SETTINGS)


def _fail(message: str, code: ExitCode) -> NoReturn:
    click.echo(f"kvmgrid-publisher: {message}", err=True)
    sys.exit(code)
