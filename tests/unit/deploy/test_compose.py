# SPDX-License-Identifier: Apache-2.0
"""deploy/compose.yaml cannot run without a container engine; its schema and our own files check it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.settings import ConsumerSettings
from dashboard import settings as dashboard_settings
from publisher.wire import settings as wire_settings

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose.yaml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the compose file as a tree."""
    tree: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return tree


def test_the_file_follows_the_compose_specification() -> None:
    """The published JSON schema of compose files accepts it."""
    checker = Path(sys.executable).with_name("check-jsonschema")
    result = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    """Broker and database run the versions that were chosen."""
    images = {name: service["image"] for name, service in compose["services"].items()}

    assert images["broker"] == "rabbitmq:4-management"
    assert re.fullmatch(r"timescale/timescaledb:2\.\d+\.\d+-pg17", images["database"])


@pytest.mark.parametrize("service", ["broker", "database"])
def test_a_server_has_a_healthcheck_and_a_volume(compose: dict[str, Any], service: str) -> None:
    """Others wait for its health, and its data outlives the container."""
    assert compose["services"][service]["healthcheck"]["test"]
    assert any(volume.startswith(f"{service}_data:") for volume in compose["services"][service]["volumes"])


def test_every_mounted_file_exists(compose: dict[str, Any]) -> None:
    """A path that is missing would be mounted as an empty folder."""
    mounts = [
        COMPOSE.parent / volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]

    assert len(mounts) == 3
    assert [mount for mount in mounts if not mount.is_file()] == []


def test_everything_is_published_on_loopback_only(compose: dict[str, Any]) -> None:
    """Trying out opens no port to the network."""
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_processes_accept_their_settings(compose: dict[str, Any]) -> None:
    """Every variable of the file is a setting of the process it is given to."""
    services = compose["services"]

    for name in ("migrate", "consumer", "alerts"):
        wire_settings.load(ConsumerSettings, None, services[name]["environment"])
    dashboard = dashboard_settings.load(None, services["dashboard"]["environment"])

    assert dashboard.web.listen_address == services["dashboard"]["environment"]["KVMGRID_WEB__LISTEN_ADDRESS"]


def test_what_is_written_into_a_container_needs_it_writable(compose: dict[str, Any]) -> None:
    """Compose refuses a read-only service with a secret or config that is not a file."""
    refused = [
        (name, kind, source)
        for name, service in compose["services"].items()
        for kind in ("secrets", "configs")
        for use in service.get(kind, [])
        if "file" not in compose[kind][source := use if isinstance(use, str) else use["source"]]
        and service.get("read_only")
    ]

    assert [] == refused


def test_the_hook_of_the_broker_outlasts_its_start(compose: dict[str, Any], tmp_path: Path) -> None:
    """It tries again until the node answers, then enrols the consumer; and it is not run by root."""
    (hook,) = compose["services"]["broker"]["post_start"]
    first_answer = tmp_path / "first-answer"
    programs = {
        "rabbitmqctl": f"test -e {first_answer} || {{ touch {first_answer}; exit 69; }}",
        "enrol": f"echo $* > {tmp_path}/enrolled; cat >> {tmp_path}/enrolled",
        "sleep": "exit 0",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "password").write_text("secret")
    command = [
        part.replace("/run/secrets/kvmgrid_password", f"{tmp_path}/password") for part in hook["command"]
    ]
    subprocess.run(command, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=30)

    assert hook["user"] == "rabbitmq"
    assert (tmp_path / "enrolled").read_text() == "consumer kvmgrid-consumer\nsecret"
