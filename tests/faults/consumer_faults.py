# SPDX-License-Identifier: Apache-2.0
"""Faults of the consumers: killed at any place, ended, frozen, with a wrong clock."""

import signal
import time

import psycopg

from consumer.failpoint import VARIABLE
from consumer.schema.migration import migrate as apply_migrations
from consumer.schema.migration_files import migrations_folder
from tests.faults.false_clock import FalseClock
from tests.faults.fault import NEIGHBOUR_GAP_SECONDS, Deadlines, Fault
from tests.faults.scene import Scene

_END_SECONDS = 10.0
_DOOM_SECONDS = 40.0
_KILLED = -signal.SIGKILL
# Two heartbeats of 5 s, after which the broker gives up a consumer that is silent.
_TAKEN_BACK_SECONDS = 10.0
_FAST_SECONDS, _SLOW_SECONDS = 15.0, 20.0
# Of migrations that no release will have.
_FIRST_NUMBER = 9_000


def die_between_commit_and_ack(scene: Scene) -> None:
    """Let one consumer end itself behind a commit and before its acknowledgements, and start another."""
    _die_at(scene, scene.random.choice(("after_commit", "before_ack")), scene.random.randint(1, 3))


def die_with_messages_in_hand(scene: Scene) -> None:
    """Let one consumer end itself with a message just received, and start another."""
    _die_at(scene, scene.random.choice(("after_receive", "after_decode", "after_mark", "before_commit")), 2)


def _die_at(scene: Scene, place: str, count: int) -> None:
    doomed = scene.start_consumer({VARIABLE: f"{place}:{count}"})
    status = doomed.wait(_DOOM_SECONDS)
    if status != _KILLED:
        scene.late.append(f"a consumer ended with {status} instead of dying at {place}")
    scene.end_consumer(doomed)


def kill_one(scene: Scene) -> None:
    """End a consumer with SIGKILL at a random moment, and start another."""
    scene.await_consuming()
    process = scene.random.choice(scene.consumers)
    scene.pass_time(scene.random.uniform(0.0, 1.0))
    process.kill()
    scene.end_consumer(process)
    scene.start_consumer()


def end_one(scene: Scene) -> None:
    """End a consumer with SIGTERM under load and start another."""
    scene.await_consuming()
    process = scene.random.choice(scene.consumers)
    _end(scene, process.pid)
    scene.start_consumer()


def end_all_without_database(scene: Scene) -> None:
    """End every consumer while the database is away."""
    scene.site.postgresql.stop()
    scene.require_told("database_away")
    for process in list(scene.consumers):
        _end(scene, process.pid)


def come_back(scene: Scene) -> None:
    """Start database and consumers."""
    scene.site.postgresql.launch()
    for _ in range(2):
        scene.start_consumer().wait_for("consuming")


def _end(scene: Scene, pid: int) -> None:
    (process,) = [each for each in scene.consumers if each.pid == pid]
    begun_seconds = time.monotonic()
    status = process.stop()
    took_seconds = time.monotonic() - begun_seconds
    if status != 0 or took_seconds > _END_SECONDS:
        scene.late.append(f"SIGTERM ended a consumer with {status} after {took_seconds:.1f} s")
    scene.end_consumer(process)


def freeze_one(scene: Scene) -> None:
    """Stop a consumer for as long as the broker needs to take its messages back, and longer."""
    scene.consumers[0].send_signal(signal.SIGSTOP)


def thaw_one(scene: Scene) -> None:
    """Let it go on."""
    scene.consumers[0].send_signal(signal.SIGCONT)


def wrong_clock(offset_seconds: float) -> "_WrongClock":
    """Return acts that start every consumer with a wrong clock and put it right."""
    return _WrongClock(offset_seconds)


class _WrongClock:
    def __init__(self, offset_seconds: float) -> None:
        self._offset_seconds = offset_seconds

    def prepare(self, scene: Scene) -> None:
        """Give the consumers to come a clock of their own, right at first."""
        scene.settings |= FalseClock(scene.folder / "clock").environment

    def inject(self, scene: Scene) -> None:
        """Let it step."""
        FalseClock(scene.folder / "clock", self._offset_seconds)

    def recover(self, scene: Scene) -> None:
        """Put it right."""
        FalseClock(scene.folder / "clock")


def migrate(scene: Scene) -> None:
    """Apply a migration that the database has not, as an update does: a column for tables of each flush."""
    folder = scene.folder / "migrations"
    if not folder.exists():
        folder.mkdir()
        for file in migrations_folder().iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    number = _FIRST_NUMBER + sum(1 for _ in folder.glob("9*_more.sql"))
    (folder / f"{number}_more.sql").write_text(
        f"ALTER TABLE domain_samples ADD COLUMN more_{number} real;\n"
        f"ALTER TABLE publisher_reports ADD COLUMN more_{number} int;\n"
        f"ALTER TABLE hosts ADD COLUMN more_{number} int;\n"
    )
    with psycopg.connect(scene.database.owner_url, autocommit=True) as connection:
        applied = [each.number for each in apply_migrations(connection, folder=folder)]
    if applied != [number]:
        scene.late.append(f"migrate applied {applied} and not {number}")


SLOW = wrong_clock(-600.0)
FAST = wrong_clock(3_600.0)

CONSUMER_FAULTS = (
    Fault(
        "F2", "a consumer killed between commit and ack, six times", "redelivered messages are stored once",
        die_between_commit_and_ack, times=6, deadlines=Deadlines(inject_seconds=_DOOM_SECONDS),
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F3", "a consumer killed with messages in hand, eight times in a row",
        "nothing reaches the dead letters", die_with_messages_in_hand, times=8,
        deadlines=Deadlines(inject_seconds=_DOOM_SECONDS), gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F3-kill", "one of two consumers killed (SIGKILL) at random moments, six times",
        "the other takes its part over", kill_one, times=6, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F19", "SIGTERM to a consumer under load, three times", "exit status 0 within 10 s", end_one, times=3,
        gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F19-database", "SIGTERM to every consumer while the database is away", "exit status 0 within 10 s",
        end_all_without_database, come_back,
    ),
    Fault(
        "F3-frozen", "one of two consumers frozen (SIGSTOP) for 25 s",
        "the broker takes its messages back and gives them to the other", freeze_one, thaw_one,
        hold_seconds=25.0, gap_limit_seconds=_TAKEN_BACK_SECONDS + NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F20-consumer", "the consumers' clock steps 1 h ahead for 15 s", "nothing is lost or set aside",
        FAST.inject, FAST.recover, prepare=FAST.prepare, hold_seconds=_FAST_SECONDS,
        told=("clock_wrong",), gap_limit_seconds=1.1 * _FAST_SECONDS + NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "P2-slow", "the consumers' clock steps 10 min back for 20 s",
        "nothing is lost or set aside", SLOW.inject, SLOW.recover, prepare=SLOW.prepare,
        hold_seconds=_SLOW_SECONDS, told=("clock_wrong",),
        gap_limit_seconds=1.1 * _SLOW_SECONDS + NEIGHBOUR_GAP_SECONDS,
    ),
    Fault(
        "F23", "a migration that changes three tables, while everything runs, three times",
        "nobody waits for a lock",
        migrate, times=3, hold_seconds=1.0, gap_limit_seconds=NEIGHBOUR_GAP_SECONDS,
    ),
)  # fmt: skip
