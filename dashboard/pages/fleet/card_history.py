# SPDX-License-Identifier: Apache-2.0
"""The cards of hosts as they changed, so that a browser gets those that changed since it saw them.

A browser names the feed and the cursor it has seen. A card whose last version it holds travels as what
differs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dashboard.pages.fleet.host_card import host_card
from dashboard.pages.fleet.queries import CardDomains, FleetHost
from dashboard.parts.change import Change, change
from dashboard.parts.contract import Items
from dashboard.parts.markup import Element


class Card(NamedTuple):
    """A card, what it was made of, and the cursors of this version and of the one before.

    ``change`` makes the version before this one; None where there was none of its shape.
    """

    rows: object
    element: Element
    cursor: int
    cursor_before: int = 0
    change: "Change | None" = None


class Cards(NamedTuple):
    """All cards at one moment. ``order_cursor`` is when hosts came or went."""

    cursor: int
    order_cursor: int
    by_host: dict[str, Card]

    def items(self, since: int) -> Items:
        """Return the cards that changed after a cursor; of the versions before the last no change is kept."""
        trees, changes = {}, {}
        for host, card in self.by_host.items():
            if card.cursor <= since:
                continue
            if card.change is not None and card.cursor_before <= since:
                changes[host] = card.change
            else:
                trees[host] = card.element
        order = list(self.by_host) if self.order_cursor > since else None
        return Items(trees=trees, changes=changes, order=order)


NO_CARDS = Cards(0, 0, {})


def following(last: Cards, rows: Mapping[str, tuple[FleetHost, CardDomains]]) -> Cards:
    """Return the cards of these rows, which came after those."""
    cursor = last.cursor + 1
    cards = {}
    for host, row in rows.items():
        old = last.by_host.get(host)
        # Between two samples of a host nothing of it is made anew.
        if old is not None and old.rows == row:
            cards[host] = old
        else:
            cards[host] = _card(old, Card(row, host_card(*row), cursor))
    return Cards(cursor, last.order_cursor if list(cards) == list(last.by_host) else cursor, cards)


def _card(old: Card | None, fresh: Card) -> Card:
    """Return the fresh card with its change, or as old as the last one if they look alike."""
    if old is None:
        return fresh
    if old.element == fresh.element:
        return old._replace(rows=fresh.rows)
    return fresh._replace(cursor_before=old.cursor, change=change(old.element, fresh.element))
