# SPDX-License-Identifier: Apache-2.0
"""Orders of the VMs, each taken once for all viewers and kept while their rows change.

A row keeps its place while its figures change, so the keys are kept in their order: 4 bytes a VM.
"""

import secrets
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dashboard.pages.vms.view import View
from dashboard.web.answer_cache import AnswerCache

# So many are kept; a browser whose order was forgotten gets a new one.
ORDER_COUNT_MAX = 64
# So often it is looked whether the order of a view is out of date.
CHECK_SECONDS = 10.0


class Difference(NamedTuple):
    """What a newer order has that an older one has not, and the reverse; ``is_other`` if anything differs."""

    is_other: bool
    new_count: int = 0
    gone_count: int = 0


class Order:
    """The keys of VMs in an order. Its name is known to the browsers that hold it."""

    def __init__(self, view: View, domain_ids: Iterable[int]) -> None:
        self.name = secrets.token_hex(8)
        self.view = view
        self.domain_ids = array("i", domain_ids)
        self._compared: tuple[str, Difference] | None = None

    def difference(self, newer: "Order") -> Difference:
        """Return what a newer order says otherwise; viewers ask this again and again of the same two."""
        if self._compared is None or self._compared[0] != newer.name:
            self._compared = (newer.name, self._differing(newer))
        return self._compared[1]

    def _differing(self, newer: "Order") -> Difference:
        if self.domain_ids == newer.domain_ids:
            return Difference(is_other=False)
        old, new = set(self.domain_ids), set(newer.domain_ids)
        return Difference(is_other=True, new_count=len(new - old), gone_count=len(old - new))


class Orders:
    """Takes orders and keeps those that browsers hold."""

    def __init__(
        self,
        ask: Callable[[View], Iterable[int]],
        *,
        keep_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``keep_seconds``: so old may one be that a browser gets."""
        self._keep_seconds = keep_seconds
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Order] = OrderedDict()
        self._newest: AnswerCache[View, Order] = AnswerCache(
            lambda view: Order(view, ask(view)),
            keep_seconds=max(CHECK_SECONDS, keep_seconds),
            maximum_count=ORDER_COUNT_MAX,
            clock=clock,
        )

    def held(self, name: str, view: View) -> Order | None:
        """Return the order of this name, None if it is not kept or is one of another view."""
        with self._lock:
            order = self._held.get(name)
            if order is None or order.view != view:
                return None
            self._held.move_to_end(name)
            return order

    def fresh(self, view: View) -> Order:
        """Return an order for a browser, and keep it."""
        order = self._newest.get(view, younger_than_seconds=self._keep_seconds)
        with self._lock:
            self._held[order.name] = order
            self._held.move_to_end(order.name)
            while len(self._held) > ORDER_COUNT_MAX:
                self._held.popitem(last=False)
        return order

    def recent(self, view: View) -> Order:
        """Return an order to compare with: not older than CHECK_SECONDS."""
        return self._newest.get(view)
