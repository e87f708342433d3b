# SPDX-License-Identifier: Apache-2.0
"""Load averages from /proc/loadavg and the uptime from /proc/uptime.

The load counts runnable tasks and those in uninterruptible wait: it is a number of tasks, never a share.
"""

import math
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceError, SourceMalformedError, SystemTree

LOAD_PATH: Final = "/proc/loadavg"
UPTIME_PATH: Final = "/proc/uptime"


class LoadReading(Struct, frozen=True, kw_only=True):
    """Tasks running or waiting, averaged over 1, 5 and 15 minutes, and seconds since boot.

    Field names are figures.
    """

    load_1m: float
    load_5m: float
    load_15m: float
    uptime_seconds: float | None = None


class LoadCollector:
    """Reads both files once per tick."""

    name = "load"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[LoadReading]:
        """Return the reading of this instant."""
        load = self._tree.read(LOAD_PATH)
        try:
            return Collected(parse(load, self._tree.read(UPTIME_PATH)))
        except SourceError as error:
            return Collected(parse(load), str(error))


def parse(load: str, uptime: str | None = None) -> LoadReading:
    """Return the reading in the two texts; raise SourceMalformedError where a number is missing."""
    averages = [_number(LOAD_PATH, word) for word in load.split()[:3]]
    if len(averages) < 3:  # noqa: PLR2004 - one, five and fifteen minutes
        raise SourceMalformedError(f"{LOAD_PATH}: fewer than three numbers")
    seconds = None if uptime is None else _number(UPTIME_PATH, (uptime.split() or [""])[0])
    return LoadReading(load_1m=averages[0], load_5m=averages[1], load_15m=averages[2], uptime_seconds=seconds)


def _number(path: str, word: str) -> float:
    try:
        value = float(word)
    except ValueError as error:
        raise SourceMalformedError(f"{path}: {word[:40]!r} is not a number") from error
    if not math.isfinite(value) or value < 0:
        raise SourceMalformedError(f"{path}: {word[:40]!r} is out of range")
    return value
