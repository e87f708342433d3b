# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-loadgen run``: a simulated fleet on a real broker."""

import re
import sys
import time
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex

import click

from loadgen.errors import LoadgenError
from loadgen.fleet import Fleet, FleetShape
from loadgen.schedule import turns
from loadgen.sender import Sender
from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError

_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# Descriptions go with the first sample and then every so many, as a publisher that was restarted sends them.
_DESCRIBED_EVERY = 360
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(version("kvmgrid"), prog_name="kvmgrid-loadgen")
def main() -> None:
    """Simulate fleets of hypervisors, for trying out and for measuring."""


@main.command()
@click.option("--hosts", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--domains", default=20, show_default=True, type=click.IntRange(0, 10_000), help="VMs per host."
)
@click.option("--disks", default=1, show_default=True, type=click.IntRange(0, 20), help="Per VM.")
@click.option("--interfaces", default=1, show_default=True, type=click.IntRange(0, 20), help="Per VM.")
@click.option("--interval", default=10.0, show_default=True, type=click.FloatRange(1, 300), help="Seconds.")
@click.option("--backfill", default="0s", type=Duration(), help="History to send first, such as 6h.")
@click.option("--duration", type=Duration(), help="End after so much real time; otherwise go on.")
@click.option("--seed", default=1, show_default=True, help="Equal seeds give equal fleets.")
@click.option("--prefix", default="hv", show_default=True, help="Host ids: hv000, hv001 …")
@click.option("--broker-url", required=True, help="amqp://user@server:5672/virtual-host")
@click.option("--password-file", type=click.Path(dir_okay=False, path_type=Path))
def run(  # noqa: PLR0913 - one parameter per option, as click has it
    *,
    hosts: int,
    domains: int,
    disks: int,
    interfaces: int,
    interval: float,
    backfill: float,
    duration: float | None,
    seed: int,
    prefix: str,
    broker_url: str,
    password_file: Path | None,
) -> None:
    r"""Publish the samples of a simulated fleet.

    The broker user needs the tag "impersonator", since it speaks for many
    hosts, and write permission on ^kvmgrid\.(samples|events)\z.
    """
    shape = FleetShape(
        host_count=hosts,
        domain_count_per_host=domains,
        disk_count_per_domain=disks,
        interface_count_per_domain=interfaces,
        tick_seconds=interval,
        seed=seed,
        host_prefix=prefix,
    )
    try:
        settings = BrokerSettings(url=broker_url, password_file=password_file)
        with Sender(settings) as sender:
            _publish(
                sender, Fleet(shape, epoch=token_hex(8)), backfill_seconds=backfill, duration_seconds=duration
            )
    except SettingsError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        sys.exit(BAD_SETTINGS)
    except LoadgenError as error:
        click.echo(f"kvmgrid-loadgen: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except KeyboardInterrupt:
        click.echo("kvmgrid-loadgen: stopped", err=True)


def _publish(
    sender: Sender, fleet: Fleet, *, backfill_seconds: float, duration_seconds: float | None
) -> None:
    shape, begun_at, count = fleet.shape, time.time(), 0
    live = False
    for turn in turns(
        host_count=shape.host_count,
        tick_seconds=shape.tick_seconds,
        now=begun_at,
        backfill_seconds=backfill_seconds,
    ):
        if duration_seconds is not None and turn.second > begun_at + duration_seconds:
            break
        if turn.second > begun_at and not live:
            live = True
            click.echo(f"kvmgrid-loadgen: {count} batches of history sent, now live", err=True)
        wait = turn.second - time.time()
        if wait > 0:
            sender.rest(wait)
        described = count < shape.host_count or turn.sequence % _DESCRIBED_EVERY == 0
        sender.send(fleet.batch(turn.ordinal, turn.second, turn.sequence, described=described))
        count += 1
    click.echo(f"kvmgrid-loadgen: {count} batches sent", err=True)
