# SPDX-License-Identifier: Apache-2.0
"""Windows at a start: made again of the samples that are stored. All raise what ``Reading`` does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from consumer.alerts.evaluation.engine import Engine
from consumer.alerts.evaluation.forms import of_domain
from consumer.alerts.evaluation.messages import Messages
from consumer.alerts.evaluation.needs import Need
from consumer.alerts.evaluation.reading import Reading
from consumer.alerts.windows import cell_seconds, silence_seconds
from consumer.rules.subjects import Subject

# What tells how things are now is no older, by the longest tick that is set anywhere.
_NEWEST_SECONDS: Final = 1_500
# Figures whose windows are alike are read together.
_SHORT_SECONDS: Final = 900


def horizon_seconds(needs: Iterable[Need]) -> float:
    """Return how far back the windows of figures reach."""
    seconds = [each.window_seconds + 2 * cell_seconds(each.window_seconds) for each in needs]
    return max([_NEWEST_SECONDS, *seconds])


def fill(engine: Engine, reading: Reading, now: datetime, progress: Callable[[], None]) -> None:
    """Fill the windows of an engine; ``progress`` is called now and then."""
    at = now.timestamp()
    stored = [each for each in engine.needs if each.is_stored and each.figure is not None]
    found = reading.past(now - timedelta(seconds=horizon_seconds(stored)))
    hosts, domains = sorted(set(found.hosts.tolist())), reading.domains().tolist()
    for (subject, _), needs in _groups(stored).items():
        owners = domains if of_domain(subject) else hosts
        first = _first(found, now, _reach(needs, found))
        for rows in reading.past_samples(subject, needs, found, owners, first):
            engine.add(at, subject, rows, needs)
            progress()
    events = [each for each in engine.needs if each.figure is None]
    if events:
        horizon = now - timedelta(seconds=horizon_seconds(events))
        engine.add_events(at, reading.events(engine.kinds(), horizon=horizon))


def _groups(needs: Iterable[Need]) -> Mapping[tuple[Subject, int], list[Need]]:
    """Return needs by the kind of object, and by about how far back they reach."""
    groups: dict[tuple[Subject, int], list[Need]] = defaultdict(list)
    for each in needs:
        seconds = each.window_seconds
        groups[each.subject, 0 if not seconds else 1 if seconds <= _SHORT_SECONDS else 2].append(each)
    return groups


def _reach(needs: Iterable[Need], found: Messages) -> float:
    """Return how old a sample may be that counts: in a window, or as the newest one of its object."""
    seconds = [
        each.window_seconds + 2 * cell_seconds(each.window_seconds) for each in needs if each.window_seconds
    ]
    return max([*seconds, *silence_seconds(found.ticks).tolist()], default=0.0)


def _first(found: Messages, now: datetime, reach_seconds: float) -> datetime:
    """Return the claimed time from which samples are read: up to an hour more, for slow clocks."""
    at = now.timestamp()
    within = found.taken >= at - reach_seconds
    if not within.any():
        return now
    places = np.flatnonzero(within)
    (claimed,) = found.moments([int(places[found.claimed[places].argmin()])])
    return max(claimed, datetime.fromtimestamp(at - reach_seconds - 3_600.0, UTC))
