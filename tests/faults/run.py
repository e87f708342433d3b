# SPDX-License-Identifier: Apache-2.0
"""``make faults``: carry out faults, print the table, end with 1 unless all of it holds.

A trial follows from its seed: SEEDS="7 8" runs every fault with both, NAMES="F1 P4" chooses faults.
"""

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults import table
from tests.faults.catalogue import SMALL_SET, named, small_set
from tests.faults.fault import Fault
from tests.faults.site import running_site
from tests.faults.trial import Trial, run_trial

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "faults"
RESULT = "faults.json"


def main() -> int:
    """Run what the command line names."""
    parser = _parser()
    options = parser.parse_args()
    try:
        faults = small_set() if options.small else named(options.names)
    except KeyError as error:
        parser.error(str(error.args[0]))
    if options.list:
        for fault in faults:
            say(f"{fault.name}: {fault.done}; expected: {fault.expected}")
        return 0
    return _run(faults, options)


def _run(faults: Sequence[Fault], options: argparse.Namespace) -> int:
    """Carry out each fault with each seed; return the exit code."""
    endings: list[int] = []

    def end(number: int, _frame: object) -> None:
        # A disk that is mounted, and whatever else is held, ends with its context.
        endings.append(128 + number)
        sys.exit(endings[0])

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    trials: list[Trial] = []
    say(table.heading())
    with running_site() as site:
        for seed in options.seeds or [1]:
            for fault in faults:
                trial = run_trial(site, fault, seed, options.folder, options.fuzz)
                if endings:
                    # What failed while the trial was taken down stood in the way of the exit.
                    return endings[0]
                trials.append(trial)
                say(table.line(trial))
                if beneath := table.beneath(trial):
                    print(beneath, file=sys.stderr, flush=True)  # noqa: T201 - as below
                (options.folder / RESULT).write_text(table.as_json(trials))
    if broken := [trial for trial in trials if not trial.holds]:
        say(f"{len(broken)} of {len(trials)} trials do not hold, as told below each")
    say(table.closing(trials))
    return 0 if table.is_clean(trials) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--names", nargs="*", default=[])
    parser.add_argument("--small", action="store_true", help=f"only {' '.join(SMALL_SET)}")
    parser.add_argument("--list", action="store_true", help="say what is done and expected, and do nothing")
    parser.add_argument("--fuzz", type=int, default=0, help="messages of a fuzzing fault")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for ledgers, logs and faults.json")
    return parser


def say(text: str) -> None:
    """Print a line at once: a run takes long."""
    print(text, flush=True)  # noqa: T201 - the table is what the command is for


if __name__ == "__main__":
    raise SystemExit(main())
