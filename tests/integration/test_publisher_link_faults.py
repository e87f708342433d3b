# SPDX-License-Identifier: Apache-2.0
"""What a broker refuses, in words an operator can act on; and that nobody can speak for another host."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pika
import pytest

from deploy.lab.broker_users import PUBLISHER_PERMISSIONS
from deploy.lab.ports import free_ports
from publisher.amqp import AnsweredMessage, Outgoing, Session
from publisher.amqp.probe import probe
from publisher.commands import check
from publisher.errors import BrokerError
from publisher.settings import PublisherSettings
from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE
from tests.services import VirtualHost

HOST = "web-1"
QUEUE = "witness"


class OneMessage:
    """Sends one message and ends the session with its answer."""

    def __init__(self, message: Outgoing) -> None:
        self.session: Session | None = None
        self.answers: list[str] = []
        self._messages = [message]

    def opened(self) -> None:
        """Begin."""

    def take(self, in_flight_count: int, in_flight_bytes: int) -> list[Outgoing]:
        """Give the message once, then close when it is answered."""
        taken, self._messages = self._messages, []
        if not taken and not in_flight_count and not in_flight_bytes and self.session:
            self.session.close()
        return taken

    def answered(self, messages: list[AnsweredMessage]) -> None:
        """Note answers."""
        self.answers += [each.answer for each in messages]

    def blocked(self, reason: str | None) -> None:
        """Fail: no test here brings the broker into need."""
        raise AssertionError(reason)


def send(
    url: str,
    *,
    user: str = HOST,
    exchange: str = SAMPLES_EXCHANGE,
    key: str = f"{HOST}.sample",
    **broker: Any,
) -> list[str]:
    """Send one message as a publisher would and return the answers; raise BrokerError."""
    traffic = OneMessage(Outgoing(exchange, key, "id", "test/1", 1_763_880_000, b"{}"))
    traffic.session = Session(BrokerSettings(url=url, **broker), user, traffic)
    traffic.session.run()
    return traffic.answers


def fault(url: str, **send_as: Any) -> BrokerError:
    """Return the error that sending ends with."""
    with pytest.raises(BrokerError) as caught:
        send(url, **send_as)
    assert caught.value.fix
    assert caught.value.__cause__ is not None
    return caught.value


@pytest.fixture
def channel(virtual_host: VirtualHost) -> Iterator[Any]:
    """Give the consumer's channel, with both exchanges and a queue that takes all."""
    connection = pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url))
    channel = connection.channel()
    channel.queue_declare(f"kvmgrid.{QUEUE}", durable=True)
    for name in (SAMPLES_EXCHANGE, EVENTS_EXCHANGE):
        channel.exchange_declare(name, "topic", durable=True)
        channel.queue_bind(f"kvmgrid.{QUEUE}", name, "#")
    yield channel
    connection.close()


def depth(channel: Any) -> int:
    """Return how many messages reached the queue."""
    return int(channel.queue_declare(f"kvmgrid.{QUEUE}", passive=True).method.message_count)


@pytest.fixture
def url(virtual_host: VirtualHost, channel: Any) -> Iterator[str]:
    """Give the URL of an enrolled publisher on a broker that has all it needs."""
    assert channel.is_open
    yield virtual_host.add_publisher(HOST)
    virtual_host.broker.admin.delete_user(HOST)


def test_an_enrolled_publisher_is_heard(url: str, channel: Any) -> None:
    """The recipe of enrolment is enough for samples and events."""
    assert ["confirmed"] == send(url)
    assert ["confirmed"] == send(url, exchange=EVENTS_EXCHANGE, key=f"{HOST}.event.domain_started")
    assert 2 == depth(channel)


def test_a_wrong_password_is_named(url: str) -> None:
    """The user is named, the password is not."""
    wrong = url.replace(pika.URLParameters(url).credentials.password, "wr0ng-secret")
    error = fault(wrong)

    assert "authentication" == error.fault
    assert "'web-1'" in str(error)
    assert "wr0ng-secret" not in str(error)


def test_an_unknown_user_is_named(url: str) -> None:
    """It reads like a wrong password, as the broker does not tell them apart."""
    assert "authentication" == fault(url.replace("//web-1:", "//web-9:"), user="web-9").fault


def test_a_password_comes_from_its_file(url: str, tmp_path: Path) -> None:
    """The file wins over the URL, and is read with the host id as user."""
    password = pika.URLParameters(url).credentials.password
    path = tmp_path / "password"
    path.write_text(f"{password}\n")
    bare = url.replace(f"web-1:{quote(password, safe='')}@", "")

    assert ["confirmed"] == send(bare, password_file=path)


def test_a_missing_password_file_is_a_matter_of_settings(url: str, tmp_path: Path) -> None:
    """No connection is tried."""
    with pytest.raises(SettingsError, match="cannot read the secret"):
        send(url, password_file=tmp_path / "none")


def test_a_missing_virtual_host_is_named(url: str) -> None:
    """So is one that the user may not enter."""
    base = url.rsplit("/", 1)[0]
    for name in ("nowhere", "%2F"):
        error = fault(f"{base}/{name}")
        assert "virtual_host" == error.fault
        assert repr(name.replace("%2F", "/")) in str(error)


def test_a_missing_exchange_is_named(url: str, channel: Any) -> None:
    """The fix is to start a consumer, which declares it."""
    channel.exchange_delete(EVENTS_EXCHANGE)
    error = fault(url, exchange=EVENTS_EXCHANGE, key=f"{HOST}.event.x")

    assert "exchange" == error.fault
    assert EVENTS_EXCHANGE in str(error)


