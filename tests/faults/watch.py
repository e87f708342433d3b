# SPDX-License-Identifier: Apache-2.0
"""A thread that watches while a fault lasts: since when a host has nothing new, what the consumers use."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

import psutil
import psycopg

_PERIOD_SECONDS = 0.2
_CONNECT_SECONDS = 2
# Of a process that was watched shorter nobody can say whether it grows.
_USES_MIN = 300
# The clock of a host or a consumer may be wrong: what counts is that something new is there.
_COUNTS = """
    SELECT h.host, (SELECT count(*) FROM kvmgrid.publisher_reports AS r WHERE r.host_id = h.host_id)
    FROM kvmgrid.hosts AS h
"""


class Use(NamedTuple):
    """What a process used at a time."""

    at: float
    resident_bytes: int
    descriptor_count: int


class Watch:
    """Runs from its start to ``stop``."""

    def __init__(self, url: str, pids: Callable[[], Sequence[int]]) -> None:
        self._url = url
        self._pids = pids
        self._counts: dict[str, int] = {}
        self._changed_seconds: dict[str, float] = {}
        self._gaps: dict[str, float] = {}
        self._recovered_seconds: float | None = None
        self._returns: dict[str, float] = {}
        self._uses: dict[int, list[Use]] = {}
        self._is_with_hosts = True
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self, hosts: Sequence[str]) -> None:
        """Begin to watch; these hosts have just had something new."""
        self._changed_seconds = dict.fromkeys(hosts, time.monotonic())
        self._thread.start()

    def leave_hosts(self) -> None:
        """Watch the consumers alone: hosts that have finished have nothing new."""
        self._is_with_hosts = False

    def stop(self) -> None:
        """End; what was seen stays."""
        self._ending.set()
        self._thread.join(30.0)

    def longest_gap_seconds(self, hosts: Sequence[str]) -> float:
        """Return the longest time without anything new of one of these hosts."""
        return max((self._gaps.get(host, 0.0) for host in hosts), default=0.0)

    def note_recovery(self) -> None:
        """Note that the fault has ended just now: from here on the time to a host's next row counts too."""
        self._recovered_seconds = time.monotonic()

    def longest_return_seconds(self, hosts: Sequence[str]) -> float:
        """Return the longest time from an end of the fault to a new row of one of these hosts."""
        return max((self._returns.get(host, 0.0) for host in hosts), default=0.0)

    @property
    def largest_resident_bytes(self) -> int:
        """The most memory that a process had."""
        return max((use.resident_bytes for uses in self._uses.values() for use in uses), default=0)

    @property
    def most_descriptors(self) -> int:
        """The most open files that a process had."""
        return max((use.descriptor_count for uses in self._uses.values() for use in uses), default=0)

    def growth(self) -> Use:
        """Return by how much a process grew at most, from the middle of its time to the end of it.

        Each is the median of a fifth of the time; ``at`` is the time between.
        """
        grown = [
            Use(
                late.at - middle.at,
                late.resident_bytes - middle.resident_bytes,
                late.descriptor_count - middle.descriptor_count,
            )
            for middle, late in (_halves(uses) for uses in self._uses.values() if len(uses) >= _USES_MIN)
        ]
        return Use(
            max((each.at for each in grown), default=0.0),
            max((each.resident_bytes for each in grown), default=0),
            max((each.descriptor_count for each in grown), default=0),
        )

    def _run(self) -> None:
        connection: Any = None
        while not self._ending.wait(_PERIOD_SECONDS):
            self._look_at_processes()
            if not self._is_with_hosts:
                continue
            try:
                if connection is None:
                    connection = psycopg.connect(
                        self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS,
                        options="-c statement_timeout=2000",
                    )  # fmt: skip
                rows = connection.execute(_COUNTS).fetchall()
            except psycopg.Error:
                if connection is not None:
                    connection.close()
                connection, rows = None, []
            if self._is_with_hosts:
                self._note(dict(rows))
        if connection is not None:
            connection.close()

    def _note(self, counts: dict[str, int]) -> None:
        now = time.monotonic()
        # First the gaps: a poll may itself have waited for as long as the database was away.
        for host, changed in self._changed_seconds.items():
            self._gaps[host] = max(self._gaps.get(host, 0.0), now - changed)
        for host, count in counts.items():
            if count != self._counts.get(host):
                self._note_change(host, now)
                self._counts[host] = count

    def _note_change(self, host: str, now: float) -> None:
        ended = self._recovered_seconds
        if ended is not None and self._changed_seconds.get(host, now) < ended:
            self._returns[host] = max(self._returns.get(host, 0.0), now - ended)
        self._changed_seconds[host] = now

    def _look_at_processes(self) -> None:
        for pid in self._pids():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                use = Use(time.monotonic(), process.memory_info().rss, process.num_fds())
                self._uses.setdefault(pid, []).append(use)


def _halves(uses: Sequence[Use]) -> tuple[Use, Use]:
    """Return the medians of the third and of the last fifth."""
    fifth = len(uses) // 5
    return _median(uses[2 * fifth : 3 * fifth]), _median(uses[-fifth:])


def _median(uses: Sequence[Use]) -> Use:
    return Use(
        median(use.at for use in uses),
        int(median(use.resident_bytes for use in uses)),
        int(median(use.descriptor_count for use in uses)),
    )
