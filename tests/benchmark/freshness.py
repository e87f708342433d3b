# SPDX-License-Identifier: Apache-2.0
"""How old samples are when they are committed, seen from outside by a poll.

The commit's own time is not to be had, since track_commit_timestamp is off. So a poller looks, and an age is
too high by up to the time between two looks.
"""

import time
from typing import Any, NamedTuple

import psycopg

NEWEST = "SELECT host_id, extract(epoch FROM sampled_at)::float8 FROM kvmgrid.host_latest"


class Sighting(NamedTuple):
    """A batch seen as the newest of its host; ``sampled_second`` is since 1970."""

    sampled_second: float
    age_seconds: float


class Sightings:
    """Remembers the newest batch of each host."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}

    def look(self, connection: psycopg.Connection[Any]) -> list[Sighting]:
        """Return the batches that became the newest of their hosts since the last look."""
        rows = connection.execute(NEWEST).fetchall()
        now = time.time()
        found = [
            Sighting(second, now - second) for host_id, second in rows if self._seen.get(host_id) != second
        ]
        self._seen.update(rows)
        return found

    @property
    def host_count(self) -> int:
        """How many hosts were ever seen."""
        return len(self._seen)
