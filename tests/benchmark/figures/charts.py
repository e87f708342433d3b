# SPDX-License-Identifier: Apache-2.0
"""The charts of a host and of a VM over an hour to a year, beside the longest wait allowed.

Warm: asked for the second time. Cold: no page of the database in memory, and a connection that has asked for
nothing else. Each round asks for several of them and counts the one that took longer than 95 %.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from tests.benchmark.charts import Charts, DomainCharts
from tests.benchmark.cold_pages import forget
from tests.benchmark.errors import UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading, quantile
from tests.benchmark.place import Place
from tests.benchmark.stock import Stock
from tests.benchmark.stored_history import HistoryShape, stored_history
from tests.benchmark.terminal import say

SHARE = 0.95
WARM_LIMIT_MILLISECONDS = 100.0
COLD_LIMIT_MILLISECONDS = 1_000.0
RANGES = {"1h": "now-1h", "24h": "now-24h", "7d": "now-7d", "30d": "now-30d", "1y": "now-1y"}
# What stands before the range in the name of a figure.
PREFIXES = {Charts.subject: "chart", DomainCharts.subject: "chart_vm"}
# So many of all hosts, or VMs, are asked for, evenly spread.
COUNT_PER_ROUND = 10


def _named(subject: str, name: str, *, is_cold: bool) -> Named:
    return Named(f"{PREFIXES[subject]}_{name}{'_cold' if is_cold else ''}", "ms, p95", "the limit")


def measure(stock: Stock) -> Iterator[Figure]:
    """Draw every range of some hosts and of a VM of each, warm and cold."""
    now, scale = datetime.now(UTC), stock.scale
    shape = HistoryShape(
        host_count=scale.chart_host_count,
        domain_count_per_host=scale.chart_domain_count,
        told_every=scale.chart_told_every,
        hours_for=timedelta(days=scale.chart_hour_days),
    )
    told = range(1, shape.host_count + 1, shape.told_every)
    hosts = [told[index * len(told) // COUNT_PER_ROUND] for index in range(COUNT_PER_ROUND)]
    domains = [(host_id - 1) * shape.domain_count_per_host + 1 for host_id in hosts]
    with stored_history(stock, shape, now) as here:
        for each, numbers in ((Charts, hosts), (DomainCharts, domains)):
            charts = each(here.database.dashboard_url, shape.tick, now)
            yield from figures(charts, here, numbers, scale.repeat_count)


def figures(charts: Charts, here: Place, numbers: Sequence[int], repeat_count: int) -> Iterator[Figure]:
    """Yield both figures of each range."""
    for name, from_text in RANGES.items():
        level = charts.level(from_text).name
        details = {"level": level, **charts.asked(numbers[0], from_text).details()}
        warm = [_warm(charts, here, numbers, from_text) for _ in range(repeat_count)]
        named = _named(charts.subject, name, is_cold=False)
        yield named.measured(warm, [Reading(WARM_LIMIT_MILLISECONDS, {})], details)
        cold = [_cold(charts, here, numbers, from_text) for _ in range(repeat_count)]
        say(f"{named.name}, from {level}: warm {warm[-1].value:.4g} ms, cold {cold[-1].value:.4g} ms")
        named = _named(charts.subject, name, is_cold=True)
        yield named.measured(cold, [Reading(COLD_LIMIT_MILLISECONDS, {})], details)


def _p95(values: list[float], cpu_seconds: Mapping[str, float]) -> Reading:
    found = quantile(values, SHARE)
    assert found is not None
    return Reading(found, cpu_seconds)


def _warm(charts: Charts, here: Place, numbers: Sequence[int], from_text: str) -> Reading:
    database, clocks = charts.opened(), here.servers.clocks()
    try:
        for number in numbers:
            charts.drawn(database, number, from_text)
        before, own = clocks.read(), time.process_time()
        taken = [charts.drawn(database, number, from_text) for number in numbers]
        used = {"dashboard": time.process_time() - own} | clocks.since(before)
        return _p95(taken, {name: seconds / len(numbers) for name, seconds in used.items()})
    finally:
        database.close()


def _cold(charts: Charts, here: Place, numbers: Sequence[int], from_text: str) -> Reading:
    instance = here.servers.database.instance
    if instance is None:
        raise UnavailableError("the database runs elsewhere: its files cannot be forgotten")
    data_directory = instance.data_directory
    with psycopg.connect(here.database.administrator_url, autocommit=True) as connection:

        def forget_all() -> None:
            forget(connection, data_directory)

        return _p95([charts.cold(number, from_text, forget_all) for number in numbers], {})


FAMILY = Family(
    "charts",
    tuple(
        _named(subject, name, is_cold=is_cold)
        for subject in PREFIXES
        for name in RANGES
        for is_cold in (False, True)
    ),
    measure,
)
