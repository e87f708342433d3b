# SPDX-License-Identifier: Apache-2.0
"""The script that takes the pictures of the README."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, domain, run_of_batches, utc_now


@pytest.mark.long
def test_all_pictures_are_taken(dashboard: Dashboard, seeder: Seeder, tmp_path: Path) -> None:
    """The pages are taken in both themes and both sizes, once the chart is full."""
    load = Load(tick_seconds=10.0, domains=[domain(1, "web")])
    # Into the future, so that the chart stays full however long this takes.
    seeder.store(run_of_batches("hv1", utc_now() + timedelta(minutes=10), 180, load))
    # A process of its own: the browser of other tests keeps an event loop in this one.
    done = subprocess.run(
        [sys.executable, "-m", "deploy.screenshots", dashboard.url, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    pictures = {path.stem for path in tmp_path.glob("*.png")}
    assert pictures == {
        f"{page}-{theme}-{size}"
        for page in ("fleet", "vms", "host", "vm")
        for theme in ("light", "dark")
        for size in ("wide", "phone")
    }
