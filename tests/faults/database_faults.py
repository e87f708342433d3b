# SPDX-License-Identifier: Apache-2.0
"""Faults of the database, of the way to it, and of those who share it."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.lab.readiness import wait_until
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Deadlines, Fault
from tests.faults.honest_host import letter_of
from tests.faults.proxy import Spoiling
from tests.faults.scene import Hop, Scene

STORING: Hop = "consumer to database"
_LOCKED_SECONDS = 20.0
_LATE_COUNT = 20
_LATE_SECONDS = 30.0
_DAY_SECONDS = 86_400.0
_BLACK_HOLE_SECONDS = 60.0
_DISK_BYTES = 400 * 1024 * 1024
_ROOM_BYTES = 512 * 1024


def kill(scene: Scene) -> None:
    """End the server as a power cut would."""
    scene.site.postgresql.kill()


def stop(scene: Scene) -> None:
    """Stop the server in good order."""
    scene.site.postgresql.stop()


def launch(scene: Scene) -> None:
    """Start the server again."""
    scene.site.postgresql.launch()


def freeze(scene: Scene) -> None:
    """Stop the server's processes: connections stay, nothing answers."""
    scene.site.postgresql.freeze()


def thaw(scene: Scene) -> None:
    """Let them go on."""
    scene.site.postgresql.thaw()


@contextlib.contextmanager
def _locked(url: str, table: sql.Composable, mode: str) -> Iterator[None]:
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(table, sql.SQL(mode)))
        yield


def _hold_lock(scene: Scene, table: sql.Composable, mode: str) -> None:
    scene.held.enter_context(_locked(scene.database.administrator_url, table, mode))


def release(scene: Scene) -> None:
    """Release what is locked."""
    scene.held.close()


def lock_table(scene: Scene) -> None:
    """Lock a table that every flush writes."""
    _hold_lock(scene, sql.Identifier("kvmgrid", "domain_samples"), "ACCESS EXCLUSIVE")


def store_yesterday(scene: Scene) -> None:
    """Give yesterday's chunk to the tables, by a host that has drained nothing else yet."""
    host = _send_late(scene, 1)
    if not wait_until(lambda: scene.stored_count(host) >= _LATE_COUNT, timeout_seconds=_LATE_SECONDS):
        scene.late.append("the first late samples are not stored")


def _send_late(scene: Scene, first: int) -> str:
    fleet = scene.fleet(1, 1, prefix="late")
    second = float(int(scene.random.uniform(0, 1000))) + _yesterday(scene)
    letters = [letter_of(fleet.batch(0, second + tick, first + tick)) for tick in range(_LATE_COUNT)]
    host = fleet.hosts[0].host
    scene.intruder(host).send_letters(*letters)
    return host


def _yesterday(scene: Scene) -> float:
    (row,) = scene.query("SELECT extract(epoch FROM date_trunc('day', now()) - INTERVAL '12 hours')::float8")
    return float(row[0])


def convert_yesterday(scene: Scene) -> None:
    """Lock yesterday's chunk as its conversion to columns does, and send late samples for it."""
    chunks = scene.query(
        "SELECT c::text FROM show_chunks('kvmgrid.domain_samples', older_than => date_trunc('day', now()))"
        " AS c ORDER BY 1"
    )
    if not chunks:
        scene.late.append("there is no chunk of yesterday to lock")
    for (name,) in chunks:
        _hold_lock(scene, sql.Identifier(*name.split(".")), "EXCLUSIVE")
    _send_late(scene, 1000)


def bury_connections(scene: Scene) -> None:
    """Let a middle box forget the connections to the database while it goes on to acknowledge."""
    scene.proxies[STORING].bury()
    scene.await_stored(scene.hosts[-1].host, 4, timeout_seconds=_BLACK_HOLE_SECONDS)


def notify_rubbish(scene: Scene) -> None:
    """Notify the consumers, as the dashboard's role, of what is no list of ids."""
    with psycopg.connect(scene.database.dashboard_url, autocommit=True) as connection:
        for payload in ("x", "", "1,x", "9" * 100, "-1", "null", "[1]", "\N{SNOWMAN}"):
            # The statement cannot be taken from anybody, other than the function.
            connection.execute(sql.SQL("NOTIFY kvmgrid_residency, {}").format(payload))
    scene.await_stored(scene.hosts[0].host, 8)


