# SPDX-License-Identifier: Apache-2.0
"""Every figure beside its ceiling: ``python -m tests.benchmark.bench`` writes build/bench.json and a table.

Progress goes to standard error. What cannot be measured here stands in the file with its reason. Exit status
1 when something that should have been measured failed.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.benchmark.errors import UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Report, encode
from tests.benchmark.figure_table import table
from tests.benchmark.figures import (
    agents,
    alert_cycle,
    charts,
    disk,
    drain,
    duplicates,
    level_bytes,
    live,
    queries,
    rollups,
    total_cost,
)
from tests.benchmark.machine import busy_ratio, cpu_model
from tests.benchmark.place import servers
from tests.benchmark.scale import FULL, QUICK, SITE
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = (
    drain.LARGE_FAMILY,
    drain.SMALL_FAMILY,
    drain.SITE_FAMILY,
    duplicates.FAMILY,
    total_cost.FAMILY,
    live.FAMILY,
    queries.FAMILY,
    charts.FAMILY,
    rollups.FAMILY,
    alert_cycle.FAMILY,
    level_bytes.FAMILY,
    disk.FAMILY,
    agents.FAMILY,
)


class Bench:
    """One run: what was found so far, and whether anything failed."""

    def __init__(self, stock: Stock, output: Path) -> None:
        self._stock = stock
        self._output = output
        self._begun_at = time.monotonic()
        self._processors = Path("/proc/stat").read_text()
        self.figures: list[Figure] = []
        self.failed = False

    def run(self, families: Iterable[Family]) -> None:
        """Measure one family after the other; the file is whole after each of them."""
        for family in families:
            say(f"{family.name} ...")
            self.figures += self._measured(family)
            self._output.parent.mkdir(parents=True, exist_ok=True)
            self._output.write_bytes(encode(Report(figures=tuple(self.figures), machine=self._machine())))

    def _measured(self, family: Family) -> list[Figure]:
        """Return a figure for each name; what was found before something failed counts."""
        found: dict[str, Figure] = {}
        reason = "not measured"
        try:
            for figure in family.measure(self._stock):
                found[figure.name] = figure
        except UnavailableError as error:
            reason = str(error)
            say(f"{family.name}: {reason}")
        except Exception as error:  # noqa: BLE001 - a failed family must not take the others along
            self.failed = True
            reason = f"failed: {error!r}"
            say(traceback.format_exc())
        return [found.get(each.name) or each.missing(reason) for each in family.names]

    def _machine(self) -> dict[str, object]:
        """Return what the figures were measured on, and whether it was busy with anything else."""
        now = Path("/proc/stat").read_text()
        return {
            "cpu_count": os.cpu_count(),
            "cpu_model": cpu_model(Path("/proc/cpuinfo").read_text()),
            "cpu_busy_ratio": round(busy_ratio(self._processors, now), 3),
            "load_average": os.getloadavg()[0],
            "kernel": platform.release(),
            "python": platform.python_version(),
            "rabbitmq": self._stock.servers.broker.admin.version(),
            "postgresql": self._stock.servers.database.admin.version(),
            "seconds": round(time.monotonic() - self._begun_at, 1),
        }


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="show that all of it runs; the numbers are void")
    size.add_argument("--site", action="store_true", help="charts among 1,000 hosts (10 minutes more)")
    parser.add_argument(
        "--only", action="append", choices=[each.name for each in FAMILIES], help="this family alone"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    options = parser.parse_args()
    wanted = [each for each in FAMILIES if not options.only or each.name in options.only]
    scale = QUICK if options.quick else SITE if options.site else FULL
    with ExitStack() as stack:
        say("starting broker and database")
        bench = Bench(Stock(stack.enter_context(servers()), scale), options.output)
        bench.run(wanted)
    sys.stdout.write(table(bench.figures))
    sys.exit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
