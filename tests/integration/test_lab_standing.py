# SPDX-License-Identifier: Apache-2.0
"""A standing lab is started, shown and ended by its commands, and nothing else is."""

import json
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.lab.database_admin import DatabaseAdmin
from deploy.lab.process import Process
from deploy.lab.readiness import amqp_answers, wait_until
from deploy.lab.standing_lab import read_state, state_folder

CHECKOUT = Path(__file__).resolve().parents[2]
NOT_UP = 3


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the lab's command line."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.lab", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.fixture
def name() -> Iterator[str]:
    """Give a name of the test's own and end what is still up under it."""
    own = f"test-{secrets.token_hex(4)}"
    yield own
    command("down", "--name", own)
    shutil.rmtree(state_folder(own), ignore_errors=True)


def amqp_port(state: dict[str, Any]) -> int:
    """Return the broker's port."""
    return int(state["amqp_url"].rsplit(":", 1)[1].split("/")[0])


def test_up_shows_in_status_and_down_ends_it(name: str) -> None:
    """The services answer between up and down; a second up is refused; down twice says so."""
    assert NOT_UP == command("status", "--name", name).returncode
    started = command("up", "--name", name)
    assert 0 == started.returncode, started.stderr
    again = command("up", "--name", name)
    assert 1 == again.returncode
    assert "is up already" in again.stderr

    state = json.loads(command("status", "--name", name, "--json").stdout)
    assert amqp_answers(amqp_port(state))
    assert DatabaseAdmin(state["database_url"]).version().startswith("17.")
    assert Path(state["libvirt_uri_read_only"].split("socket=")[1]).is_socket()
    assert "password" not in started.stdout
    assert state["database_url"].split(":")[2].split("@")[0] not in started.stdout

    assert 0 == command("down", "--name", name).returncode
    assert not Process(state["pid"], state["start_ticks"]).is_alive()
    assert not amqp_answers(amqp_port(state))
    assert NOT_UP == command("down", "--name", name).returncode


def test_a_killed_holder_leaves_nothing(name: str) -> None:
    """The services end with their holder, and the name is free again."""
    assert 0 == command("up", "--name", name).returncode
    state = read_state(name)
    assert state is not None
    folder = Path(state.libvirt_uri.split("socket=")[1]).parents[1]
    port = int(state.amqp_url.rsplit(":", 1)[1].split("/")[0])
    state.holder.send_signal(signal.SIGKILL)

    assert wait_until(lambda: not amqp_answers(port), timeout_seconds=10)
    assert wait_until(lambda: not folder.exists(), timeout_seconds=10)
    assert NOT_UP == command("status", "--name", name).returncode
