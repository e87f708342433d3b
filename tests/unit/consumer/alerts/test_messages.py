# SPDX-License-Identifier: Apache-2.0
"""What messages say, whatever names hold; how they are signed."""

from datetime import UTC, datetime, timedelta

from msgspec import structs

from consumer.alerts.delivery.alertmanager import alert
from consumer.alerts.delivery.content import Content, Member, body, subject
from consumer.alerts.delivery.mail import mail_of
from consumer.alerts.delivery.sending import wait_after
from consumer.alerts.delivery.webhook import signature
from consumer.rules.delivery import Smtp

T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOSTILE = "vm\r\nBcc: x@y.example\x1b[2J\u202e"
MEMBER = Member(
    alert_id=7,
    rule="vm_steal",
    severity="critical",
    host="hv1",
    uuid="0b1e9a6a-0000-4000-8000-000000000001",
    domain=HOSTILE,
    words=f"waits for CPU: {HOSTILE}",
    value=0.25,
    fired_at=T0,
)
CONTENT = Content(kind="fired", route="all", group="hv1", at=T0, members=[MEMBER])


def test_every_member_is_rendered() -> None:
    """A subject names the first and counts the others."""
    members = [structs.replace(MEMBER, alert_id=each, words=f"words {each}") for each in range(50)]
    content = structs.replace(CONTENT, members=members)

    assert "[kvmgrid] critical: hv1: words 0 and 49 more" == subject(content)
    assert all(f"words {each}\n" in body(content) for each in range(50))
    over = structs.replace(MEMBER, resolved_at=T0, resolved_because="its rule is off")
    resolved = structs.replace(CONTENT, kind="resolved", members=[over])
    assert subject(resolved).startswith("[kvmgrid] resolved: hv1: ")
    assert "over since 2026-11-03 12:00:00 UTC: its rule is off" in body(resolved)
    assert subject(structs.replace(CONTENT, kind="rehearsal")).startswith(
        "[kvmgrid] TRIAL, nothing is wrong: "
    )


def test_names_stay_names() -> None:
    """No line of a mail comes from a guest."""
    channel = Smtp(host="x", sender="kvmgrid@fleet.example", to=("a@b.example", "c@d.example"))
    mail = mail_of(channel, "00000000-0000-4000-8000-000000000000", CONTENT)
    data = mail.as_bytes()

    assert b"\nBcc" not in data
    assert "<00000000-0000-4000-8000-000000000000@fleet.example>" == mail["Message-ID"]
    assert all(each.isprintable() for each in body(CONTENT).splitlines())
    assert subject(CONTENT).isprintable()
    assert 200 >= len(subject(structs.replace(CONTENT, members=[structs.replace(MEMBER, words="x" * 900)])))


def test_an_alert_for_an_alertmanager_has_stable_labels() -> None:
    """It ends five minutes later by itself, or when it was resolved."""
    found = alert(MEMBER, T0)
    assert {"alertname", "severity", "instance", "vm", "vm_name", "job"} == found["labels"].keys()
    assert ("2026-11-03T12:00:00.000Z", "2026-11-03T12:05:00.000Z") == (found["startsAt"], found["endsAt"])
    later = alert(structs.replace(MEMBER, words="other", resolved_at=T0), T0 + timedelta(hours=1))
    assert found["labels"] == later["labels"]
    assert "2026-11-03T12:00:00.000Z" == later["endsAt"]
    assert "true" == alert(MEMBER, T0, is_trial=True)["labels"]["kvmgrid_trial"]


def test_a_signature_is_of_time_and_body() -> None:
    """As others compute it: openssl dgst -sha256 -hmac secret."""
    expected = "1122767b193110cfec322b6f199b599edbf608ed087f2d27afb0b97d99523908"
    assert expected == signature("secret", "1", b"{}")
    assert signature("secret", "1", b"{}") != signature("secret", "2", b"{}")


def test_waits_grow_to_five_minutes() -> None:
    """With jitter: many senders do not come back in the same moment."""
    assert 1.0 <= wait_after(1) <= 2.0
    assert 150.0 <= wait_after(50) <= 300.0
