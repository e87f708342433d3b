# SPDX-License-Identifier: Apache-2.0
"""A login by certificate, with what the systemd unit gives: no password, the key as a credential."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab import rabbitmq
from deploy.lab.broker_users import quoted
from deploy.lab.ports import free_ports
from deploy.lab.rabbitmq import RabbitMq
from publisher.amqp.probe import probe
from publisher.wire.broker import BrokerSettings

HOST = "hv-certified"


def make(*arguments: object) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certify(folder: Path, name: str, authority: Path) -> tuple[Path, Path]:
    """Make a certificate of an authority and return its file and its key's."""
    key, request, certificate = (folder / f"{name}.{kind}" for kind in ("key", "request", "pem"))
    extension = folder / f"{name}.extension"
    extension.write_text("subjectAltName=DNS:localhost\n")
    make("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
    signed = ("-CA", authority / "ca.pem", "-CAkey", authority / "ca.key", "-CAcreateserial")
    make("x509", "-req", "-in", request, "-days", "2", *signed, "-extfile", extension, "-out", certificate)
    return certificate, key


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """Give a folder with an authority of its own."""
    make(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=authority", "-days", "2"),
        # Python 3.13 takes no authority without it.
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", tmp_path / "ca.key", "-out", tmp_path / "ca.pem"),
    )
    return tmp_path


@pytest.fixture
def url(authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the URL of a broker as docs/install.md sets one up; the host is enrolled, its password gone."""
    (port,) = free_ports(1)
    certificate, key = certify(authority, "localhost", authority)
    monkeypatch.setattr(rabbitmq, "PLUGINS", "[rabbitmq_management,rabbitmq_auth_mechanism_ssl].\n")
    broker = RabbitMq()
    folder = broker.directory / "certificates"
    folder.mkdir()
    broker._user.own(folder)
    for file in (authority / "ca.pem", certificate, key):
        (folder / file.name).write_bytes(file.read_bytes())
        broker._user.own(folder / file.name)
    monkeypatch.setattr(
        rabbitmq,
        "CONFIGURATION",
        f"{rabbitmq.CONFIGURATION}"
        f"listeners.ssl.1 = 127.0.0.1:{port}\n"
        f"ssl_options.cacertfile = {folder}/ca.pem\n"
        f"ssl_options.certfile = {folder}/{certificate.name}\n"
        f"ssl_options.keyfile = {folder}/{key.name}\n"
        "ssl_options.verify = verify_peer\n"
        "auth_mechanisms.2 = EXTERNAL\n"
        "ssl_cert_login_from = common_name\n",
    )
    with broker:
        broker.launch()
        broker.admin.add_publisher(HOST, "secret")
        broker.admin.request("PUT", f"users/{quoted(HOST)}", {"password_hash": "", "tags": ""})
        for exchange in ("kvmgrid.samples", "kvmgrid.events"):
            broker.admin.request("PUT", f"exchanges/%2F/{exchange}", {"type": "topic", "durable": True})
        yield f"amqps://localhost:{port}/"


def test_a_host_logs_in_by_its_certificate(url: str, authority: Path) -> None:
    """It may do what an enrolled publisher may, as the host of its common name, and no other."""
    certificate, key = certify(authority, HOST, authority)
    password = authority / "broker-password"
    password.write_text("\n")
    settings = BrokerSettings(
        url=url,
        ca_file=authority / "ca.pem",
        certificate_file=certificate,
        key_file=key,
        password_file=password,
    )
    found = probe(settings, HOST)

    assert [None] * 5 == [answer.error for answer in found.answers]
    assert not found.may_impersonate
    (refused,) = {answer.error.fault for answer in probe(settings, "hv-other").answers if answer.error}
    assert refused in ("identity", "permission")
