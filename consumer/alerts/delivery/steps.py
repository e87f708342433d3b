# SPDX-License-Identifier: Apache-2.0
"""What a plan consists of: rows that are added to the ledger, and what becomes of those that wait."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from consumer.alerts.delivery.content import Content

Kind = Literal["fired", "changed", "repeated", "resolved"]


class Where(NamedTuple):
    """A channel of a route; both empty where no route takes an alert."""

    route: str
    channel: str


class Added(NamedTuple):
    """A row of the ledger.

    Without ``content`` it is suppressed, or waits for more of its group until ``due_at``.
    """

    where: Where
    kind: Kind
    group: str
    states: Mapping[int, str | None]
    because: str | None = None
    due_at: datetime | None = None
    content: Content | None = None


class Joined(NamedTuple):
    """More members of a message that waits."""

    notification_id: int
    alert_ids: tuple[int, ...]


class Finished(NamedTuple):
    """A message that waits no more; without ``content`` it has nothing to tell any more."""

    notification_id: int
    kind: Kind
    states: Mapping[int, str | None]
    content: Content | None
    because: str | None = None


class Held(NamedTuple):
    """A message that the limit of an hour holds."""

    notification_id: int
    until: datetime
    because: str


Step = Added | Joined | Finished | Held
