# SPDX-License-Identifier: Apache-2.0
"""What an address asks of the table: which VMs, in which order, and over which time their figures are."""

from typing import NamedTuple
from urllib.parse import parse_qs

from dashboard.components.table_feed import read_filter
from dashboard.errors import AddressError
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.filters.tree import Node
from dashboard.pages.vms.columns import SORTS

SORT = "sort"
OVER = "over"
STATISTICS = {"mean": "mean", "p95": "95th percentile", "max": "maximum"}
WINDOWS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}


class Sort(NamedTuple):
    """By what the rows are sorted; ``name`` is one of SORTS."""

    name: str = "name"
    is_descending: bool = False


class Over(NamedTuple):
    """Of what the figures are: those of now, or a statistic of a window of the view domain_windows."""

    statistic: str = "now"
    window: str = ""


class View(NamedTuple):
    """What viewers share whose addresses ask the same."""

    filter: Node | None = None
    sort: Sort = Sort()
    over: Over = Over()


def read_view(search: str) -> View:
    """Return what an address asks; raise FilterError for its filter, AddressError for the rest."""
    wanted = read_filter(search, DOMAIN_FIELDS)
    parameters = parse_qs(search.removeprefix("?"))
    sort = _sort(parameters.get(SORT, ["name"])[0])
    return View(wanted, sort, _over(parameters.get(OVER, ["now"])[0]))


def _sort(text: str) -> Sort:
    sort = Sort(text.removeprefix("-"), text.startswith("-"))
    if sort.name not in SORTS:
        raise AddressError("its sort is by no column of this table")
    return sort


def _over(text: str) -> Over:
    if text == "now":
        return Over()
    statistic, _, window = text.partition("-")
    if statistic not in STATISTICS or window not in WINDOWS:
        raise AddressError("its figures are over no time that is kept")
    return Over(statistic, window)
