# SPDX-License-Identifier: Apache-2.0
"""From the onset of a change to the moment the database shows it, in the view that the pages read.

The clock starts before the action is asked for, so that what the action itself takes is counted. The page
asks the database once per refresh; that is not in the figure.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from loadgen.errors import ScenarioError
from loadgen.scenario.experiment import Run
from loadgen.scenario.report import ChangeResult
from loadgen.scenario.scenario import Change, ChangeScenario, Shows
from loadgen.scenario.store import Store
from loadgen.scenario.truth import Truth

_POLL_SECONDS = 0.05


class Actions(Protocol):
    """What can be done to VMs here. Raises ScenarioError for an action that cannot."""

    def act(self, change: Change) -> None:
        """Do it."""

    def undo(self) -> list[str]:
        """Undo what is still done, newest first, and return what could not be undone and why."""


def carry_out(scenario: ChangeScenario, actions: Actions, store: Store, run: Run) -> list[ChangeResult]:
    """Make the changes, one after the other, and wait for each to show; raise LoadgenError."""
    tick_seconds = store.host_now().tick_seconds
    try:
        results = []
        for change in scenario.changes:
            time.sleep(scenario.settle_seconds)
            results.append(_one(change, actions, store, run, tick_seconds))
    finally:
        failures = actions.undo()
        for failure in failures:
            run.progress(f"could not be undone: {failure}")
    if failures:
        raise ScenarioError("something could not be undone, see above")
    return results


def _one(change: Change, actions: Actions, store: Store, run: Run, tick_seconds: float) -> ChangeResult:
    shows = change.shows
    domain = shows.domain or change.domain
    limit_seconds = shows.within_ticks * tick_seconds
    before = store.domain_value(domain, shows.column)
    shown_before = is_shown(shows, before, before)
    begun_at, begin = datetime.now(UTC), time.monotonic()
    actions.act(change)
    run.publish(
        Truth(
            run=run.run,
            scenario=run.scenario,
            host=run.host,
            subject="domain_change",
            at=begun_at,
            action=f"{change.action} {change.domain}",
        )
    )
    seconds = _await(
        lambda: is_shown(shows, store.domain_value(domain, shows.column), before), begin, limit_seconds
    )
    told = "not shown" if seconds is None else f"shown after {seconds:.2f} s"
    run.progress(f"{change.action} {change.domain}: {told} (limit {limit_seconds:.1f} s)")
    return ChangeResult(
        action=change.action,
        domain=change.domain,
        shown=f"{shows.column} of {domain}{_condition(shows)}",
        begun_at=begun_at,
        seconds=seconds,
        limit_seconds=limit_seconds,
        shown_before=shown_before,
    )


def is_shown(shows: Shows, value: object, before: object) -> bool:
    """Tell whether a value fulfils the condition; ``before`` is what it was when the change began."""
    if shows.among is not None:
        return value in shows.among
    if not isinstance(value, int | float):
        return False
    if shows.above is not None:
        return value > shows.above
    # From nothing known, nothing can be said to have risen.
    if shows.risen_by is None or not isinstance(before, int | float):
        return False
    return value - before >= shows.risen_by


def _await(check: Callable[[], bool], begin: float, limit_seconds: float) -> float | None:
    while (elapsed := time.monotonic() - begin) <= limit_seconds:
        if check():
            return time.monotonic() - begin
        time.sleep(min(_POLL_SECONDS, max(0.0, limit_seconds - elapsed)))
    return None


def _condition(shows: Shows) -> str:
    if shows.among is not None:
        return f" is {' or '.join(shows.among)}"
    return f" above {shows.above:g}" if shows.above is not None else f" up by {shows.risen_by:g}"
