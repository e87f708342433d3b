# SPDX-License-Identifier: Apache-2.0
"""How long a change takes from its onset until it shows: in the view, and on the page.

The clock starts before the action is asked for, so that what the action itself takes is counted.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from loadgen.errors import ScenarioError
from loadgen.scenario.condition import condition, is_shown
from loadgen.scenario.experiment import Run
from loadgen.scenario.page_watch import PageWatch, Target, is_on_page
from loadgen.scenario.report import ChangeResult
from loadgen.scenario.scenario import Change, ChangeScenario
from loadgen.scenario.store import Store
from loadgen.scenario.truth import Truth
from loadgen.scenario.viewer import Viewer

_POLL_SECONDS = 0.05


class Actions(Protocol):
    """What can be done to VMs here. Raises ScenarioError for an action that cannot."""

    def act(self, change: Change) -> None:
        """Do it."""

    def undo(self) -> list[str]:
        """Undo what is still done, newest first, and return what could not be undone and why."""


class Witnesses(NamedTuple):
    """Where a change has to show: ``viewer`` is None where no page is known."""

    store: Store
    viewer: Viewer | None = None


def carry_out(
    scenario: ChangeScenario, actions: Actions, witnesses: Witnesses, run: Run
) -> list[ChangeResult]:
    """Make the changes, one after the other, and wait for each to show; raise LoadgenError."""
    tick_seconds = witnesses.store.host_now().tick_seconds
    try:
        results = []
        for change in scenario.changes:
            time.sleep(scenario.settle_seconds)
            results.append(_one(change, actions, witnesses, run, change.shows.within_ticks * tick_seconds))
    finally:
        failures = actions.undo()
        for failure in failures:
            run.progress(f"could not be undone: {failure}")
    if failures:
        raise ScenarioError("something could not be undone, see above")
    return results


def _one(
    change: Change, actions: Actions, witnesses: Witnesses, run: Run, limit_seconds: float
) -> ChangeResult:
    shows, store = change.shows, witnesses.store
    domain = shows.domain or change.domain
    before = store.domain_value(domain, shows.column)
    with ExitStack() as stack:
        page = None
        if witnesses.viewer is not None and is_on_page(shows):
            target = Target(shows, store.domain_uuid(domain), run.host)
            page = stack.enter_context(PageWatch(witnesses.viewer, target, limit_seconds))
        shown_before = is_shown(shows, before, before) or (page is not None and page.shown_before)
        begun_at, begin = datetime.now(UTC), time.monotonic()
        if page is not None:
            page.begin(begin)
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
        result = ChangeResult(
            action=change.action,
            domain=change.domain,
            shown=f"{shows.column} of {domain}{condition(shows)}",
            begun_at=begun_at,
            seconds=seconds,
            limit_seconds=limit_seconds,
            shown_before=shown_before,
            page_seconds=page.seconds() if page is not None else None,
            page_limit_seconds=page.limit_seconds if page is not None else None,
        )
    run.progress(f"{change.action} {change.domain}: {result.told()}")
    return result


def _await(check: Callable[[], bool], begin: float, limit_seconds: float) -> float | None:
    while (elapsed := time.monotonic() - begin) <= limit_seconds:
        if check():
            return time.monotonic() - begin
        time.sleep(min(_POLL_SECONDS, max(0.0, limit_seconds - elapsed)))
    return None
