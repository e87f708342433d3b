# SPDX-License-Identifier: Apache-2.0
"""Figures that are measured together: what one of them is called, and who takes them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.benchmark.figure import Figure, Named
from tests.benchmark.stock import Stock


class Family(NamedTuple):
    """``measure`` returns a figure for each of ``names``.

    It raises UnavailableError when this machine has not what it takes, anything else when something failed.
    """

    name: str
    names: tuple[Named, ...]
    measure: Callable[[Stock], Iterable[Figure]]
