# SPDX-License-Identifier: Apache-2.0
"""What a run found: the JSON result, its verdict and exit status. Pure."""

from datetime import datetime
from enum import IntEnum
from typing import Literal

import msgspec
from msgspec import Struct

from loadgen.scenario.comparison import Point, StepResult


class RunStatus(IntEnum):
    """What a run's exit status means; 2 (usage), 69 (unavailable) and 78 (settings) are as elsewhere."""

    MET = 0
    MISSED = 1
    INVALID = 3
    # By Ctrl-C or SIGTERM; as a shell has it for the former.
    STOPPED = 130


class Machine(Struct, frozen=True, kw_only=True):
    """Where the run was made. Loads are the kernel's averages over a minute at begin and end."""

    host: str
    kernel: str
    cpu_count: int | None
    memory_total_bytes: int
    tick_seconds: float
    publisher_version: str | None
    loadgen_version: str
    load_at_begin: float
    load_at_end: float


class Levels(Struct, frozen=True, kw_only=True):
    """What a load through levels gave. ``true`` and ``measured`` name the figures that were compared."""

    subject: str
    true: str
    measured: str
    error_limit_ratio: float
    steps: list[StepResult]
    points: list[Point]
    # (second since 1970, level as a share) at every change of the level.
    commanded: list[tuple[float, float]]
    late_seconds: float
    late_limit_seconds: float


class ChangeResult(Struct, frozen=True, kw_only=True):
    """How long a change took to show in the database and on the page. None: it did not within the limit.

    What was ``shown_before`` the change says nothing about it. Without a ``page_limit_seconds`` nobody
    looked at a page.
    """

    action: str
    domain: str
    shown: str
    begun_at: datetime
    seconds: float | None
    limit_seconds: float
    shown_before: bool = False
    page_seconds: float | None = None
    page_limit_seconds: float | None = None

    def told(self) -> str:
        """Return the times in words."""
        stored = f"stored {_took(self.seconds)} of {self.limit_seconds:.1f} s"
        if self.page_limit_seconds is None:
            return f"{stored}, page not measured"
        return f"{stored}, page {_took(self.page_seconds)} of {self.page_limit_seconds:.1f} s"

    def missed(self) -> list[str]:
        """Return where it did not show in time."""
        found = [] if self.seconds is not None else [f"not stored within {self.limit_seconds:.1f} s"]
        if self.page_limit_seconds is not None and self.page_seconds is None:
            found.append(f"not on the page within {self.page_limit_seconds:.1f} s")
        return found


class Report(Struct, frozen=True, kw_only=True):
    """The result of one run."""

    run: str
    scenario: str
    purpose: str
    seed: int
    begun_at: datetime
    ended_at: datetime
    machine: Machine
    notes: list[str]
    levels: Levels | None = None
    changes: list[ChangeResult] = []
    schema: int = 1

    def invalid_because(self) -> list[str]:
        """Return why the generator did not do what it was told, so that the run proves nothing."""
        reasons = [
            f"{change.action} {change.domain}: {change.shown} was so before"
            for change in self.changes
            if change.shown_before
        ]
        if self.levels is None:
            return reasons
        reasons += [
            f"step {number}: {step.commanded_ratio:.1%} was commanded, "
            + ("nothing was read" if step.true_ratio is None else f"{step.true_ratio:.1%} was true")
            for number, step in enumerate(self.levels.steps, 1)
            if not step.reached
        ]
        if self.levels.late_seconds > self.levels.late_limit_seconds:
            reasons.append(f"the generator was {self.levels.late_seconds:.1f} s late")
        return reasons

    def missed(self) -> list[str]:
        """Return which expectations were missed."""
        found = []
        for number, step in enumerate(self.levels.steps if self.levels else [], 1):
            if not step.met:
                told = "no sample was stored" if step.error_ratio is None else f"{step.error_ratio:+.1%} off"
                found.append(f"step {number}: {told}")
        found += [
            f"{change.action} {change.domain}: {told}" for change in self.changes for told in change.missed()
        ]
        return found

    @property
    def verdict(self) -> Literal["met", "missed", "invalid"]:
        """The outcome in a word. What an invalid run missed proves nothing."""
        if self.invalid_because():
            return "invalid"
        return "missed" if self.missed() else "met"

    @property
    def exit_code(self) -> RunStatus:
        """The outcome as a status."""
        return RunStatus[self.verdict.upper()]


def encode(report: Report) -> bytes:
    """Return the report as JSON, with what follows from it."""
    tree = msgspec.to_builtins(report)
    tree["verdict"] = report.verdict
    tree["missed"] = report.missed()
    tree["invalid_because"] = report.invalid_because()
    return msgspec.json.format(msgspec.json.encode(tree), indent=1)


def summary(report: Report) -> str:
    """Return the report as a table for the terminal."""
    lines = ["", f"{report.scenario}: {report.purpose}", ""]
    lines += _level_lines(report.levels) if report.levels else []
    for change in report.changes:
        lines.append(f"  {change.action:<8} {change.domain:<14} {change.shown}")
        lines.append(f"  {'':<8} {change.told()}")
    lines += ["", *(f"  note: {note}" for note in report.notes)]
    reasons = report.invalid_because() or report.missed()
    lines += [f"  {report.verdict}: {reason}" for reason in reasons] or [f"  {report.verdict}"]
    return "\n".join(lines)


def _took(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f} s"


def _level_lines(levels: Levels) -> list[str]:
    titles = ("commanded", 10), ("true", 8), ("measured", 9), ("error", 8), ("worst", 7), ("samples", 8)
    head = "  step" + "".join(f" {title:>{width}}" for title, width in titles)
    lines = [head, "  " + "─" * (len(head) + 11)]
    for number, step in enumerate(levels.steps, 1):
        state = ("ok" if step.met else "MISSED") if step.reached else "not reached"
        lines.append(
            f"  {number:>4} {percent(step.commanded_ratio):>10} {percent(step.true_ratio):>8} "
            f"{percent(step.measured_ratio):>9} {percent(step.error_ratio, signed=True):>8} "
            f"{percent(step.largest_error_ratio):>7} {step.sample_count:>8}  {state}"
        )
        others = [f"{name} {figure(name, value)}" for name, value in step.others.items() if value is not None]
        if others:
            lines.append("       " + ", ".join(others))
    return lines


def percent(value: float | None, *, signed: bool = False) -> str:
    """Return a share for people."""
    if value is None:
        return "-"
    return f"{value * 100:+.1f} %" if signed else f"{value * 100:.1f} %"


def figure(name: str, value: float) -> str:
    """Return a figure for people, by the unit in its name; a truth without one is a share."""
    if name.endswith("_seconds"):
        return f"{value * 1000:.2f} ms"
    if name.endswith(("_count", "_cores")):
        return f"{value:.2f}"
    return percent(value)
