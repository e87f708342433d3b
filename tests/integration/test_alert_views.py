# SPDX-License-Identifier: Apache-2.0
"""What the views say of silences and maintenance: when they hold, and of which alerts."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg
import pytest

from tests.services import MigratedDatabase

NOW = datetime.now(UTC)
EVERY_DAY = list(range(7))


def time_of_day(hours: float) -> str:
    """Return the time of day in UTC so many hours from now."""
    return f"{NOW + timedelta(hours=hours):%H:%M:%S}"


class Case(NamedTuple):
    """A maintenance and what is said of its window; times are hours from now."""

    said_from: float
    said_until: float | None
    is_active: bool
    window: tuple[float, float]
    weekdays: list[int] | None = None
    begins: float | None = None
    lasts: float | None = None


@pytest.mark.parametrize(
    "case",
    [
        Case(-1.0, 1.0, True, (-1.0, 1.0)),
        Case(1.0, 2.0, False, (1.0, 2.0)),
        Case(-99.0, None, True, (-1.0, 2.0), EVERY_DAY, -1.0, 3.0),
        # Within what it is said for.
        Case(-0.5, 1.0, True, (-0.5, 1.0), EVERY_DAY, -1.0, 3.0),
        Case(-99.0, None, False, (2.0, 3.0), EVERY_DAY, 2.0, 1.0),
        # Of two that are under way the one that ends last.
        Case(-99.0, None, True, (-1.0, 29.0), EVERY_DAY, -1.0, 30.0),
        # Another day than that of now, and one that is said ahead.
        Case(-99.0, None, False, (48.0, 49.0), [(NOW + timedelta(hours=48)).weekday()], 0.0, 1.0),
        Case(500.0, None, False, (504.0, 505.0), EVERY_DAY, 504.0, 1.0),
    ],
)
def test_the_window_of_a_maintenance(shared_database: MigratedDatabase, case: Case) -> None:
    """Once or again and again, it is under way or to come, from when until when."""

    def at(hours: float | None) -> datetime | None:
        return None if hours is None else NOW + timedelta(hours=hours)

    with psycopg.connect(shared_database.owner_url) as connection:
        connection.execute(
            "INSERT INTO kvmgrid.alert_maintenances"
            " (selector, reason, starts_at, ends_at, weekdays, time_of_day, duration_seconds, said_by)"
            " VALUES ('{}', 'work', %s, %s, %s, %s, %s, 'anna')",
            [
                *(at(case.said_from), at(case.said_until), case.weekdays),
                *(
                    None if case.begins is None else time_of_day(case.begins),
                    case.lasts and case.lasts * 3600,
                ),
            ],
        )
        found = connection.execute(
            "SELECT is_active, window_starts_at, window_ends_at FROM kvmgrid.alert_maintenances_now"
        ).fetchall()
        connection.rollback()
    ((is_active, starts_at, ends_at),) = found
    hours = [(each - NOW).total_seconds() / 3600 for each in (starts_at, ends_at)]
    assert case.is_active == is_active
    assert list(case.window) == [pytest.approx(each, abs=0.01) for each in hours]


@pytest.mark.parametrize(
    ("selector", "is_withheld"),
    [
        ("{}", True),
        ('{"host": "hv1"}', True),
        ('{"host": "hv2"}', False),
        ('{"host": "hv1", "severity": "critical"}', False),
        ('{"rule": "vm_steal", "uuid": "00000000-0000-0000-0000-000000000001"}', True),
        ('{"uuid": "00000000-0000-0000-0000-000000000002"}', False),
        ('{"tag": "ssd"}', True),
        ('{"tag": "batch"}', True),
        ('{"tag": "other"}', False),
        # Of a later version: more is meant than is known here.
        ('{"host": "hv1", "site": "north"}', False),
    ],
)
def test_which_alerts_a_silence_withholds(
    shared_database: MigratedDatabase, selector: str, *, is_withheld: bool
) -> None:
    """All that a selector names has to hold; tags are those of the VM and of its host."""
    with psycopg.connect(shared_database.owner_url) as connection:
        connection.execute(
            "INSERT INTO kvmgrid.hosts (host_id, host, first_seen_at, tags) VALUES (1, 'hv1', now(), '{ssd}')"
        )
        connection.execute(
            "INSERT INTO kvmgrid.domains (domain_id, uuid, name, first_seen_at, tags)"
            " VALUES (1, '00000000-0000-0000-0000-000000000001', 'web', now(), '{batch}')"
        )
        connection.execute(
            "INSERT INTO kvmgrid.alerts"
            " (rule, severity, subject, host_id, domain_id, words, began_at, fired_at)"
            " VALUES ('vm_steal', 'warning', 'domain', 1, 1, 'waits', now(), now())"
        )
        connection.execute(
            "INSERT INTO kvmgrid.alert_silences (selector, reason, starts_at, ends_at, said_by)"
            " VALUES (%s, 'work', now(), now() + INTERVAL '1 hour', 'anna')",
            [selector],
        )
        found = connection.execute("SELECT kind FROM kvmgrid.alerts_withheld_now").fetchall()
        connection.rollback()
    assert ([("silence",)] if is_withheld else []) == found
