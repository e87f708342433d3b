# SPDX-License-Identifier: Apache-2.0
"""The evaluator on a real database: alerts fire, hold and are resolved; a restart changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from publisher.wire.samples import SampleBatch
from tests.integration.alert_site import RULES, AlertSite, host_with
from tests.services import MigratedDatabase

FULL = {
    "memory_total_bytes": 100,
    "memory_available_bytes": 7,
    "hugepage_total_bytes": 0,
    "zfs_reclaimable_bytes": 0,
}
FREE = FULL | {"memory_available_bytes": 50}


@pytest.fixture
def site(database: MigratedDatabase, tmp_path: Path) -> Iterator[AlertSite]:
    """Give a fleet of two hosts, with an evaluator."""
    site = AlertSite(database, tmp_path)
    yield site
    site.close()


def test_an_alert_fires_and_is_resolved(site: AlertSite) -> None:
    """Once half of its window is known; what is told of it stands in its changes."""
    site.cycles(2, host_with([0], **FULL))
    assert [] == site.alerts("host_memory")

    site.cycles(4, host_with([0], **FULL))
    host = site.fleet.hosts[0].host
    assert [("host_memory", host, "", "warning")] == site.alerts("host_memory")

    site.cycles(15, host_with([0], **FREE))
    assert [] == site.alerts("host_memory")
    assert [("fired", "warning"), ("resolved", "warning")] == site.history("host_memory")


def test_a_restart_in_a_firing_state_changes_nothing(site: AlertSite) -> None:
    """The alert goes on with its number, and is resolved when one that ran through would."""
    site.cycles(6, host_with([0], **FULL))
    before = site.stored.rows("SELECT alert_id, fired_at FROM alerts")
    site.restart()
    site.cycles(3, host_with([0], **FULL))
    site.restart()

    assert before == site.stored.rows("SELECT alert_id, fired_at FROM alerts")
    assert [("fired", "warning")] == site.history("host_memory")


def test_parts_and_vms_have_alerts(site: AlertSite) -> None:
    """A file system by its path, a VM by its name; the words say which."""

    def shape(host: int, batch: SampleBatch) -> SampleBatch:
        if host != 1:
            return batch
        full = structs.replace(batch.filesystems[0], total_bytes=100, available_bytes=1)
        assert batch.domains is not None
        paused = structs.replace(batch.domains[0].sample, state=3, state_reason=5)
        domains = [structs.replace(batch.domains[0], sample=paused), *batch.domains[1:]]
        return structs.replace(batch, filesystems=[full, *batch.filesystems[1:]], domains=domains)

    site.cycles(8, shape)
    words = dict(site.stored.rows("SELECT rule, words FROM alerts"))
    batch = site.fleet.batch(1, site.now, 1)
    assert batch.domains is not None
    path, name = batch.filesystems[0].path, batch.domains[0].name

    host = site.fleet.hosts[1].host
    assert [("filesystem", host, path, "critical")] == site.alerts("filesystem")
    assert [("vm_paused_io_error", host, "", "critical")] == site.alerts("vm_paused_io_error")
    assert f"file system 99% full: {path}" == words["filesystem"]
    assert f"1 VM is paused on an I/O error: {name}" == words["vm_paused_io_error"]


def test_a_silent_host_is_told_and_returns(site: AlertSite) -> None:
    """What was known of it fires on: unknown is neither firing nor resolved."""
    site.cycles(8, host_with([0], **FULL))
    site.silent = {0}
    site.cycles(20)
    assert {"host_memory", "host_silent"} == {rule for rule, *_ in site.alerts() if rule.startswith("host_")}

    site.restart()
    site.cycles(2)
    assert {"host_memory", "host_silent"} == {rule for rule, *_ in site.alerts() if rule.startswith("host_")}
    site.silent = set()
    site.cycles(1)
    assert [] == site.alerts("host_silent")


def test_a_broken_file_leaves_the_rules_in_force(site: AlertSite) -> None:
    """It is said, and a mended one is read."""
    site.cycles(6, host_with([0], **FULL))
    site.rules_file.write_text("[rules.host_memory]\nof = true\n", encoding="utf-8")
    site.cycles(1, host_with([0], **FULL))
    problem = site.stored.value("SELECT problem FROM alert_evaluator")
    assert "did you mean 'off'" in problem
    assert 1 == len(site.alerts("host_memory"))

    site.rules_file.write_text("[rules.host_memory]\noff = true\n", encoding="utf-8")
    site.cycles(1, host_with([0], **FULL))
    assert [] == site.alerts("host_memory")
    assert None is site.stored.value("SELECT problem FROM alert_evaluator")
    assert "its rule is off" == site.stored.value(
        "SELECT resolved_because FROM alerts WHERE rule = 'host_memory'"
    )


def test_an_override_switches_off_and_a_clock_that_is_set_back_changes_nothing(site: AlertSite) -> None:
    """The alert of the host with an override is resolved, with the reason."""
    site.cycles(6, host_with([0, 1], **FULL))
    assert 2 == len(site.alerts("host_memory"))
    host = site.fleet.hosts[0].host
    override = f'[[overrides]]\nrule = "host_memory"\nhost = "{host}"\noff = true\n'
    site.rules_file.write_text(RULES + override, encoding="utf-8")
    site.cycles(1, host_with([0, 1], **FULL))
    assert [site.fleet.hosts[1].host] == [name for _, name, *_ in site.alerts("host_memory")]
    reason = site.stored.value("SELECT resolved_because FROM alerts WHERE resolved_because IS NOT NULL")
    assert "its rule is off here" == reason

    before = site.alerts()
    site.now -= 3_600.0
    site.evaluator.cycle()
    assert before == site.alerts()


def test_a_vm_that_is_removed_has_no_alert_any_more(site: AlertSite) -> None:
    """Its alert is resolved, with the reason, and its state is forgotten."""

    def paused(_host: int, batch: SampleBatch) -> SampleBatch:
        assert batch.domains is not None
        sample = structs.replace(batch.domains[0].sample, state=3, state_reason=5)
        return structs.replace(
            batch, domains=[structs.replace(batch.domains[0], sample=sample), *batch.domains[1:]]
        )

    site.cycles(2, paused)
    assert 2 == len(site.alerts("vm_paused_io_error"))
    site.stored.rows(
        "UPDATE domains SET removed_at = now() WHERE domain_id IN (SELECT domain_id FROM alerts) RETURNING 1"
    )
    site.evaluator.cycle()

    assert [] == site.alerts("vm_paused_io_error")
    assert {"its object is gone"} == {
        why for (why,) in site.stored.rows("SELECT resolved_because FROM alerts")
    }
    assert 0 == site.stored.value("SELECT count(*) FROM alert_states WHERE domain_id IS NOT NULL")
