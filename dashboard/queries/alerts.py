# SPDX-License-Identifier: Apache-2.0
"""The questions about alerts that several pages ask, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import Query


class Alert(NamedTuple):
    """One alert, from the moment it fired; what withholds it is of now."""

    alert_id: int
    rule: str
    severity: str
    host: str
    domain_uuid: str | None
    domain_name: str | None
    part: str
    words: str
    value: float | None
    began_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    resolved_because: str | None
    is_flapping: bool
    hidden_by: int | None
    hidden_because: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledgement: str | None
    withheld_kind: str | None
    withheld_reason: str | None
    withheld_by: str | None
    withheld_until: datetime | None
    hidden_count: int
    total_count: int


class AlertCount(NamedTuple):
    """How many alerts fire that nothing hides or withholds."""

    firing_count: int
    critical_count: int


ALERTS = Query(__package__, "alerts", Alert)
ALERT_COUNT = Query(__package__, "alert_count", AlertCount)