def test_other_exchanges_are_refused(url: str) -> None:
    """A publisher writes to kvmgrid's own exchanges only."""
    assert "permission" == fault(url, exchange="amq.topic").fault


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        (SAMPLES_EXCHANGE, "web-2.sample"),
        (SAMPLES_EXCHANGE, "web-1.sample\n"),
        (SAMPLES_EXCHANGE, "web-1.sample.more"),
        (SAMPLES_EXCHANGE, "xweb-1.sample"),
        (SAMPLES_EXCHANGE, "web-1.event.domain_started"),
        (EVENTS_EXCHANGE, "web-2.event.domain_started"),
        (EVENTS_EXCHANGE, "web-1.event.domain_started\n"),
        (EVENTS_EXCHANGE, "web-1.event."),
    ],
)
def test_the_broker_refuses_keys_of_others(url: str, channel: Any, exchange: str, key: str) -> None:
    """Another host's key, a longer one and one with a newline reach no queue."""
    error = fault(url, exchange=exchange, key=key)

    assert "permission" == error.fault
    assert 0 == depth(channel)


def test_the_broker_refuses_messages_in_the_name_of_others(url: str, channel: Any) -> None:
    """The user-id property must be the login."""
    error = fault(url, user="web-2")

    assert "identity" == error.fault
    assert ("'web-1'" in str(error), "'web-2'" in str(error)) == (True, True)
    assert 0 == depth(channel)


def test_a_closed_port_is_unreachable() -> None:
    """So is a name that nobody knows."""
    (port,) = free_ports(1)

    assert "unreachable" == fault(f"amqp://web-1:x@127.0.0.1:{port}/").fault
    error = fault("amqp://web-1:x@no-such-host.invalid/")
    assert "unreachable" == error.fault
    assert "no-such-host.invalid" in str(error)


def test_a_port_that_speaks_something_else_is_told() -> None:
    """An HTTP server in place of the broker is a matter of protocol, not of the network."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(8)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        error = fault(f"amqp://web-1:x@127.0.0.1:{server.getsockname()[1]}/")
        thread.join()

    assert "protocol" == error.fault


def test_tls_to_a_plain_port_is_told(url: str) -> None:
    """amqps:// where the broker speaks plain AMQP."""
    error = fault(url.replace("amqp://", "amqps://"))

    assert "tls" == error.fault


def test_a_certificate_of_an_unknown_authority_is_told(tmp_path: Path) -> None:
    """The fix names the key of the settings; the certificate is made by openssl for this test."""
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        ["openssl", *arguments, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as channel:
                channel.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        error = fault(f"amqps://web-1:x@127.0.0.1:{server.getsockname()[1]}/")
        thread.join()

    assert "tls" == error.fault
    assert "ca_file" in error.fix


def test_the_probe_finds_nothing_wrong_and_publishes_nothing(url: str, channel: Any) -> None:
    """Every right is asked for, and no message is left."""
    result = probe(BrokerSettings(url=url), HOST)

    assert [
        "connect and log in",
        f"exchange {SAMPLES_EXCHANGE} exists",
        f"publish to {SAMPLES_EXCHANGE} as web-1.sample",
        f"exchange {EVENTS_EXCHANGE} exists",
        f"publish to {EVENTS_EXCHANGE} as web-1.event.check",
    ] == [answer.question for answer in result.answers]
    assert {None} == {answer.error for answer in result.answers}
    assert not result.may_impersonate
    assert 0 == depth(channel)


def test_check_warns_of_frames_that_can_hold_the_broker_up(
    monkeypatch: pytest.MonkeyPatch, url: str, channel: Any
) -> None:
    """The lab's node is set up as it should be; one that takes larger frames than wanted gives a warning."""
    del channel
    settings = PublisherSettings(host=HOST, broker=BrokerSettings(url=url))
    assert "frame" not in str(list(check._broker(settings)))
    monkeypatch.setattr(check, "FRAME_BYTES_MAX", 16_383)
    warning = list(check._broker(settings))[-1]

    assert ("WARN", True) == (warning.outcome, "frames of 16,384 bytes" in warning.detail)


def test_the_probe_finds_a_missing_topic_permission(
    virtual_host: VirtualHost, url: str, channel: Any
) -> None:
    """A user that may write to the exchange, but not under this host's key."""
    admin = virtual_host.broker.admin
    admin.set_topic_permission(HOST, virtual_host.name, SAMPLES_EXCHANGE, "^somebody-else$")
    result = probe(BrokerSettings(url=url), HOST)
    faults = {answer.question: answer.error.fault for answer in result.answers if answer.error}

    assert {f"publish to {SAMPLES_EXCHANGE} as web-1.sample": "permission"} == faults
    assert 0 == depth(channel)


def test_the_probe_finds_a_user_that_may_speak_for_all(virtual_host: VirtualHost, channel: Any) -> None:
    """Topic permissions are open until somebody sets them."""
    admin = virtual_host.broker.admin
    admin.add_user("web-3", "secret")
    admin.set_permissions("web-3", virtual_host.name, PUBLISHER_PERMISSIONS)
    url = virtual_host.broker.amqp_url("web-3", "secret", virtual_host.name)
    result = probe(BrokerSettings(url=url), "web-3")
    admin.delete_user("web-3")

    assert result.may_impersonate
    assert 0 == depth(channel)
