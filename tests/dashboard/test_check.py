# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-dashboard check`` on a database that is there, is away, or has no schema."""

import os
import subprocess
import sys

import psycopg

from deploy.lab.ports import free_ports
from tests.dashboard.seeding import Seeder, run_of_batches, utc_now
from tests.services import MigratedDatabase


def check(url: str) -> subprocess.CompletedProcess[str]:
    """Run ``kvmgrid-dashboard check`` on a database."""
    environment = {
        **os.environ,
        "KVMGRID_DATABASE__URL": url,
        "KVMGRID_DATABASE__CONNECT_TIMEOUT_SECONDS": "2",
    }
    return subprocess.run(
        [sys.executable, "-m", "dashboard", "check"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_says_what_is_wrong_by_line_and_code(database: MigratedDatabase, seeder: Seeder) -> None:
    """The command ends with 0, 69 or 78 and a line with a fix."""
    seeder.store(run_of_batches("hv1", utc_now(), 1))
    fine = check(database.dashboard_url)
    assert (0, True) == (fine.returncode, "1 known" in fine.stdout)
    away = check(f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/kvmgrid")
    assert (69, True) == (away.returncode, "fix:" in away.stdout)
    wrong = check("this is no address")
    assert 78 == wrong.returncode
    seeder.close()
    with psycopg.connect(database.administrator_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA kvmgrid CASCADE")
    empty = check(database.dashboard_url)
    assert (78, True) == (empty.returncode, "kvmgrid-consumer migrate" in empty.stdout)
