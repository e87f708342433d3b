# SPDX-License-Identifier: Apache-2.0
"""Alerts for an Alertmanager: by their labels it knows one again, so that sending twice changes nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from consumer.alerts.delivery.content import Member, clean
from consumer.alerts.delivery.posting import post

AGAIN_SECONDS: Final = 60.0
# An alert that is not sent any more ends after so long; one that is resolved is sent for so long.
LASTING: Final = timedelta(minutes=5)


def send(
    url: str, members: Iterable[Member], now: datetime, ca_file: str | None, *, is_trial: bool = False
) -> str:
    """Send alerts to a member of a cluster; raise NotTaken."""
    data = msgspec.json.encode([alert(each, now, is_trial=is_trial) for each in members])
    return post(f"{url.rstrip('/')}/api/v2/alerts", data, {"Content-Type": "application/json"}, ca_file)


def alert(member: Member, now: datetime, *, is_trial: bool = False) -> dict[str, Any]:
    """Return an alert as the second version of the interface has it; an empty label is none."""
    labels = {
        "alertname": member.rule,
        "severity": member.severity,
        "instance": member.host,
        "vm": member.uuid,
        "vm_name": member.domain,
        "part": member.part,
        "job": "kvmgrid",
        "kvmgrid_trial": "true" if is_trial else None,
    }
    annotations = {
        "summary": clean(f"{'TRIAL, nothing is wrong: ' if is_trial else ''}{member.host}: {member.words}"),
        "alert_id": str(member.alert_id),
        "value": None if member.value is None else f"{member.value:g}",
        "resolved_because": member.resolved_because,
    }
    ends_at = member.resolved_at or now + LASTING
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {name: value for name, value in annotations.items() if value},
        "startsAt": _time(member.fired_at),
        "endsAt": _time(ends_at),
    }


def _time(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
