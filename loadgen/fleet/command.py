# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen fleet``: a simulated fleet on a real broker, live and with its past."""

import re
import signal
import sys
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import click

from loadgen.errors import LoadgenError
from loadgen.fleet.due_message import DueMessage, due_messages
from loadgen.fleet.fleet import Fleet, FleetShape
from loadgen.fleet.progress import FleetProgress
from loadgen.fleet.schedule import SimulatedPast, turns
from loadgen.fleet.sender import Sender
from publisher.wire.broker import BrokerSettings
from publisher.wire.samples import Event
from publisher.wire.settings import SettingsError

_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
UNAVAILABLE, BAD_SETTINGS = 69, 78


class Duration(click.ParamType[float]):
    """A number with a unit: 90s, 30m, 6h, 2d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        if match is None:
            self.fail(f"{value!r} is not a number with a unit, such as 90s, 30m, 6h or 2d", param, ctx)
        return float(int(match[1]) * _UNITS_SECONDS[match[2]])


class Span(NamedTuple):
    """Which time a run tells of; ``ends_at`` is None for a run without end."""

    now: float
    history: SimulatedPast
    ends_at: float | None


@click.command()
@click.option("--hosts", default=24, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--domains", default=20, show_default=True, type=click.IntRange(0, 10_000), help="VMs per host."
)
@click.option("--disks", default=1, show_default=True, type=click.IntRange(0, 20), help="Per VM.")
@click.option("--interfaces", default=1, show_default=True, type=click.IntRange(0, 20), help="Per VM.")
@click.option("--interval", default=10.0, show_default=True, type=click.FloatRange(1, 300), help="Seconds.")
@click.option(
    "--history", default="0s", type=Duration(), help="Past to send first, such as 7d, as fast as it is taken."
)
@click.option(
    "--history-interval",
    default="5m",
    show_default=True,
    type=Duration(),
    help="Tick of the past, at least --interval; the last day has 1m if this is longer, as charts of a day "
    "need. A week of 24 hosts with 20 VMs is 1.5 million VM samples at 5m, and 29 million at 10s.",
)
@click.option(
    "--duration", type=Duration(), help="End so long after the present; 0s sends the past and no more."
)
@click.option("--calm", is_flag=True, help="Nothing moves, restarts, hangs, comes or goes.")
@click.option("--seed", default=1, show_default=True, help="Equal seeds give equal fleets.")
@click.option("--prefix", default="hv", show_default=True, help="Host ids: hv000, hv001 …")
@click.option("--broker-url", required=True, help="amqp://user@server:5672/virtual-host")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path))
def fleet(  # noqa: PLR0913 - one parameter per option, as click has it
    *,
    hosts: int,
    domains: int,
    disks: int,
    interfaces: int,
    interval: float,
    history: float,
    history_interval: float,
    duration: float | None,
    calm: bool,
    seed: int,
    prefix: str,
    broker_url: str,
    password_file: Path | None,
) -> None:
    r"""Publish the samples and events of a simulated fleet, until Ctrl-C.

    For a lab only: the broker user speaks for many hosts. It needs the tag
    "impersonator" and write permission on ^kvmgrid\.(samples|events)\z.
    """
    shape = FleetShape(
        host_count=hosts,
        domain_count_per_host=domains,
        disk_count_per_domain=disks,
        interface_count_per_domain=interfaces,
        tick_seconds=interval,
        eventful=not calm,
        seed=seed,
        host_prefix=prefix,
    )
    now = time.time()
    span = Span(now, SimulatedPast(history, history_interval), None if duration is None else now + duration)
    try:
        sender = Sender(BrokerSettings(url=broker_url, password_file=password_file))
        _end_on_signals(sender)
        _publish(sender, Fleet(shape, epoch=token_hex(8)), span)
    except SettingsError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        sys.exit(BAD_SETTINGS)
    except LoadgenError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        sys.exit(UNAVAILABLE)


def _end_on_signals(sender: Sender) -> None:
    """Let the first signal end the run in good order and a second one at once."""

    def end(*_: object) -> None:
        sender.stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _publish(sender: Sender, simulated: Fleet, span: Span) -> None:
    shape = simulated.shape
    since = span.now - span.history.seconds
    progress = FleetProgress(sys.stderr, begins_at=since, lives_at=span.now)
    plan = turns(
        host_count=shape.host_count, tick_seconds=shape.tick_seconds, now=span.now, history=span.history
    )
    ends_at = span.ends_at
    if ends_at is not None:
        plan = takewhile(lambda turn: turn.second <= ends_at, plan)
    try:
        sender.run(_counted(due_messages(simulated, plan, since), progress), progress.confirmed)
    finally:
        progress.end()


def _counted(messages: Iterator[DueMessage], progress: FleetProgress) -> Iterator[DueMessage]:
    for due in messages:
        yield due
        count = 0 if isinstance(due.message, Event) else len(due.message.domains or ())
        progress.sent(due.second, count)
