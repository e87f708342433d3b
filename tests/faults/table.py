# SPDX-License-Identifier: Apache-2.0
"""The table of trials for people, and the same as JSON."""

import json
import textwrap
from collections.abc import Sequence
from typing import Any

from tests.faults.fault import Fault
from tests.faults.trial import Trial

_HEADS = (
    "fault", "seeds", "attempted", "stored", "quarantined", "counted drops", "not taken", "lost", "twice",
    "wrong", "gap", "back after", "holds",
)  # fmt: skip
_COUNTS = ("attempted", "stored", "quarantined", "dropped", "not_taken", "lost", "twice", "wrong")
_LIST_WIDTH = 120


def heading() -> str:
    """Return the two lines above the rows."""
    return f"{_row(*_HEADS)}\n{_row(*('---' for _ in _HEADS))}"


def line(*trials: Trial) -> str:
    """Return the row of one fault: its trials summed up, the longest of their gaps and times back."""
    counts = [sum(getattr(each.verdict, name) for each in trials) for name in _COUNTS]
    broken = [str(each.seed) for each in trials if not each.holds]
    seconds = (
        max(each.outcome.longest_gap_seconds for each in trials),
        max(each.outcome.longest_return_seconds for each in trials),
    )
    return _row(
        trials[0].fault.name, " ".join(str(each.seed) for each in trials), *counts,
        *(f"{each:.1f} s" for each in seconds), f"NO {' '.join(broken)}" if broken else "yes",
    )  # fmt: skip


def summary(trials: Sequence[Trial]) -> str:
    """Return a table with one row a fault, in the order of their first trials."""
    by_fault: dict[str, list[Trial]] = {}
    for trial in trials:
        by_fault.setdefault(trial.fault.name, []).append(trial)
    return "\n".join([heading(), *(line(*of_fault) for of_fault in by_fault.values())])


def listing(faults: Sequence[Fault]) -> str:
    """Return what each fault does and what is asked for beside I1 to I9, an item each."""
    return "\n".join(
        textwrap.fill(_item(each), _LIST_WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for each in faults
    )


def _item(fault: Fault) -> str:
    told = f" A consumer must log {' and '.join(f'`{event}`' for event in fault.told)}." if fault.told else ""
    limit = fault.gap_limit_seconds
    wait = "no limit" if limit is None else f"{limit:g} s"
    return f"- **{fault.name}**: {fault.done}. Expected: {fault.expected}.{told} Gap: {wait}."


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def beneath(trial: Trial) -> str:
    """Return what was measured, a line each, and the findings; nothing of most trials that hold."""
    lines = [f"    {text}" for text in trial.outcome.measured]
    resident_bytes = trial.outcome.largest_resident_bytes
    if resident_bytes > trial.fault.resident_limit_bytes / 2:
        lines.append(f"    a consumer took {resident_bytes / 2**20:.0f} MiB of memory at most")
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
