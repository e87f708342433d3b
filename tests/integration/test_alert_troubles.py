# SPDX-License-Identifier: Apache-2.0
"""What happens to a fleet that is watched: VMs move, samples come late, the database is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from consumer.errors import DatabaseAway
from publisher.wire.samples import SCHEMA_VERSION, DomainReport, Event, SampleBatch
from tests.integration.alert_site import RULES, AlertSite, host_with
from tests.integration.test_alert_evaluator import FREE, FULL
from tests.services import MigratedDatabase


@pytest.fixture
def site(database: MigratedDatabase, tmp_path: Path) -> Iterator[AlertSite]:
    """Give a fleet of two hosts, with an evaluator."""
    site = AlertSite(database, tmp_path)
    yield site
    site.close()


def first_domain(batch: SampleBatch) -> DomainReport:
    """Return the first VM of a host."""
    assert batch.domains is not None
    return batch.domains[0]


def paused(report: DomainReport) -> DomainReport:
    """Return a VM paused on an I/O error."""
    return structs.replace(report, sample=structs.replace(report.sample, state=3, state_reason=5))


def test_a_vm_that_migrates_keeps_its_alert(site: AlertSite) -> None:
    """It is the same alert, on the other host."""
    where = 0
    moved: list[DomainReport] = []

    def shape(host: int, batch: SampleBatch) -> SampleBatch:
        assert batch.domains is not None
        if host == 0:
            moved[:] = [paused(batch.domains[0])]
        others = batch.domains[1:] if host == 0 else batch.domains
        return structs.replace(batch, domains=[*others, *moved] if host == where else others)

    site.cycles(2, shape)
    query = (
        "SELECT alert_id, host, uuid::text FROM alerts JOIN hosts USING (host_id)"
        " JOIN domains USING (domain_id) WHERE rule = 'vm_paused_io_error'"
    )
    ((alert_id, host, uuid),) = site.stored.rows(query)
    assert (site.fleet.hosts[0].host, moved[0].uuid) == (host, uuid)

    where = 1
    site.cycles(4, shape)
    assert [(alert_id, site.fleet.hosts[1].host, uuid)] == site.stored.rows(query)
    assert [("fired", "critical")] == site.history("vm_paused_io_error")


@pytest.mark.parametrize("by", ["uuid", "tag"])
def test_a_vm_has_its_own_form_of_a_rule(site: AlertSite, by: str) -> None:
    """By its UUID or tag; the VM of the other host has the usual one."""
    uuid = first_domain(site.fleet.batch(0, site.now, 1)).uuid

    def shape(_host: int, batch: SampleBatch) -> SampleBatch:
        return structs.replace(batch, domains=[paused(first_domain(batch)), *(batch.domains or [])[1:]])

    site.cycles(1)
    site.stored.rows("UPDATE domains SET tags = '{frail}' WHERE uuid = %s RETURNING 1", [uuid])
    chosen = f'uuid = "{uuid}"' if by == "uuid" else 'tag = "frail"'
    site.rules_file.write_text(
        f'{RULES}\n[[overrides]]\nrule = "vm_paused_io_error"\n{chosen}\noff = true\n', encoding="utf-8"
    )
    site.cycles(3, shape)

    host = site.fleet.hosts[1].host
    assert [("vm_paused_io_error", host, "", "critical")] == site.alerts("vm_paused_io_error")


def test_late_data_raises_no_alarm_about_the_past(site: AlertSite) -> None:
    """What is older than the window alarms nobody, and what is over does not either."""
    site.cycles(8, host_with([0], **FREE))
    for seconds in range(600, 300, -10):
        site.send(host_with([0], **FULL), at=site.now - seconds - 3)
    site.cycles(3, host_with([0], **FREE))

    assert [] == site.history("host_memory")


def test_a_vm_that_crashed_is_told_for_an_hour(site: AlertSite) -> None:
    """By its event; a restart counts it again, and an hour later it is over."""
    site.cycles(2)
    batch = site.fleet.batch(0, site.now, 1)
    crash = Event(
        schema=SCHEMA_VERSION,
        host=batch.host,
        epoch=batch.epoch,
        sequence=1_000,
        boot_id=batch.boot_id,
        occurred_at=batch.sampled_at,
        publisher_version="1",
        kind="domain_crashed",
        domain_uuid=first_domain(batch).uuid,
        domain_name=first_domain(batch).name,
    )
    site.take(crash)
    site.cycles(1)
    host = site.fleet.hosts[0].host
    assert [("vm_crashed", host, "", "critical")] == site.alerts("vm_crashed")

    site.restart()
    site.cycles(1)
    assert [("fired", "critical")] == site.history("vm_crashed")

    site.now += 3_600.0
    site.cycles(7)
    assert [("fired", "critical"), ("resolved", "critical")] == site.history("vm_crashed")


def test_a_database_that_is_away_changes_nothing(site: AlertSite) -> None:
    """The cycle fails, nothing of it is stored, and the next one goes on with the same alert."""
    site.cycles(6, host_with([0], **FULL))
    before, states = site.told(), site.states()
    assert [("fired", "warning")] == site.history("host_memory")
    site.stored.end_consumers_sessions()
    site.now += 10.0
    with pytest.raises(DatabaseAway):
        site.evaluator.cycle()
    assert (before, states) == (site.told(), site.states())

    site.evaluator.close()
    site.reconnect()
    # Nothing came while it was away.
    site.now += 20.0
    site.cycles(3, host_with([0], **FULL))
    assert [("fired", "warning")] == site.history("host_memory")
    assert [] == site.alerts("host_silent")


def test_where_the_pipeline_lags_no_host_is_silent(site: AlertSite) -> None:
    """While what comes is ever later, and is late; that is said, and over as soon as it is not any more."""
    site.cycles(3)
    taken_at = site.now
    # Consumers do half of what comes, and each cycle is nearly a tick after what came last.
    for _ in range(13):
        taken_at += 6.0
        site.now += 4.0
        site.send(at=taken_at)
        site.now += 8.0
        site.evaluator.cycle()

    assert [] == site.history("host_silent")
    assert "late" in site.stored.value("SELECT problem FROM alert_evaluator")
    site.cycles(2)
    assert None is site.stored.value("SELECT problem FROM alert_evaluator")
    assert [] == site.history("host_silent")
