# SPDX-License-Identifier: Apache-2.0
"""A running dashboard over a real database that the test fills."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.lab.ports import free_ports
from deploy.lab.readiness import log_tail, wait_until
from tests.dashboard.seeding import Seeder
from tests.services import MigratedDatabase

PATIENCE_SECONDS = 30.0


class Dashboard(NamedTuple):
    """A dashboard process and its address."""

    url: str
    process: subprocess.Popen[bytes]


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def start_dashboard(tmp_path: Path) -> Iterator[Callable[[str], Dashboard]]:
    """Give a function that starts a dashboard on a database; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(database_url: str) -> Dashboard:
        (port,) = free_ports(1)
        environment = {
            **os.environ,
            "KVMGRID_DATABASE__URL": database_url,
            "KVMGRID_WEB__PORT": str(port),
            "KVMGRID_PAGE__REFRESH_SECONDS": "0.5",
            "KVMGRID_DATABASE__CONNECT_TIMEOUT_SECONDS": "2",
        }
        log_path = tmp_path / f"dashboard-{port}.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "run"], env=environment, stdout=log, stderr=log
            )
        started.append(process)
        url = f"http://127.0.0.1:{port}"
        is_up = wait_until(lambda: answers(f"{url}/healthz"), timeout_seconds=PATIENCE_SECONDS)
        assert is_up, f"the dashboard did not start: {log_tail(log_path)}"
        return Dashboard(url, process)

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def dashboard(start_dashboard: Callable[[str], Dashboard], database: MigratedDatabase) -> Dashboard:
    """Give a dashboard on the test's own database."""
    return start_dashboard(database.dashboard_url)


@pytest.fixture
def seeder(database: MigratedDatabase) -> Iterator[Seeder]:
    """Give what writes into the test's own database."""
    seeder = Seeder(database.owner_url)
    yield seeder
    seeder.close()
