# SPDX-License-Identifier: Apache-2.0
"""One measured figure beside its ceiling, and how several of them are written down. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

_NUMBER_DIGITS = 4
_P95 = 0.95


class Reading(NamedTuple):
    """What one repetition gave; ``cpu_seconds`` by process, over the time the value is about."""

    value: float
    cpu_seconds: Mapping[str, float]
    row_count: int = 0


class Figure(Struct, frozen=True, kw_only=True):
    """A figure as bench.json has it.

    ``value`` and ``ceiling`` are medians of ``values`` and ``ceilings``, which were taken in turn; ``beside``
    says what the ceiling is. ``cpu_seconds`` and ``ceiling_cpu_seconds`` are medians of one repetition.
    ``p95`` and ``ceiling_p95`` are of the same repetitions, for figures with a ``limit``. It is what p95 may
    be at most on a machine that does nothing else. Without a value, ``reason`` says why.
    """

    name: str
    unit: str
    value: float | None = None
    beside: str = ""
    ceiling: float | None = None
    ratio: float | None = None
    p95: float | None = None
    ceiling_p95: float | None = None
    limit: float | None = None
    values: tuple[float, ...] = ()
    ceilings: tuple[float, ...] = ()
    cpu_seconds: dict[str, float] = {}
    ceiling_cpu_seconds: dict[str, float] = {}
    row_count: int | None = None
    details: dict[str, Any] = {}
    reason: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """Everything that one run of the benchmarks says."""

    figures: tuple[Figure, ...]
    machine: dict[str, Any]


class Named(NamedTuple):
    """What a figure is called, its unit, and what stands beside it; ``limit`` is the most its p95 may be."""

    name: str
    unit: str
    beside: str = ""
    limit: float | None = None

    def measured(
        self,
        readings: Sequence[Reading],
        ceilings: Sequence[Reading] = (),
        details: Mapping[str, Any] | None = None,
    ) -> Figure:
        """Return the figure of some repetitions and of those of its ceiling."""
        value = rounded(median(each.value for each in readings))
        ceiling = rounded(median(each.value for each in ceilings)) if ceilings else None
        return Figure(
            name=self.name,
            unit=self.unit,
            value=value,
            beside=self.beside,
            ceiling=ceiling,
            ratio=rounded(value / ceiling) if ceiling else None,
            p95=self._p95(readings),
            ceiling_p95=self._p95(ceilings),
            limit=self.limit,
            values=tuple(rounded(each.value) for each in readings),
            ceilings=tuple(rounded(each.value) for each in ceilings),
            cpu_seconds=_median_of_each(readings),
            ceiling_cpu_seconds=_median_of_each(ceilings),
            row_count=readings[0].row_count or None,
            details=dict(details or {}),
        )

    def missing(self, reason: str) -> Figure:
        """Return the figure without a value."""
        return Figure(name=self.name, unit=self.unit, beside=self.beside, limit=self.limit, reason=reason)

    def _p95(self, readings: Sequence[Reading]) -> float | None:
        found = quantile([each.value for each in readings], _P95) if self.limit is not None else None
        return None if found is None else rounded(found)


def rounded(value: float) -> float:
    """Return a number with four significant digits; more would be noise."""
    return float(f"{value:.{_NUMBER_DIGITS}g}")


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that a share of all values does not exceed, None of no values."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else None


def _median_of_each(readings: Sequence[Reading]) -> dict[str, float]:
    names = {name: None for each in readings for name in each.cpu_seconds}
    return {
        name: round(median(each.cpu_seconds[name] for each in readings if name in each.cpu_seconds), 3)
        for name in names
    }


def encode(report: Report) -> bytes:
    """Return a report as JSON that a person can read as well."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
