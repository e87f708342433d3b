# SPDX-License-Identifier: Apache-2.0
"""Whether a sum over devices is that of all of them. What one did that came or went nobody knows."""

from collections.abc import Iterable

from publisher.rates.counter_watch import CounterWatch


def tell_partial(watch: CounterWatch, before: Iterable[str], now: Iterable[str]) -> bool:
    """Tell which devices came or went between two readings; return whether none did."""
    old, new = set(before), set(now)
    if old == new:
        return True
    for words, names in (("new", new - old), ("gone", old - new)):
        if names:
            watch.tell(f"totals are not known: {', '.join(sorted(names))} {words}")
    return False
