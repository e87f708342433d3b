# SPDX-License-Identifier: Apache-2.0
"""The questions of the page of all alerts, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import Query


class PendingAlert(NamedTuple):
    """One object beyond the level of a rule that does not fire yet."""

    rule: str
    severity: str
    host: str
    domain_uuid: str | None
    domain_name: str | None
    part: str
    since: datetime
    held_seconds: float
    was_known: bool
    value: float | None
    total_count: int


class Evaluator(NamedTuple):
    """Who evaluates; ``stepped_at`` is its last cycle, None before the first one."""

    instance: str | None
    taken_over_at: datetime | None
    stepped_at: datetime | None
    cycle_seconds: float | None
    problem: str | None


class Hold(NamedTuple):
    """One silence or maintenance that is not over."""

    kind: str
    number: int
    selector: dict[str, str]
    reason: str
    said_by: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool
    is_repeated: bool


ALERTS_PENDING = Query(__package__, "alerts_pending", PendingAlert)
ALERT_HOLDS = Query(__package__, "alert_holds", Hold)
ALERT_EVALUATOR = Query(__package__, "alert_evaluator", Evaluator)
