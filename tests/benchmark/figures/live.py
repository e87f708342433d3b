# SPDX-License-Identifier: Apache-2.0
"""A live fleet: how fresh it is in the database, and how a backlog is caught up while it goes on."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from consumer.settings import IngestSettings
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading, quantile
from tests.benchmark.live_site import DOMAINS_PER_HOST, LiveSite, live_site
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

LINGER = "the longest that a flush waits for more"
FRESH = {0.5: Named("freshness_p50", "s", LINGER), 0.99: Named("freshness_p99", "s", LINGER)}
CATCH_UP = Named("catch_up", "VM rows/s", "rate of arrival")
MEANWHILE = {
    0.5: Named("catch_up_freshness_p50", "s", LINGER),
    0.99: Named("catch_up_freshness_p99", "s", LINGER),
}
# Younger than this when it is committed, a sample waited behind nothing.
CAUGHT_UP_SECONDS = 2.0
CATCH_UP_LIMIT_SECONDS = 120.0
SETTLE_LIMIT_SECONDS = 60.0


def measure(stock: Stock) -> Iterator[Figure]:
    """Measure freshness, then outages one after the other; nothing may be lost by the end."""
    linger = [Reading(IngestSettings().flush_seconds, {})]
    with live_site(stock) as live:
        say(f"waiting for {live.host_count} hosts")
        live.wait_for_hosts()
        await_steady_state(live)
        windows = [window(live, stock.scale.window_seconds) for _ in range(stock.scale.repeat_count)]
        details: dict[str, Any] = {"hosts": live.host_count, "vms_per_host": DOMAINS_PER_HOST}
        fresh = [
            named.measured([at(share, found, used) for found, used in windows], linger, details)
            for share, named in FRESH.items()
        ]
        outages = [outage(live, stock.scale.outage_seconds) for _ in range(stock.scale.repeat_count)]
        live.finish()
    yield from fresh
    arriving = [Reading(live.arriving_rows_per_second, {})]
    details |= {"outage_seconds": stock.scale.outage_seconds}
    yield CATCH_UP.measured(
        [rate for rate, _ in outages],
        arriving,
        details | {"caught_up_seconds": [round(rate.row_count / rate.value, 2) for rate, _ in outages]},
    )
    for share, named in MEANWHILE.items():
        yield named.measured([at(share, ages, rate.cpu_seconds) for rate, ages in outages], linger, details)


def at(share: float, ages: Sequence[float], used: Mapping[str, float]) -> Reading:
    """Return a quantile of some ages."""
    value = quantile(ages, share)
    if value is None:
        raise BenchmarkError("no batch was committed")
    return Reading(value, used, len(ages))


def await_steady_state(live: LiveSite) -> None:
    """Wait until nothing is left of the beginning, in which all VMs are new; a machine may be too busy."""
    ends_at = time.monotonic() + SETTLE_LIMIT_SECONDS
    while time.monotonic() < ends_at:
        found = live.look()
        if found and max(each.age_seconds for each in found) < CAUGHT_UP_SECONDS:
            return
    say("the fleet does not become fresh; measured all the same")


def window(live: LiveSite, seconds: float) -> tuple[list[float], dict[str, float]]:
    """Return the ages of what is committed within a time, and the CPU seconds it took."""
    live.look()
    before, ends_at = live.clocks.read(), time.monotonic() + seconds
    ages: list[float] = []
    while time.monotonic() < ends_at:
        ages += [each.age_seconds for each in live.look()]
    p50, p99 = (quantile(ages, share) or 0.0 for share in FRESH)
    say(f"freshness of {len(ages)} batches: p50 {p50:.2f} s, p99 {p99:.2f} s")
    return ages, live.clocks.since(before)


def outage(live: LiveSite, seconds: float) -> tuple[Reading, list[float]]:
    """End the consumer for a while; return how fast it catches up, and the ages of live samples meanwhile.

    It has caught up when what is committed was sampled after its start and a moment ago.
    """
    live.end_consumer()
    stored, ends_at = live.stored_count(), time.monotonic() + seconds
    while time.monotonic() < ends_at:
        live.look()
    live.start_consumer()
    begun_second, ages = time.time(), list[float]()
    began, before = time.monotonic(), live.clocks.read()
    ends_at, has_begun = began + CATCH_UP_LIMIT_SECONDS, False
    while time.monotonic() < ends_at:
        found = live.look()
        has_begun = has_begun or bool(found)
        if not has_begun:
            # It is still starting.
            began, before = time.monotonic(), live.clocks.read()
        fresh = [each.age_seconds for each in found if each.sampled_second > begun_second]
        ages += fresh
        if fresh and max(each.age_seconds for each in found) < CAUGHT_UP_SECONDS:
            rows = (live.stored_count() - stored) * DOMAINS_PER_HOST
            elapsed = time.monotonic() - began
            say(f"catch-up: {rows} VM rows in {elapsed:.2f} s")
            return Reading(rows / elapsed, live.clocks.since(before), rows), ages
    raise BenchmarkError(f"not caught up within {CATCH_UP_LIMIT_SECONDS:g} s after {seconds:g} s")


FAMILY = Family("live", (*FRESH.values(), CATCH_UP, *MEANWHILE.values()), measure)
