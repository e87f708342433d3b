# SPDX-License-Identifier: Apache-2.0
"""Repetitions in turn: A B C A B C, so that what slows the machine for a while slows all of them."""

from collections.abc import Callable, Mapping

from tests.benchmark.figure import Reading
from tests.benchmark.terminal import say

Arm = Callable[[], Reading]


def add_round(found: dict[str, list[Reading]], arms: Mapping[str, Arm], words: str = "") -> None:
    """Take a reading of each arm, in their order, and add it to what was found before."""
    for name, take in arms.items():
        reading = take()
        found.setdefault(name, []).append(reading)
        if words:
            say(f"{words}: {name} {reading.value:,.4g}")
