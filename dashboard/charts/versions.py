# SPDX-License-Identifier: Apache-2.0
"""Which rows a browser already holds: versions of columns by fingerprints of their rows.

A version keeps an instant and one hash per row, 24 KB for 1,500 rows, and no values. Rows change anywhere:
the last bucket fills, late samples fill gaps, the front leaves the range. What a browser may keep is the
longest run from the first instant on in which nothing changed.
"""

import base64
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.columns import Columns, Numbers
from dashboard.charts.contract import ColumnUpdate, TypedArray

Singles: TypeAlias = NDArray[np.float32]
Hashes: TypeAlias = NDArray[np.uint64]

MAXIMUM_VERSION_COUNT = 512

# The finalizer and the increment of SplitMix64 (Steele, Lea and Flood 2014).
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))


class Fingerprint(NamedTuple):
    """The instants of rows and a hash of each row's values."""

    times_seconds: Numbers
    hashes: Hashes


class Kept(NamedTuple):
    """What is kept of older rows: from the first after the dropped ones, so many."""

    dropped_count: int
    kept_count: int


class Rows(NamedTuple):
    """The rows of one chart, ready to be sent. ``series`` names what they belong to."""

    series: str
    version: str
    fingerprint: Fingerprint
    values: Mapping[str, Singles]


def rows(series: str, times_seconds: Numbers, columns: Columns) -> Rows:
    """Return rows with the name of their version: equal rows of a series have equal names."""
    values = {name: _single(column) for name, column in columns.items()}
    fingerprint = Fingerprint(times_seconds, _hashes(len(times_seconds), values))
    text = hashlib.blake2s(digest_size=8)
    for part in (series.encode(), *(name.encode() for name in values)):
        text.update(part + b"\0")
    text.update(times_seconds.tobytes())
    text.update(fingerprint.hashes.tobytes())
    return Rows(series, text.hexdigest(), fingerprint, values)


def kept(old: Fingerprint, new: Fingerprint) -> Kept:
    """Return which run of the old rows the new ones begin with."""
    if not len(new.times_seconds):
        return Kept(len(old.times_seconds), 0)
    dropped = int(np.searchsorted(old.times_seconds, new.times_seconds[0]))
    count = min(len(old.times_seconds) - dropped, len(new.times_seconds))
    behind = slice(dropped, dropped + count)
    is_same = (old.times_seconds[behind] == new.times_seconds[:count]) & (
        old.hashes[behind] == new.hashes[:count]
    )
    return Kept(dropped, count if is_same.all() else int(np.argmin(is_same)))


def typed(values: Singles) -> TypedArray:
    """Return values in single precision: seven digits are more than a chart shows."""
    return TypedArray("f4", base64.b64encode(values.astype("<f4").tobytes()).decode("ascii"))


def typed_exact(values: Numbers) -> TypedArray:
    """Return values in double precision, which instants in seconds since the epoch need."""
    return TypedArray("f8", base64.b64encode(values.astype("<f8").tobytes()).decode("ascii"))


class Versions:
    """Remembers the versions that were given out; the least recently used ones are forgotten."""

    def __init__(self, maximum_count: int = MAXIMUM_VERSION_COUNT) -> None:
        self._maximum_count = maximum_count
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Fingerprint] = OrderedDict()

    def update(self, new: Rows, series: str, version: str) -> ColumnUpdate:
        """Return what leads from the version that a browser holds to the new rows, and remember these."""
        base = self._find(series, version) if series == new.series else None
        self._remember(new)
        run = Kept(0, 0) if base is None else kept(base, new.fingerprint)
        is_kept = run.kept_count > 0
        added = {name: column[run.kept_count :] for name, column in new.values.items()}
        return ColumnUpdate(
            series=new.series,
            version=new.version,
            base=version if is_kept else "",
            dropped_count=run.dropped_count if is_kept else 0,
            kept_count=run.kept_count,
            times_seconds=typed_exact(new.fingerprint.times_seconds[run.kept_count :]),
            columns={name: typed(column) for name, column in added.items() if np.isfinite(column).any()},
        )

    def _find(self, series: str, version: str) -> Fingerprint | None:
        with self._lock:
            found = self._known.get((series, version))
            if found is not None:
                self._known.move_to_end((series, version))
            return found

    def _remember(self, new: Rows) -> None:
        with self._lock:
            self._known[new.series, new.version] = new.fingerprint
            self._known.move_to_end((new.series, new.version))
            while len(self._known) > self._maximum_count:
                self._known.popitem(last=False)


def _single(values: Numbers) -> Singles:
    """Return values in single precision with one form of NaN and of zero, since bits are compared."""
    single = values.astype(np.float32) + np.float32(0.0)
    single[np.isnan(single)] = np.nan
    return single


def _hashes(count: int, values: Mapping[str, Singles]) -> Hashes:
    hashes = np.zeros(count, dtype=np.uint64)
    for column in values.values():
        hashes = _mixed((hashes ^ column.view(np.uint32).astype(np.uint64)) + _INCREMENT)
    return hashes


def _mixed(numbers: Hashes) -> Hashes:
    for shift, factor in _FACTORS:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * factor
    return numbers ^ (numbers >> np.uint64(31))
