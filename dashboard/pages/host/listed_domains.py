# SPDX-License-Identifier: Apache-2.0
"""The list of a host's VMs: as they are now, or as they were at the end of a past range; sorted, and calm."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.components.host_words import host_path
from dashboard.database import Database
from dashboard.errors import QueryTimeoutError, RangeError
from dashboard.history.wanted_range import WantedRange, kept_query, named_in, query_with, wanted_range
from dashboard.pages.host.domain_order import (
    SORT,
    SORTS,
    DomainSort,
    in_places,
    next_sort,
    read_sort,
    sorted_domains,
)
from dashboard.pages.host.domain_table import SortedBy, domain_table
from dashboard.pages.host.past_domains import PastDomains, past_words, read_past_domains
from dashboard.pages.host.queries import HostDomain, HostNow
from dashboard.parts.contract import Request
from dashboard.parts.markup import Element, h
from dashboard.web.answer_cache import AnswerCache

PAST_KEEP_SECONDS = 10.0
# Rows do not jump with each sample while somebody reads them.
ORDER_KEEP_SECONDS = 60.0
NO_SAMPLE_THEN = "not known: no sample then"


class PastKey(NamedTuple):
    """The end of a range of one host, as the URL names it."""

    host_id: int
    wanted: WantedRange


class OrderKey(NamedTuple):
    """An order of the VMs of one host."""

    host: str
    sort: DomainSort


class ListedDomains:
    """Answers with the list. ``present`` gives the VMs of a host at their newest samples."""

    def __init__(
        self,
        database: Database,
        present: Callable[[str], Sequence[HostDomain]],
        now: Callable[[], datetime],
    ) -> None:
        self._now = now
        self._past: AnswerCache[PastKey, PastDomains] = AnswerCache(
            lambda key: read_past_domains(database, key.host_id, key.wanted.window(now()).end, now()),
            keep_seconds=PAST_KEEP_SECONDS,
            maximum_count=64,
        )
        self._places: AnswerCache[OrderKey, dict[str, int]] = AnswerCache(
            lambda key: {
                domain.uuid: place for place, domain in enumerate(sorted_domains(present(key.host), key.sort))
            },
            keep_seconds=ORDER_KEEP_SECONDS,
            maximum_count=256,
        )

    def part(self, request: Request, host: HostNow, domains: Sequence[HostDomain]) -> Element:
        """Return the list of the end of the range that a request names; raise a DatabaseError.

        A range that cannot be read has no end: the list is of now.
        """
        sort = read_sort(named_in(request).get(SORT, [None])[0])
        addresses = {
            name: host_path(host.host) + query_with(request, SORT, next_sort(name, sort).text)
            for name in SORTS
        }
        sorted_by, query = SortedBy(sort, addresses), kept_query(request)
        wanted = wanted_range(request)
        if self._is_past(wanted):
            try:
                past = self._past.get(PastKey(host.host_id, wanted))
            except QueryTimeoutError as error:
                return h("p", h("strong", str(error)), class_="note note--bad")
            listed = sorted_domains([domain.in_table() for domain in past.domains], sort)
            table = domain_table(listed, None, query, sorted_by, NO_SAMPLE_THEN) if listed else None
            return h("div", past_words(past), table)
        stale_at = None if host.stale_at is None else host.stale_at.isoformat()
        listed = in_places(domains, self._places.get(OrderKey(host.host, sort)))
        words = h("p", "Now, at the newest sample. Their order is kept for a minute.", class_="quiet")
        return h("div", words if listed else None, domain_table(listed, stale_at, query, sorted_by))

    def _is_past(self, wanted: WantedRange) -> bool:
        now = self._now()
        try:
            window = wanted.window(now)
        except RangeError:
            return False
        return not window.is_live and window.end < now
