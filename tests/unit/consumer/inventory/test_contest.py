# SPDX-License-Identifier: Apache-2.0
"""When a domain has left its home, by what arrives from there and from the host that claims it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from consumer.inventory.contest import Contest
from consumer.inventory.homes import Home
from consumer.inventory.listing import Listing
from publisher.wire.states import MIGRATING, PAUSED, POST_COPY, RUNNING

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOMAIN, HOME = 7, 1


def home(
    *, tick_seconds: float = 10.0, state: int = RUNNING, reason: int = 1, inactive: bool = False
) -> Home:
    """Return where the domain lives; its host was there at second 0."""
    return Home(DOMAIN, HOME, NOW, inactive, state, reason, tick_seconds, 5 * tick_seconds, NOW, None)


def listing(second: float) -> Listing:
    """Return the claim that arrives at a second."""
    at = NOW + timedelta(seconds=second)
    return Listing(2, at, at, {DOMAIN: True})


def moves_at(
    contest: Contest, seconds: Iterable[int], known: Home, home_seconds: Iterable[int] = ()
) -> int | None:
    """Return the second of the claim by which the domain has moved; ``home_seconds``: of its home's lists."""
    for second in seconds:
        last = max((each for each in home_seconds if each <= second), default=None)
        arrived_at = None if last is None else NOW + timedelta(seconds=last)
        if contest.has_moved(known, listing(second), arrived_at):
            return second
    return None


@pytest.mark.parametrize(("tick_seconds", "expected"), [(10.0, 60), (1.0, 40), (100.0, 510)])
def test_a_silent_home_loses_a_domain_by_its_own_tick(tick_seconds: float, expected: int) -> None:
    """After 5 ticks of the home, and 30 s at least, that were watched."""
    assert expected == moves_at(Contest(), range(10, 10_000, 10), home(tick_seconds=tick_seconds))


def test_a_home_that_is_there_keeps_its_domain() -> None:
    """However often another host claims it."""
    assert moves_at(Contest(), range(1, 2_000), home(), home_seconds=range(0, 2_000, 10)) is None


def test_a_wait_of_the_consumer_is_no_silence() -> None:
    """After an hour without any message the claim comes first, and the home's own message right after it."""
    contest = Contest()
    assert moves_at(contest, range(0, 60, 10), home(), home_seconds=range(0, 60, 10)) is None
    assert moves_at(contest, range(3_600, 3_700, 10), home(), home_seconds=range(3_605, 3_700, 10)) is None


@pytest.mark.parametrize(
    "known", [home(inactive=True), home(state=PAUSED, reason=POST_COPY)], ids=["inactive", "post-copy"]
)
def test_a_domain_that_does_not_run_at_home_has_moved(known: Home) -> None:
    """Its home says so itself."""
    assert Contest().has_moved(known, listing(1), NOW)


@pytest.mark.parametrize(("state", "reason", "expected"), [(RUNNING, 1, True), (PAUSED, MIGRATING, False)])
def test_a_claim_that_stands_is_a_contest(state: int, reason: int, *, expected: bool) -> None:
    """After more than 2 ticks, noted every 20 s; not while the domain migrates."""
    contest, known = Contest(), home(state=state, reason=reason)
    noted = []
    for second in range(1, 62, 10):
        contest.has_moved(known, listing(second), NOW + timedelta(seconds=second))
        noted += [second] * len(contest.to_note({DOMAIN: known}, NOW + timedelta(seconds=second)))
    assert ([31, 51] if expected else []) == noted
