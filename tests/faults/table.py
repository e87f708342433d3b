# SPDX-License-Identifier: Apache-2.0
"""The table of trials for people, and the same as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from tests.faults.trial import Trial

_HEADS = (
    "fault", "seed", "attempted", "stored", "quarantined", "counted drops", "not taken", "lost", "twice",
    "wrong", "neighbour's gap", "back after", "holds",
)  # fmt: skip


def heading() -> str:
    """Return the two lines above the rows."""
    return f"| {' | '.join(_HEADS)} |\n|{'---|' * len(_HEADS)}"


def line(trial: Trial) -> str:
    """Return one row, with what is broken below it."""
    verdict = trial.verdict
    cells = (
        trial.fault.name, trial.seed, verdict.attempted, verdict.stored, verdict.quarantined, verdict.dropped,
        verdict.not_taken, verdict.lost, verdict.twice, verdict.wrong,
        f"{trial.outcome.longest_gap_seconds:.1f} s", f"{trial.outcome.longest_return_seconds:.1f} s",
        "yes" if trial.holds else "NO",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def beneath(trial: Trial) -> str:
    """Return what the fault measured, a line each, and the findings; nothing of most trials that hold."""
    lines = [f"    {text}" for text in trial.outcome.measured]
    return "\n".join([*lines, *([] if trial.holds else [findings(trial)])])


def findings(trial: Trial) -> str:
    """Return what is broken, a line each, and where the ledger and the logs are."""
    lines = [f"    {each.invariant} {each.text}" for each in trial.verdict.findings]
    return "\n".join([*lines, f"    ledger, logs, what was compared: {trial.folder}"])


def closing(trials: Sequence[Trial]) -> str:
    """Return the last line."""
    lost, twice, wrong = (
        sum(getattr(each.verdict, name) for each in trials) for name in ("lost", "twice", "wrong")
    )
    return f"lost {lost} twice {twice} wrong {wrong}"


def is_clean(trials: Sequence[Trial]) -> bool:
    """Tell whether nothing is lost, twice or wrong, and every invariant held in every trial."""
    return closing(trials) == "lost 0 twice 0 wrong 0" and all(trial.holds for trial in trials)


def as_json(trials: Sequence[Trial]) -> str:
    """Return the table for machines."""
    rows: list[dict[str, Any]] = [
        {
            "fault": trial.fault.name,
            "done": trial.fault.done,
            "expected": trial.fault.expected,
            "seed": trial.seed,
            **{name: value for name, value in trial.verdict._asdict().items() if name != "findings"},
            "longest_gap_seconds": round(trial.outcome.longest_gap_seconds, 2),
            "longest_return_seconds": round(trial.outcome.longest_return_seconds, 2),
            "largest_resident_bytes": trial.outcome.largest_resident_bytes,
            "measured": trial.outcome.measured,
            "took_seconds": round(trial.took_seconds, 1),
            "holds": trial.holds,
            "findings": [each._asdict() for each in trial.verdict.findings],
            "broken": trial.broken,
        }
        for trial in trials
    ]
    return json.dumps({"trials": rows, "closing": closing(trials)}, indent=2) + "\n"
