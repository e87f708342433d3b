# SPDX-License-Identifier: Apache-2.0
"""A figure of many objects over a window, from partial sums: each sample is added once. Pure.

Sums are kept by object and cell. A cell is a minute, of windows of more than an hour a sixtieth of them. A
window has the cell that is under way and those before it: it is up to a cell longer than it says.

Objects are numbered from 0. Times are seconds since 1970, by the clocks here. What is not known is NaN.
"""

from typing import Final, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_Item = TypeVar("_Item", bound=np.generic)
Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
# ``mean``: weighted by the time that each sample covers. ``sum``: of counts. ``number``: of events, whose
# absence is a zero.
Kind = Literal["mean", "sum", "number"]

_CELL_SECONDS: Final = 60
_CELL_COUNT_MAX: Final = 60
# Of how much of a window samples have to tell, so that it has a mean.
_KNOWN_SHARE: Final = 0.5


def cell_seconds(window_seconds: int) -> int:
    """Return the length of a cell: whole minutes, and at most sixty of them in a window."""
    return _CELL_SECONDS * max(1, -(-window_seconds // (_CELL_SECONDS * _CELL_COUNT_MAX)))


class Windows:
    """The sums of one figure over one window; not for windows of 0 seconds, which have no sum."""

    def __init__(self, object_count: int, window_seconds: int, kind: Kind) -> None:
        self._window_seconds = window_seconds
        self._kind = kind
        self._cell_seconds = cell_seconds(window_seconds)
        self._cell_count = -(-window_seconds // self._cell_seconds) + 1
        self._sums = np.zeros((self._cell_count, object_count))
        # Seconds that samples cover.
        self._covered = np.zeros((self._cell_count, object_count))
        self._newest_cell = 0

    def add(self, now: float, objects: Places, times: Numbers, values: Numbers, covers: Numbers) -> None:
        """Add samples, in any order; ``covers``: the seconds that each covers, its tick.

        One of before the window is left out, whenever it comes. One of later than now counts as of now.
        """
        self._advance(now)
        cells = np.minimum(times // self._cell_seconds, self._newest_cell).astype(np.int64)
        kept = ~np.isnan(values) & (cells > self._newest_cell - self._cell_count)
        weights = covers[kept]
        places = cells[kept] % self._cell_count * self._sums.shape[1] + objects[kept]
        added = values[kept] * weights if self._kind == "mean" else values[kept]
        np.add.at(self._sums.reshape(-1), places, added)
        np.add.at(self._covered.reshape(-1), places, weights)

    def values(self, now: float) -> Numbers:
        """Return the figure of each object over the window that ends now."""
        self._advance(now)
        sums: Numbers = self._sums.sum(axis=0)
        if self._kind == "number":
            return sums
        covered = self._covered.sum(axis=0)
        if self._kind == "sum":
            return np.where(covered > 0.0, sums, np.nan)
        known = covered >= _KNOWN_SHARE * self._window_seconds
        means = np.full_like(sums, np.nan)
        np.divide(sums, covered, out=means, where=known)
        return means

    def grow(self, object_count: int) -> None:
        """Make room for more objects."""
        self._sums = grown(self._sums, object_count, 0.0)
        self._covered = grown(self._covered, object_count, 0.0)

    def clear(self, place: int) -> None:
        """Make a place free for another object."""
        self._sums[:, place] = 0.0
        self._covered[:, place] = 0.0

    def _advance(self, now: float) -> None:
        """Empty the cells that begin; a clock that is set back begins none."""
        cell = int(now // self._cell_seconds)
        begun = min(cell - self._newest_cell, self._cell_count)
        for each in range(cell - begun + 1, cell + 1):
            self._sums[each % self._cell_count] = 0.0
            self._covered[each % self._cell_count] = 0.0
        self._newest_cell = max(cell, self._newest_cell)


class Newest:
    """The newest sample of one figure: what a rule without a window judges."""

    def __init__(self, object_count: int) -> None:
        self._values = np.full(object_count, np.nan)
        self._times = np.full(object_count, -np.inf)
        self._until = np.full(object_count, -np.inf)

    def add(self, now: float, objects: Places, times: Numbers, values: Numbers, covers: Numbers) -> None:
        """Add samples, in any order; one that is older than what is there changes nothing."""
        times = np.minimum(times, now)
        order = np.argsort(times, kind="stable")
        objects, times = objects[order], times[order]
        newer = times >= self._times[objects]
        # Of an object that comes twice the last one stays.
        objects, order = objects[newer], order[newer]
        self._values[objects] = values[order]
        self._times[objects] = times[newer]
        self._until[objects] = times[newer] + silence_seconds(covers[order])

    def values(self, now: float) -> Numbers:
        """Return the newest value of each object; one of which nothing has come for long is not known."""
        return np.where(self._until >= now, self._values, np.nan)

    def grow(self, object_count: int) -> None:
        """Make room for more objects."""
        self._values = grown(self._values, object_count, np.nan)
        self._times = grown(self._times, object_count, -np.inf)
        self._until = grown(self._until, object_count, -np.inf)

    def clear(self, place: int) -> None:
        """Make a place free for another object."""
        self._values[place] = np.nan
        self._times[place] = self._until[place] = -np.inf


def grown(array: NDArray[_Item], object_count: int, empty: object) -> NDArray[_Item]:
    """Return an array with room for more objects along its last axis."""
    added = np.full((*array.shape[:-1], object_count - array.shape[-1]), empty, dtype=array.dtype)
    return np.concatenate((array, added), axis=-1)


def silence_seconds(tick_seconds: Numbers) -> Numbers:
    """Return for how long a sample says how things are: as long as its host is not silent."""
    return np.maximum(5.0 * tick_seconds, 60.0)
