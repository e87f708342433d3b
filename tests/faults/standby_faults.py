# SPDX-License-Identifier: Apache-2.0
"""The database fails over: its machine is gone for good, and a synchronous standby takes its place."""

import subprocess

import psycopg

from deploy.lab.postgresql import SUPERUSER, PostgreSql
from deploy.lab.readiness import log_tail, wait_until
from tests.faults.fault import Deadlines, Fault
from tests.faults.scene import Scene

_DISK_BYTES = 2 * 1024 * 1024 * 1024
_ATTACHED_SECONDS = 60.0
# Until somebody has noticed, and decided.
_NOTICED_SECONDS = 5.0
_SYNCHRONOUS = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"


def follow(scene: Scene) -> None:
    """Give the database a standby without which nothing is committed; everybody knows both servers."""
    primary = scene.site.postgresql
    conninfo = f"host=127.0.0.1 port={primary.port} user={SUPERUSER} password={primary.superuser_password}"
    standby = scene.enter(PostgreSql(settings={"primary_conninfo": conninfo}))
    primary.stop()
    subprocess.run(["cp", "--archive", primary.data_directory, standby.data_directory], check=True)
    primary.launch()
    (standby.data_directory / "standby.signal").touch()
    standby.superuser_password = primary.superuser_password
    # Its data are there already, and no remains of a start that was interrupted.
    (standby.directory / "whole").touch()
    standby.launch()
    scene.standby = standby
    scene.at_end(lambda: _come_back_alone(primary))
    with psycopg.connect(primary.database_url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        if not wait_until(
            lambda: connection.execute(_SYNCHRONOUS).fetchone(), timeout_seconds=_ATTACHED_SECONDS
        ):
            raise AssertionError(f"the standby does not follow:\n{log_tail(standby.log_path)}")
    # The standby first: while it follows it takes no writes, and the other one is asked.
    both = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"
    scene.database = scene.database._replace(
        **{
            name: f"{url.replace(f'127.0.0.1:{primary.port}', both)}?target_session_attrs=read-write"
            for name, url in scene.database._asdict().items()
            if name.endswith("_url")
        }
    )


def _come_back_alone(primary: PostgreSql) -> None:
    """Start the old server for the end of the trial; it waits for no standby when it drops its database."""
    primary.kill()
    (primary.data_directory / "postgresql.auto.conf").write_text("")
    primary.launch()


def fail_over(scene: Scene) -> None:
    """End the primary as the end of its machine would, and promote the standby."""
    if scene.standby is None:
        raise AssertionError("there is no standby")
    scene.site.postgresql.kill()
    scene.pass_time(_NOTICED_SECONDS)
    with psycopg.connect(scene.standby.database_url(), autocommit=True) as connection:
        connection.execute("SELECT pg_promote()")


STANDBY_FAULTS = (
    Fault(
        "F10", "the database killed for good, its synchronous standby promoted 5 s later",
        "the consumers go on with the standby", fail_over, prepare=follow, hold_seconds=2.0,
        told=("database_away",), database_disk_bytes=_DISK_BYTES, deadlines=Deadlines(setup_seconds=150.0),
    ),
)  # fmt: skip
