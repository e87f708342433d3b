# SPDX-License-Identifier: Apache-2.0
"""The evaluator on a real database: alerts fire, hold and are resolved; a restart changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.alert_site import AlertSite, host_with
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
