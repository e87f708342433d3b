# SPDX-License-Identifier: Apache-2.0
"""What open alerts say while they lead others, and what of it is a change."""

from consumer.alerts.evaluation.alert import AlertKey, Judgement
from consumer.alerts.evaluation.opened import AlertRow, OpenAlerts, Seen
from consumer.alerts.evaluation.withholding import leading_rules
from consumer.alerts.folding import Folding, Hiding, Incident
from consumer.rules.reading import shipped_rules

FIRST, SECOND = (AlertKey("host_silent", is_of_domain=False, owner_id=host, part="") for host in (1, 2))
LEADS = Folding({2: Hiding(1, "pipeline")}, {1: Incident(2, "2 of 2 hosts are silent at once")})
CHANGES_LEAD = Folding({1: Hiding(2, "pipeline")}, {2: Incident(2, "2 of 2 hosts are silent at once")})


def fired() -> OpenAlerts:
    """Return two alerts that fired in this cycle, with the numbers 1 and 2."""
    alerts = OpenAlerts()
    for key in (FIRST, SECOND):
        alerts.judge(Judgement(key, "host", key.owner_id, "critical", 70.0, 0.0), "no data for 1 min", 70.0)
    alerts.number({FIRST: 1, SECOND: 2})
    return alerts


def said(alerts: OpenAlerts) -> list[str]:
    """Return what each says."""
    return [alerts.rows[key].told_words for key in (FIRST, SECOND)]


def test_the_one_that_leads_says_of_how_many() -> None:
    """It is written, and no change of the alert: what was told is told once."""
    alerts = fired()
    alerts.fold(LEADS)

    assert ["2 of 2 hosts are silent at once", "no data for 1 min"] == said(alerts)
    assert [FIRST, SECOND] == [row.key for row in alerts.changed()]
    assert [(FIRST, "fired"), (SECOND, "fired"), (SECOND, "hidden")] == [each[:2] for each in alerts.changes]

    alerts.stored(70.0)
    alerts.fold(Folding(LEADS.hidden, {1: Incident(2, "2 of 3 hosts are silent at once")}))
    assert [FIRST] == [row.key for row in alerts.changed()]
    assert [] == alerts.changes


def test_who_leads_no_more_says_its_own_words_again() -> None:
    """Those of now: a minute began while it led."""
    alerts = fired()
    alerts.fold(LEADS)
    alerts.stored(70.0)
    alerts.keep(FIRST, Seen(1, is_flapping=False, value=120.0, words="no data for 2 min"), 120.0)
    assert "2 of 2 hosts are silent at once" == said(alerts)[0]
    alerts.fold(CHANGES_LEAD)

    assert ["no data for 2 min", "2 of 2 hosts are silent at once"] == said(alerts)
    assert [(FIRST, "hidden"), (SECOND, "shown")] == [each[:2] for each in alerts.changes]


def test_what_is_resolved_keeps_the_words_that_were_told() -> None:
    """Who was told of many is told that it is over by the same words."""
    alerts = fired()
    alerts.fold(LEADS)
    alerts.stored(70.0)
    alerts.judge(Judgement(FIRST, "host", 1, None, 0.0, 0.0), "no data", 80.0)
    alerts.fold(Folding({}, {}))

    assert "2 of 2 hosts are silent at once" == said(alerts)[0]


def test_one_that_led_before_a_restart_is_written_where_it_leads_no_more() -> None:
    """What is stored are the words of many; its own are made again."""
    row = AlertRow(
        alert_id=1,
        key=FIRST,
        subject="host",
        severity="critical",
        host_id=1,
        words="2 of 2 hosts are silent at once",
        value=70.0,
        began_at=0.0,
        fired_at=70.0,
    )
    assert row is row.with_own_words(row.words)
    alerts = OpenAlerts([row.with_own_words("no data for 1 min")], 70.0)
    assert "2 of 2 hosts are silent at once" == alerts.rows[FIRST].told_words
    alerts.fold(Folding({}, {}))

    assert ["no data for 1 min"] == [each.told_words for each in alerts.changed()]


def test_of_which_rules_is_asked_what_people_said() -> None:
    """Those that hide others, or where many are one."""
    found = leading_rules(shipped_rules().rules)

    assert {"host_silent", "libvirt_away", "disk_latency", "vm_disk_latency"} <= found
    assert "host_memory" not in found