def put_back_a_copy(scene: Scene) -> None:
    """Copy the database cold, let new hosts be entered, put the copy back while the consumers run on."""
    postgresql = scene.site.postgresql
    copy = postgresql.directory / "cold-copy"
    postgresql.stop()
    _copy(postgresql.data_directory, copy)
    postgresql.launch()
    for name in ("beta", "gamma"):
        scene.add_host(scene.fleet(1, 2, prefix=name), 0)
    scene.await_all_stored([host.host for host in scene.hosts[-2:]], 3)
    postgresql.stop()
    before = scene.ledger.with_fate("confirmed")
    shutil.rmtree(postgresql.data_directory)
    copy.rename(postgresql.data_directory)
    # What was stored after the copy is undone with it: that is the restore's doing.
    postgresql.launch()
    scene.ledger.fates(before - scene.stored_ids(), "undone")
    scene.add_host(scene.fleet(1, 2, prefix="delta"), 0)
    scene.await_all_stored([host.host for host in scene.hosts], 3)


def _copy(source: Path, target: Path) -> None:
    """Copy a data directory with owners and modes."""
    subprocess.run(["cp", "--archive", str(source), str(target)], check=True)


def fill_disk(scene: Scene) -> None:
    """Leave the database a few rows' room on its disk."""
    if scene.site.disk is None:
        raise AssertionError("the database has no small disk")
    scene.site.disk.fill(_ROOM_BYTES)


def free_disk(scene: Scene) -> None:
    """Free the disk, and start the server where it could not go on without."""
    if scene.site.disk is not None:
        scene.site.disk.free()
    scene.site.postgresql.launch()


DATABASE_FAULTS = (
    Fault(
        "F4", "kill -9 of the database, four times", "no half of a flush, no consumer ends",
        kill, launch, times=4, hold_seconds=1.0,
    ),
    Fault(
        "F5", "the database stopped for 30 s", "consumers pause, hosts notice nothing",
        stop, launch, hold_seconds=30.0, told=("database_away",),
        settings={"KVMGRID_INGEST__DELIVERY_LIMIT_COUNT": "3"},
    ),
    Fault(
        "F6-lock", "a table that every flush writes locked for 20 s", "the flush is tried again, not refused",
        lock_table, release, hold_seconds=_LOCKED_SECONDS, told=("55P03",),
        # While it lasts nobody's rows can be stored.
        gap_limit_seconds=1.1 * _LOCKED_SECONDS + NEIGHBOUR_GAP_SECONDS,
        settings={"KVMGRID_DATABASE__LOCK_TIMEOUT_SECONDS": "3"},
    ),
    Fault(
        "F6-slow", "the way to the database with 200 ms each way for 15 s", "slower, nothing breaks",
        lambda scene: scene.proxies[STORING].spoil(
            up=Spoiling(latency_seconds=0.2), down=Spoiling(latency_seconds=0.2)
        ),
        hops=(STORING,), hold_seconds=15.0,
    ),
    Fault(
        "F8", "the database frozen (SIGSTOP) for 25 s in the midst of flushes",
        "an unknown outcome is decided by the key", freeze, thaw, hold_seconds=25.0,
    ),
    Fault(
        "F8-reset", "every connection to the database reset, eight times", "a flush is repeated, stored once",
        lambda scene: scene.proxies[STORING].reset(), hops=(STORING,), times=8, hold_seconds=0.7,
    ),
    Fault(
        "F9", "the database's disk full for 30 s, then freed", "the consumers wait, nothing is set aside",
        fill_disk, free_disk, hold_seconds=30.0, told=("database_away",), database_disk_bytes=_DISK_BYTES,
        deadlines=Deadlines(setup_seconds=150.0),
    ),
    Fault(
        "P1", "a cold copy of the database put back while the consumers run on",
        "no row under a wrong host or VM", put_back_a_copy,
        deadlines=Deadlines(inject_seconds=240.0),
    ),
    Fault(
        "P4", "the connections to the database swallowed for ever, the kernel acknowledging",
        f"new samples are stored within {_BLACK_HOLE_SECONDS:g} s over new connections",
        bury_connections, hops=(STORING,),
    ),
    Fault(
        "P5", "yesterday's chunk locked for 25 s as by its conversion, late samples for it",
        "live samples of the others do not wait",
        convert_yesterday, release, begin=store_yesterday, hold_seconds=25.0,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "P7", "the dashboard's role notifies the consumers of rubbish", "no consumer ends",
        notify_rubbish, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
)  # fmt: skip
