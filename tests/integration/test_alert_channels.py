# SPDX-License-Identifier: Apache-2.0
"""Alerts reach a real Alertmanager, of whose cluster one member is down, and a real mail server."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import threading
import urllib.request
from datetime import UTC, datetime
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec import structs

from consumer.alerts.delivery import mail
from consumer.alerts.delivery.answer import NotTaken
from consumer.alerts.delivery.content import Content, Member
from consumer.rules.delivery import Smtp
from deploy.lab.alertmanager import Alertmanager
from deploy.lab.ports import free_ports
from deploy.lab.readiness import wait_until
from tests.integration.alert_delivery import start
from tests.integration.test_alert_delivery import FIRE, RESOLVE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from tests.services import MigratedDatabase

BOUND_SECONDS = 90.0
CONTENT = Content(
    kind="fired",
    route="all",
    group="hv1",
    at=datetime(2026, 11, 3, 12, tzinfo=UTC),
    members=[
        Member(
            alert_id=number, rule="host_memory", severity="critical", host="hv1",
            words=f"words {number}\r\nBcc: x@y.example", fired_at=datetime(2026, 11, 3, 12, tzinfo=UTC),
        )
        for number in range(3)
    ],
)  # fmt: skip
KEY = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def alertmanager() -> Iterator[Alertmanager]:
    """Give an Alertmanager."""
    with Alertmanager.start() as instance:
        yield instance


def known(alertmanager: Alertmanager) -> dict[str, dict[str, Any]]:
    """Return the alerts that an Alertmanager knows, by the part."""
    with urllib.request.urlopen(f"{alertmanager.url}/api/v2/alerts", timeout=10.0) as answer:  # noqa: S310
        return {each["labels"].get("part", ""): each for each in json.loads(answer.read())}


def test_a_member_that_is_down_holds_up_nobody(
    alertmanager: Alertmanager, shared_database: MigratedDatabase, tmp_path: Path
) -> None:
    """The other one learns what fires and what is over; sent again, nothing is doubled."""
    rules = tmp_path / "alerts.toml"
    (closed,) = free_ports(1)
    rules.write_text(
        f'[channels.am]\ntype = "alertmanager"\nurls = ["http://127.0.0.1:{closed}", "{alertmanager.url}"]\n'
        '[[routes]]\nname = "all"\nchannels = ["am"]\n',
        encoding="utf-8",
    )
    with psycopg.connect(shared_database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO hosts (host, first_seen_at) VALUES ('hv1', now())")
        alerts = [
            owner.execute(FIRE, {"host": "hv1", "part": part, "rule": "filesystem"}).fetchall()[0][0]
            for part in ("/var", "/srv")
        ]
        for _ in range(2):
            deliverer = start(shared_database.ingest_url, rules)
            assert wait_until(
                lambda: {"/var", "/srv"} == known(alertmanager).keys(), timeout_seconds=BOUND_SECONDS
            )
            deliverer.stop()
        found = known(alertmanager)["/var"]
        assert {
            "alertname": "filesystem",
            "severity": "warning",
            "instance": "hv1",
            "part": "/var",
            "job": "kvmgrid",
        } == found["labels"]
        assert "hv1: too full" == found["annotations"]["summary"]
        deliverer = start(shared_database.ingest_url, rules)
        owner.execute(RESOLVE, [alerts[0]])
        assert wait_until(lambda: ["/srv"] == list(known(alertmanager)), timeout_seconds=BOUND_SECONDS)
        assert wait_until(
            lambda: {("sent",)} == set(owner.execute("SELECT status FROM alert_notifications").fetchall()),
            timeout_seconds=BOUND_SECONDS,
        )
        deliverer.stop()
    assert wait_until(
        lambda: not [each for each in threading.enumerate() if each.name.startswith("delivery ")],
        timeout_seconds=BOUND_SECONDS,
    )


class _Mailbox:
    """Keeps mails; refuses as it is told."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        if self.answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[_Mailbox, Smtp]]:
    """Give a mail server and the channel that sends to it."""
    box = _Mailbox()
    controller = Controller(
        box, hostname="127.0.0.1", port=free_ports(1)[0], loop=asyncio.new_event_loop(), ready_timeout=60.0
    )
    controller.start()
    channel = Smtp(
        host="127.0.0.1",
        port=controller.port,
        starttls=False,
        sender="kvmgrid@fleet.example",
        to=("ops@fleet.example", "night@fleet.example"),
    )
    yield box, channel
    controller.stop()


def test_a_mail_has_every_member(mailbox: tuple[_Mailbox, Smtp]) -> None:
    """Sent twice it has the same Message-ID, and no header comes from a name."""
    box, channel = mailbox
    for _ in range(2):
        assert "127.0.0.1 took it for 2 of 2" == mail.send(channel, KEY, CONTENT)

    first, second = box.mails
    assert f"<{KEY}@fleet.example>" == first["Message-ID"] == second["Message-ID"]
    assert first["Bcc"] is None
    text = first.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert all(f"words {number}".encode() in text for number in range(3))


def test_what_a_mail_server_refuses_is_final_or_not(mailbox: tuple[_Mailbox, Smtp]) -> None:
    """451 is tried again, 554 is not; nor does one without TLS get a mail that asks for it."""
    box, channel = mailbox
    for answer, is_final in (("451 later", False), ("554 never", True)):
        box.answer = answer
        with pytest.raises(NotTaken, match=answer[4:]) as caught:
            mail.send(channel, KEY, CONTENT)
        assert is_final == caught.value.is_final
    strict = Smtp(host=channel.host, port=channel.port, sender=channel.sender, to=channel.to)
    with pytest.raises(NotTaken, match="STARTTLS"):
        mail.send(strict, KEY, CONTENT)
    assert [] == box.mails


def test_a_password_travels_by_tls_only(tmp_path: Path) -> None:
    """The certificate is checked against the name; a wrong password is told, and tried again."""
    key, certificate, secret = (tmp_path / name for name in ("key.pem", "certificate.pem", "secret"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def login(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        is_good = (given.login, given.password) == (b"kvmgrid", b"shh")
        return AuthResult(success=is_good, handled=False)

    box = _Mailbox()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_ports(1)[0],
        loop=asyncio.new_event_loop(),
        ready_timeout=60.0,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=login,
    )
    controller.start()
    channel = Smtp(
        host="localhost",
        port=controller.port,
        ca_file=str(certificate),
        user="kvmgrid",
        password_file=str(secret),
        sender="kvmgrid@fleet.example",
        to=("ops@fleet.example",),
    )
    try:
        secret.write_text("shh\n", encoding="utf-8")
        mail.send(channel, KEY, CONTENT)
        assert 1 == len(box.mails)
        secret.write_text("wrong\n", encoding="utf-8")
        with pytest.raises(NotTaken, match="535") as caught:
            mail.send(channel, KEY, CONTENT)
        assert not caught.value.is_final
        with pytest.raises(NotTaken, match="certificate"):
            mail.send(structs.replace(channel, host="127.0.0.1"), KEY, CONTENT)
    finally:
        controller.stop()
