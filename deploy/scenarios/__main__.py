# SPDX-License-Identifier: Apache-2.0
"""`python -m deploy.scenarios NAME …`: carry out scenarios in the lab, by default all there are."""

import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import click
import psycopg

from consumer.errors import SchemaError
from deploy.demo.errors import DemoError
from deploy.lab.errors import LabError
from deploy.lab.rootfs import say as say_lab
from deploy.scenarios.grid import own_grid, running_demo
from deploy.scenarios.libvirt_actions import LibvirtActions
from loadgen.errors import LoadgenError, UnreachedError
from loadgen.scenario.command import say, undo_on_signals, write
from loadgen.scenario.report import RunStatus
from loadgen.scenario.run import Order, carry_out
from loadgen.scenario.scenario import load_scenario, names
from loadgen.settings import load_settings
from publisher.wire.settings import SettingsError


@click.command()
@click.argument("scenarios", nargs=-1)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path("build/scenarios"))
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 100), help="Runs in a row.")
def main(scenarios: tuple[str, ...], output: Path, times: int) -> None:
    """Carry out scenarios on the running demo, or on a grid of their own. The status is the worst."""
    if os.geteuid() != 0:
        raise DemoError("the lab needs root")
    orders = [Order(Path(name).stem, load_scenario(name)) for name in scenarios or names()]
    with ExitStack() as stack:
        grid = running_demo()
        if grid is None or not all(grid.serves(order.scenario) for order in orders):
            grid = stack.enter_context(own_grid(progress=say_lab))
        settings = load_settings(grid.config, {})
        if settings.channel_folder is None:
            raise DemoError("the running demo is of an older version; start it again")
        actions = LibvirtActions(grid.hypervisor_uri, settings.channel_folder, cold_move=grid.cold_move)
        stack.enter_context(closing(actions))
        code = int(RunStatus.MET)
        for number in range(1, times + 1):
            for order in orders:
                say(f"{order.name}{f', run {number} of {times}' if times > 1 else ''}")
                try:
                    made = carry_out(order, settings, progress=say, actions=actions)
                except UnreachedError as error:
                    say(f"invalid: {error}")
                    code = max(code, RunStatus.INVALID)
                    continue
                write(made, output / (order.name if times == 1 else f"{order.name}-{number}"))
                code = max(code, made.exit_code)
    sys.exit(code)


if __name__ == "__main__":
    try:
        undo_on_signals()
        main(standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(RunStatus.STOPPED)
    except click.ClickException as error:
        sys.exit(f"scenarios: {error.format_message()}")
    except (DemoError, LabError, SchemaError, LoadgenError, SettingsError, psycopg.Error, OSError) as error:
        sys.exit(f"scenarios: {error}")
