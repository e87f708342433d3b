# SPDX-License-Identifier: Apache-2.0
"""A running dashboard over a real database that the test fills."""

import multiprocessing
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard import cli
from deploy.lab.ports import free_ports
from deploy.lab.readiness import log_tail, wait_until
from tests.dashboard.lives import Lives
from tests.dashboard.seeding import Seeder
from tests.services import MigratedDatabase

PATIENCE_SECONDS = 30.0
# Four times as often as a dashboard does it by default: tests wait for what is new.
QUICK_SECONDS = 0.5


class Dashboard(NamedTuple):
    """A dashboard process and its address."""

    url: str
    process: ForkServerProcess


def serve(environment: dict[str, str], log_path: Path) -> None:
    """Be a dashboard: what its command does, in a process that has loaded the code already."""
    with log_path.open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(environment)
    cli.main(["run"])


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def loaded_code() -> ForkServerContext:
    """Give what starts processes that have loaded the dashboard's code: half of a start is loading it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@pytest.fixture
def start_dashboard(tmp_path: Path, loaded_code: ForkServerContext) -> Iterator[Callable[..., Dashboard]]:
    """Give what starts a dashboard on a database, as lively and set as said; all end with the test."""
    started: list[ForkServerProcess] = []

    def start(database_url: str, refresh_seconds: float = QUICK_SECONDS, **more: str) -> Dashboard:
        (port,) = free_ports(1)
        environment = {
            "KVMGRID_DATABASE__URL": database_url,
            "KVMGRID_WEB__PORT": str(port),
            "KVMGRID_PAGE__REFRESH_SECONDS": str(refresh_seconds),
            "KVMGRID_DATABASE__CONNECT_TIMEOUT_SECONDS": "2",
            **more,
        }
        log_path = tmp_path / f"dashboard-{port}.log"
        process = loaded_code.Process(target=serve, args=(environment, log_path))
        process.start()
        started.append(process)
        url = f"http://127.0.0.1:{port}"
        is_up = wait_until(lambda: answers(f"{url}/healthz"), timeout_seconds=PATIENCE_SECONDS)
        assert is_up, f"the dashboard did not start: {log_tail(log_path)}"
        return Dashboard(url, process)

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.join(PATIENCE_SECONDS)
        assert process.exitcode is not None, "the dashboard did not end"


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


@pytest.fixture
def lives(database: MigratedDatabase) -> Iterator[Lives]:
    """Give what says where VMs of the test's own database lived."""
    lives = Lives(database.owner_url)
    yield lives
    lives.close()
