# SPDX-License-Identifier: Apache-2.0
"""What the table shows: blocks of rows in an order that stays while a person looks at it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from dashboard.components.failure import failed, noticed
from dashboard.components.notices import first_run, slow_answer
from dashboard.database import Database
from dashboard.errors import AddressError, DatabaseError, FilterError
from dashboard.filters.advice import advice
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.filters.sql import condition
from dashboard.filters.sql import order as order_by
from dashboard.filters.tree import written as filter_text
from dashboard.pages.vms.columns import SORTS, TEXT_SORTS, cells, gone
from dashboard.pages.vms.orders import Difference, Order, Orders
from dashboard.pages.vms.queries import VMS_COUNT, VMS_ORDER, VMS_ROWS, VmCount
from dashboard.pages.vms.view import STATISTICS, WINDOWS, Over, View, read_view
from dashboard.parts.contract import (
    NOTICE,
    Block,
    BlockWanted,
    Request,
    TableRow,
    Update,
    fresh_parts,
    gone_parts,
)
from dashboard.parts.markup import Element, digest, h
from dashboard.web.answer_cache import AnswerCache

TITLE = "VMs · kvmgrid"
COUNT = "count"
# Whether the order is out of date.
ORDER = "order"
NOTHING = "nothing"
# Over which time the figures are.
OVER = "over"
_PARTS = frozenset({NOTICE, ORDER, NOTHING, OVER})
# More VMs than these are said, and not shown.
VM_COUNT_MAX = 100_000
COUNT_KEEP_SECONDS = 10.0
# What a browser holds that was told that its address cannot be read: no rows.
UNREADABLE = "unreadable"
_NOTHING_WANTED = BlockWanted(count=100)


class VmsFeed:
    """Answers the requests of the page."""

    def __init__(
        self,
        database: Database,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._now = now
        self.orders = Orders(self._ask_order, keep_seconds=keep_seconds)
        self._counts: AnswerCache[None, VmCount] = AnswerCache(
            lambda _: database.fetch(VMS_COUNT)[0], keep_seconds=max(COUNT_KEEP_SECONDS, keep_seconds)
        )
        self._rows: AnswerCache[tuple[Over, tuple[int, ...]], list[TableRow]] = AnswerCache(
            lambda wanted: self.ask_rows(*wanted), keep_seconds=keep_seconds
        )

    def answer(self, request: Request) -> Update:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        update = self._news(request)
        # Stamped last: the browser measures ages against the moment that an answer leaves.
        return msgspec.structs.replace(update, title=TITLE, now_ms=self._now_ms())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return Update(number=number, now_ms=self._now_ms(), banner=slow_answer())

    def ask_rows(self, over: Over, domain_ids: Sequence[int]) -> list[TableRow]:
        """Return the rows of VMs, in this order."""
        if not domain_ids:
            return []
        found = self._database.fetch(VMS_ROWS, {"domain_ids": list(domain_ids), **over._asdict()})
        known = {row.domain_id: cells(row) for row in found}
        return [known.get(domain_id) or gone(domain_id) for domain_id in domain_ids]

    def _ask_order(self, view: View) -> list[int]:
        ((domain_ids,),) = self._database.fetch(
            VMS_ORDER,
            {"limit": VM_COUNT_MAX, **view.over._asdict()},
            condition=condition(view.filter, DOMAIN_FIELDS),
            order=order_by(
                SORTS[view.sort.name],
                is_descending=view.sort.is_descending,
                is_text=view.sort.name in TEXT_SORTS,
            ),
        )
        return domain_ids or []

    def _news(self, request: Request) -> Update:
        try:
            # While there is nothing, the first host may come with each answer.
            count = self._counts.get(None)
            if not count.host_count:
                count = self._counts.get(None, younger_than_seconds=0.0)
            if not count.host_count:
                return noticed(request, first_run())
            view = read_view(request.search)
            return self._shown(request, view, count.domain_count)
        except FilterError:
            return self._unreadable(request, count.domain_count, "the filter cannot be read")
        except AddressError as error:
            return self._unreadable(request, count.domain_count, f"the address cannot be read: {error}")
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)

    def _shown(self, request: Request, view: View, domain_count: int) -> Update:
        wanted = request.block or _NOTHING_WANTED
        held = self.orders.held(wanted.order, view)
        difference = Difference(is_other=False)
        if held is not None:
            difference = held.difference(self.orders.recent(view))
            if not held.domain_ids and difference.is_other:
                # Nothing would move.
                held, difference = None, Difference(is_other=False)
        order = self.orders.fresh(view) if held is None else held
        total = len(order.domain_ids)
        block = self._block(order, wanted, is_new=held is None)
        parts = {COUNT: _count(view, total, domain_count)}
        if view.over.window:
            parts[OVER] = _over(view.over, block.rows)
        if difference.is_other:
            parts[ORDER] = _outdated(difference)
        if not total:
            parts[NOTHING] = _nothing(view)
        return Update(
            number=request.number,
            parts=fresh_parts(parts, request.seen),
            gone=gone_parts(_PARTS - parts.keys(), request.seen),
            block=None if held is not None and block.digest == wanted.digest else block,
        )

    def _block(self, order: Order, wanted: BlockWanted, *, is_new: bool) -> Block:
        start = 0 if is_new else wanted.start
        count = max(wanted.count, _NOTHING_WANTED.count) if is_new else wanted.count
        rows = self._rows.get((order.view.over, tuple(order.domain_ids[start : start + count])))
        total = len(order.domain_ids)
        return Block(order=order.name, total=total, start=start, digest=digest(rows), rows=rows)

    def _unreadable(self, request: Request, domain_count: int, reason: str) -> Update:
        """Return no rows: the field of the filter says what is wrong with it."""
        held = request.block is not None and request.block.order == UNREADABLE
        words = f"none of {_vms(domain_count)}: {reason}"
        return Update(
            number=request.number,
            parts=fresh_parts({COUNT: h("span", words)}, request.seen),
            gone=gone_parts(_PARTS, request.seen),
            block=None if held else Block(order=UNREADABLE, total=0, start=0, digest="", rows=[]),
        )

    def _now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)


def _vms(count: int) -> str:
    return f"{count:,} {'VM' if count == 1 else 'VMs'}"


def _count(view: View, shown_count: int, domain_count: int) -> Element:
    # A VM may be new to one of the two questions.
    total = _vms(max(shown_count, domain_count))
    if view.filter is None and shown_count < VM_COUNT_MAX:
        return h("span", _vms(shown_count))
    bound = ", the first that the table shows" if shown_count == VM_COUNT_MAX else ""
    return h("span", f"{shown_count:,} of {total}{bound}")


def _outdated(difference: Difference) -> Element:
    found = [
        f"{count:,} {word}"
        for count, word in ((difference.new_count, "new"), (difference.gone_count, "gone"))
        if count
    ]
    return h(
        "span",
        h("span", f"{', '.join(found)} " if found else "", class_="quiet"),
        h("button", "Sort again", type="button", class_="button button--small", data_table_again="yes"),
    )


def _over(over: Over, rows: Sequence[TableRow]) -> Element:
    what = {"p95": "95th percentile of means of 5 minutes"}.get(over.statistic, STATISTICS[over.statistic])
    words = f"CPU, steal, resident memory, latency, disk and network: {what} over {WINDOWS[over.window]}"
    bound = (
        ""
        if over.statistic == "mean"
        else "; of disk and network that of each direction, added: an upper bound"
    )
    until = min((str(row["until"]) for row in rows if "until" in row), default=None)
    if until is None:
        return h("span", f"{words}; none is made yet. The rest is of now.")
    return h(
        "span",
        f"{words} up to ",
        h("time", "", class_="clock", datetime=until),
        # A history that is still being made ends long ago.
        ", ",
        h("time", "", class_="age", datetime=until, data_suffix=" ago", data_coarse="yes"),
        f"{bound}; the rest is of now.",
    )


def _nothing(view: View) -> Element:
    if view.filter is None:
        return h("p", "The hosts have no VMs.", class_="table-nothing")
    words = advice(view.filter)
    return h(
        "p",
        "No VM is ",
        h("code", filter_text(view.filter)),
        ". ",
        None if words is None else f"{words} ",
        h("button", "Show all VMs", type="button", class_="button button--small", data_table_all="yes"),
        class_="table-nothing",
    )
