# SPDX-License-Identifier: Apache-2.0
"""What people say of alerts is stored with its line of the audit log, and withholds what it is about."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
from msgspec import structs

from consumer.alerts.withheld.judgement import Silence, withheld
from consumer.alerts.withheld.maintenance import Maintenance
from consumer.alerts.withheld.selector import Selector
from consumer.alerts.withheld.store import (
    Author,
    NotThere,
    Reach,
    acknowledge,
    add_maintenance,
    add_silence,
    end_maintenance,
    end_silence,
    read_open_alerts,
    read_reach,
    read_said,
    read_silences,
)
from tests.services import MigratedDatabase

Connection = psycopg.Connection[tuple[object, ...]]
ANNA = Author("anna", "command")
UUID = "0b1e9a6a-0000-4000-8000-000000000001"
FLEET = """
INSERT INTO hosts (host, first_seen_at, tags) VALUES ('hv1', now(), '{rack-3}'), ('hv2', now(), '{}');
INSERT INTO domains (uuid, name, host_id, first_seen_at, removed_at, tags)
SELECT ('0b1e9a6a-0000-4000-8000-00000000000' || n)::uuid, 'vm' || n, 1 + n / 3, now(),
    CASE WHEN n = 2 THEN now() END, CASE WHEN n = 3 THEN '{batch}' ELSE '{}' END::text[]
FROM generate_series(1, 4) AS n;
INSERT INTO alerts (rule, severity, subject, host_id, domain_id, words, began_at, fired_at)
VALUES ('vm_steal', 'critical', 'domain', 1, 1, 'x', now() - INTERVAL '1 h', now() - INTERVAL '1 h'),
    ('host_memory', 'warning', 'host', 2, NULL, 'x', now() - INTERVAL '1 h', now() - INTERVAL '1 h');
INSERT INTO alert_changes (alert_id, changed_at, kind, severity, words)
VALUES (1, now() - INTERVAL '1 h', 'fired', 'warning', 'x'),
    (1, now() - INTERVAL '50 min', 'severity', 'critical', 'x'),
    (1, now() - INTERVAL '40 min', 'severity', 'warning', 'x'),
    (1, now() - INTERVAL '30 min', 'severity', 'critical', 'x'),
    (1, now() - INTERVAL '20 min', 'hidden', 'critical', 'x'),
    (2, now() - INTERVAL '1 h', 'fired', 'warning', 'x');
"""
SILENCE = Silence(
    silence_id=0,
    selector=Selector(host="hv1"),
    reason="disk is replaced",
    starts_at=datetime.now(UTC) - timedelta(minutes=1),
    ends_at=datetime.now(UTC) + timedelta(hours=6),
    said_by="anna",
    said_at=datetime.now(UTC),
)


@pytest.fixture
def ingest(database: MigratedDatabase) -> Iterator[Connection]:
    """Give a connection as the commands have it, to a small fleet with two open alerts."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(FLEET)
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        yield connection


def audited(connection: Connection) -> list[tuple[object, ...]]:
    """Return the audit log."""
    return connection.execute(
        "SELECT who, action, details, origin FROM audit_entries ORDER BY entry_id"
    ).fetchall()


def told(connection: Connection) -> list[str | None]:
    """Return why nobody is told of each open alert."""
    now = datetime.now(UTC)
    said = read_said(connection, now)
    return [withheld(said, each, now) for each in read_open_alerts(connection)]


def test_a_silence_holds_until_it_is_ended(ingest: Connection) -> None:
    """Each is said once, and the audit log has both."""
    number = add_silence(ingest, SILENCE, ANNA)
    first, second = told(ingest)
    assert first is not None
    assert first.startswith(f"silence {number} by anna until ")
    assert second is None

    end_silence(ingest, number, ANNA)
    assert [None, None] == told(ingest)
    with pytest.raises(NotThere, match=f"no silence {number} is under way"):
        end_silence(ingest, number, ANNA)
    assert [] == list(read_silences(ingest, datetime.now(UTC)))
    (over,) = read_silences(ingest, datetime.now(UTC), with_over=True)
    assert Selector(host="hv1") == over.selector
    assert over.ended_at is not None

    log = audited(ingest)
    assert ["silence", "silence_end"] == [action for _, action, _, _ in log]
    assert {"anna"} == {who for who, _, _, _ in log}
    assert isinstance(log[0][2], dict)
    assert {"silence_id": number, "selector": {"host": "hv1"}, "reason": "disk is replaced"}.items() <= log[
        0
    ][2].items()
    assert {"silence_id": number} == log[1][2]


def test_a_maintenance_that_comes_again_is_read_as_it_was_said(ingest: Connection) -> None:
    """Days, time of day and zone come back; one that goes on for ever can be ended."""
    maintenance = Maintenance(
        maintenance_id=0,
        selector=Selector(tag="batch", severity="warning"),
        reason="nightly",
        starts_at=datetime.now(UTC),
        weekdays=(0, 6),
        time_of_day=time(22, 30),
        duration_seconds=7200,
        zone="Europe/Vienna",
        said_by="anna",
        said_at=datetime.now(UTC),
    )
    number = add_maintenance(ingest, maintenance, ANNA)
    (read,) = read_said(ingest, datetime.now(UTC)).maintenances
    assert structs.replace(maintenance, maintenance_id=number, said_at=read.said_at) == read

    end_maintenance(ingest, number, ANNA)
    assert () == read_said(ingest, datetime.now(UTC)).maintenances
    assert [7200, None] == [
        details.get("duration_seconds") for _, _, details, _ in audited(ingest) if isinstance(details, dict)
    ]


def test_an_acknowledgement_withholds_its_alert_until_it_gets_worse(ingest: Connection) -> None:
    """The newest one counts; an alert that is over cannot be taken on."""
    acknowledge(ingest, 1, "first", ANNA)
    acknowledge(ingest, 1, "on it", Author("eva", "command"))
    assert ["acknowledged by eva: on it", None] == told(ingest)

    ingest.execute(
        "INSERT INTO alert_changes (alert_id, changed_at, kind, severity, words)"
        " VALUES (1, now(), 'severity', 'warning', 'x')"
    )
    assert ["acknowledged by eva: on it", None] == told(ingest)
    ingest.execute(
        "INSERT INTO alert_changes (alert_id, changed_at, kind, severity, words)"
        " VALUES (1, now(), 'severity', 'critical', 'x')"
    )
    assert [None, None] == told(ingest)

    ingest.execute("UPDATE alerts SET resolved_at = now() WHERE alert_id = 2")
    with pytest.raises(NotThere, match="no alert 2 is open"):
        acknowledge(ingest, 2, "", ANNA)
    assert 2 == len(audited(ingest))


def test_what_a_selector_is_about(ingest: Connection) -> None:
    """Hosts, and VMs that are still there; a tag of a host is one of its VMs."""
    expected = {
        Selector(): Reach(2, 3),
        Selector(rule="vm_steal", severity="critical"): Reach(2, 3),
        Selector(host="hv1"): Reach(1, 1),
        Selector(tag="rack-3"): Reach(1, 1),
        Selector(tag="batch"): Reach(0, 1),
        Selector(uuid=UUID): Reach(0, 1),
        Selector(uuid=UUID, host="hv2"): Reach(0, 0),
    }

    assert expected == {selector: read_reach(ingest, selector) for selector in expected}
