# SPDX-License-Identifier: Apache-2.0
"""The script that takes the pictures of the README."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.page_states import STATES
from deploy.screenshots import THEMES
from tests.dashboard.conftest import Dashboard
from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now
from tests.services import MigratedDatabase

PAGES = ("fleet", "hosts", "vms", "host", "vm")


@pytest.mark.long
@pytest.mark.parametrize("crowd_count", [0, 99], ids=["cards", "map"])
def test_all_pictures_are_taken(
    dashboard: Dashboard, seeder: Seeder, database: MigratedDatabase, tmp_path: Path, crowd_count: int
) -> None:
    """The pages are taken in both themes and sizes, of a small fleet and of a large one; states if wanted."""
    load = Load(tick_seconds=10.0, domains=[domain(1, "web")])
    # Into the future, so that the chart stays full however long this takes.
    seeder.store(run_of_batches("alpha", utc_now() + timedelta(minutes=10), 180, load))
    wanted = {f"{page}-{theme}-{size}" for page in PAGES for theme in THEMES for size in ("wide", "phone")}
    arguments = [dashboard.url, str(tmp_path)]
    if crowd_count:
        copy_host(database.owner_url, "alpha", crowd_count)
        arguments.append("--states")
        wanted |= {f"state-{state.name}-{theme}-wide" for state in STATES for theme in THEMES}
    # A process of its own: the browser of other tests keeps an event loop in this one.
    done = subprocess.run(
        [sys.executable, "-m", "deploy.screenshots", *arguments],
        capture_output=True,
        text=True,
        timeout=290,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert wanted == {path.stem for path in tmp_path.glob("*.png")}
