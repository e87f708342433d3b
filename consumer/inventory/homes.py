# SPDX-License-Identifier: Apache-2.0
"""Where domains live that a host lists though they do not live there, as the database knows it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import class_row

from consumer.database import Connection
from consumer.statements import statement


class Home(NamedTuple):
    """The host that a domain lives on, and what is stored of both; no host where it lives nowhere."""

    domain_id: int
    host_id: int | None
    since: datetime | None
    # Whether the domain is known to be inactive there.
    is_inactive: bool
    state: int | None
    state_reason: int | None
    # The longest that counts, where nothing of the host is stored yet.
    tick_seconds: float
    # How long after its newest sample a host of this tick is stale.
    stale_after_seconds: float
    # When the newest list of the host arrived, of those that are stored.
    arrived_at: datetime | None
    # When the last stay of a domain ended that lives nowhere; None where it never lived anywhere.
    ended_at: datetime | None

    def may_begin(self, at: datetime) -> bool:
        """Tell whether a list of that time can begin a stay of a domain that lives nowhere."""
        return self.host_id is None and (self.ended_at is None or self.ended_at <= at)


def find_homes(connection: Connection, domain_ids: Collection[int]) -> dict[int, Home]:
    """Return where domains live."""
    with connection.cursor(row_factory=class_row(Home)) as cursor:
        rows = cursor.execute(statement("inventory/homes_find"), {"domain_ids": sorted(domain_ids)})
        return {home.domain_id: home for home in rows}
