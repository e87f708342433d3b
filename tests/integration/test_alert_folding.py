# SPDX-License-Identifier: Apache-2.0
"""The evaluator folds what it stores: one alert where all are silent, and who leads is told of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consumer.alerts.withheld.judgement import Silence
from consumer.alerts.withheld.selector import Selector
from consumer.alerts.withheld.store import Author, add_silence
from consumer.database import connect
from tests.integration.alert_site import AlertSite
from tests.services import MigratedDatabase

COUNT = 10
WORDS = f"{COUNT} of {COUNT} hosts are silent at once: look at broker, consumers and network first"


@pytest.fixture
def site(database: MigratedDatabase, tmp_path: Path) -> Iterator[AlertSite]:
    """Give a fleet of ten hosts, which all sent something."""
    site = AlertSite(database, tmp_path, host_count=COUNT)
    site.cycles(1)
    yield site
    site.close()


def shown(site: AlertSite) -> list[tuple[object, ...]]:
    """Return host and words of the alerts about silence that are not hidden."""
    return site.stored.rows(
        "SELECT host, words FROM alerts JOIN hosts USING (host_id)"
        " WHERE rule = 'host_silent' AND resolved_at IS NULL AND hidden_by IS NULL"
    )


def test_a_silent_fleet_is_one_alert_until_it_is_back(site: AlertSite) -> None:
    """Its words say how many; nine are beneath it; a restart changes nothing; all are resolved."""
    site.silent = set(range(COUNT))
    site.cycles(7)
    ((lead, words),) = shown(site)
    assert WORDS == words
    hidden = site.stored.rows("SELECT DISTINCT hidden_by, hidden_because FROM alerts WHERE hidden_by > 0")
    assert [(site.stored.value("SELECT alert_id FROM alerts WHERE hidden_by IS NULL"), "pipeline")] == hidden
    assert COUNT == len(site.alerts("host_silent"))
    # What is told is told with these words.
    told = "SELECT c.words FROM alert_changes AS c JOIN alerts USING (alert_id) WHERE hidden_by IS NULL"
    assert [(WORDS,)] == site.stored.rows(told)

    changes = site.history("host_silent")
    site.restart()
    site.cycles(7)
    assert [(lead, WORDS)] == shown(site)
    assert changes == site.history("host_silent")

    site.silent = set()
    site.cycles(1)
    assert [] == site.alerts("host_silent")
    assert COUNT == [kind for kind, _ in site.history("host_silent")].count("resolved")


def test_a_silenced_host_does_not_lead(site: AlertSite) -> None:
    """Its silence is none for the fleet; who leads is handed on where one is said later."""
    site.silent = set(range(COUNT))
    site.cycles(7)
    ((lead, _),) = shown(site)
    silence(site, str(lead))
    site.cycles(1)
    ((second, words),) = shown(site)
    assert lead != second
    assert WORDS == words
    own = "SELECT words FROM alerts JOIN hosts USING (host_id) WHERE host = %s AND rule = 'host_silent'"
    ((own_words,),) = site.stored.rows(own, [lead])
    assert own_words.startswith("silent for ")

    # All are withheld: one of them leads all the same, and it is the one that led.
    for host in site.fleet.hosts:
        silence(site, host.host)
    site.cycles(1)
    assert [(second, WORDS)] == shown(site)


def silence(site: AlertSite, host: str) -> None:
    """Silence a host for a day."""
    now = datetime.now(UTC)
    said = Silence(
        silence_id=0,
        selector=Selector(host=host),
        reason="new kernel",
        starts_at=now - timedelta(hours=12),
        ends_at=now + timedelta(hours=12),
        said_by="anna",
        said_at=now,
    )
    with connect(site.settings.database, "tests", autocommit=True) as connection:
        add_silence(connection, said, Author("anna", "command"))
