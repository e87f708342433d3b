# SPDX-License-Identifier: Apache-2.0
"""What a browser gets that opens a page, or searches: nothing of it is in a cache."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec
import orjson

from dashboard.charts.contract import ChartView, written_chart
from dashboard.components.table_feed import TableFeed
from dashboard.database import Database
from dashboard.history.charted_answer import Answer
from dashboard.pages.fleet.feed import FleetFeed
from dashboard.pages.fleet.queries import (
    DOMAIN_STATES,
    FLEET_DAY,
    FLEET_EVENTS,
    FLEET_HOSTS,
    SUFFERING_DOMAINS,
)
from dashboard.pages.host.feed import HostFeed
from dashboard.pages.host.queries import HOST_DOMAINS, HOST_EVENTS, HOST_NOW, HOST_SAMPLES_RAW
from dashboard.pages.host.stack import HOST_RESIDENT_COUNT, HOST_STACK_RAW
from dashboard.pages.hosts.page import SOURCE as HOSTS_SOURCE
from dashboard.pages.vm.feed import VmFeed
from dashboard.pages.vm.queries import (
    VM_DISKS,
    VM_EVENTS,
    VM_INTERFACES,
    VM_NAMES,
    VM_NEIGHBOURS,
    VM_NOW,
    VM_SAMPLES_RAW,
    VM_STAYS,
)
from dashboard.pages.vms.feed import VmsFeed
from dashboard.pages.vms.queries import VMS_COUNT, VMS_ORDER, VMS_ROWS
from dashboard.pages.vms.view import WINDOWS
from dashboard.parts.contract import Request, Update, written
from dashboard.queries import Query
from dashboard.search.answer import Search
from dashboard.search.contract import SearchTyped
from dashboard.search.names import DOMAIN_NAMES, HOST_NAMES

KEEP_SECONDS = 1.0
LAST_HOUR = "?from=now-1h&to=now"
_VMS = (VMS_COUNT, VMS_ORDER, VMS_ROWS)


class Opened(NamedTuple):
    """What a page asks of the database for a viewer who opens it, and how long its answer may take.

    ``about`` has the parameters that are not those of all pages; ``order`` is the sort of the rows.
    """

    queries: tuple[Query[Any], ...]
    milliseconds_max: float
    about: Mapping[str, Any] = {}
    order: str = "name"


# A search is answered from memory, which its questions fill. All panels of a host or VM come in one answer.
OPENED: Mapping[str, Opened] = {
    "page_fleet": Opened((FLEET_HOSTS, DOMAIN_STATES, SUFFERING_DOMAINS, FLEET_DAY, FLEET_EVENTS), 150.0),
    "page_hosts": Opened((HOSTS_SOURCE.everything.query, HOSTS_SOURCE.filtered.query), 150.0),
    "page_vms": Opened(_VMS, 150.0),
    # The top of a window, from all VMs of the fleet.
    **{
        f"page_vms_{window}": Opened(_VMS, 150.0, {"statistic": "p95", "window": window}, "steal_ratio DESC")
        for window in WINDOWS
    },
    "page_host": Opened(
        (HOST_NOW, HOST_DOMAINS, HOST_EVENTS, HOST_SAMPLES_RAW, HOST_RESIDENT_COUNT, HOST_STACK_RAW), 50.0
    ),
    "page_vm": Opened(
        (
            VM_NOW,
            VM_STAYS,
            VM_NAMES,
            VM_EVENTS,
            VM_NEIGHBOURS,
            VM_DISKS,
            VM_INTERFACES,
            VM_SAMPLES_RAW,
        ),
        50.0,
    ),
    "search": Opened((HOST_NAMES, DOMAIN_NAMES), 150.0),
}


def answers(database: Database, parameters: Mapping[str, Any]) -> Mapping[str, Callable[[], bytes]]:
    """Return a function for each of OPENED that gives the bytes of an answer."""
    search = Search(database)
    host = Request(number=1, path=f"/host/{parameters['host']}", search=LAST_HOUR)
    hosts, vms = Request(number=1, path="/hosts"), Request(number=1, path="/vms")
    vm = Request(number=1, path=f"/vm/{parameters['uuid']}", search=LAST_HOUR)
    tops = {
        f"page_vms_{window}": Request(number=1, path="/vms", search=f"?over=p95-{window}&sort=-steal")
        for window in WINDOWS
    }
    return {
        "page_fleet": lambda: sent(FleetFeed(database, keep_seconds=KEEP_SECONDS).answer(Request(number=1))),
        "page_hosts": lambda: sent(
            TableFeed(database, HOSTS_SOURCE, keep_seconds=KEEP_SECONDS).answer(hosts)
        ),
        **{name: partial(table_of_vms, database, asked) for name, asked in {"page_vms": vms, **tops}.items()},
        "page_host": lambda: charted(HostFeed(database, keep_seconds=KEEP_SECONDS).answer(host, ChartView())),
        "page_vm": lambda: charted(VmFeed(database, keep_seconds=KEEP_SECONDS).answer(vm, ChartView())),
        "search": partial(found, search, parameters["name"]),
    }


def sent(update: Update) -> bytes:
    """Return an update as it is sent."""
    return orjson.dumps(written(update))


def table_of_vms(database: Database, asked: Request) -> bytes:
    """Return the table of VMs as it is sent."""
    return sent(VmsFeed(database, keep_seconds=KEEP_SECONDS).answer(asked))


def charted(answer: Answer) -> bytes:
    """Return the answer of a page with a chart as it is sent."""
    return orjson.dumps([written(answer.update), answer.chart and written_chart(answer.chart)])


def found(search: Search, text: str) -> bytes:
    """Return the answer to a text in the search field as it is sent."""
    return msgspec.json.encode(search.answer(SearchTyped(number=1, text=text)))
