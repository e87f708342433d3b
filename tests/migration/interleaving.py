# SPDX-License-Identifier: Apache-2.0
"""Sessions of flush, upkeep and retention that take turns at every statement, by chance and repeatably.

The flush is that of the consumer, statement by statement: rows, claims, the gate, the mark, the notes, the
commit. A session yields between its statements, so that those of others come in between, in transactions that
are open. What would wait for another session fails after a moment, and is tried again. Any transaction may
be rolled back, or its session killed, between two statements; failpoints and restarts do that.
"""

from collections.abc import Iterator, Sequence
from random import Random

import psycopg

from tests.migration.random_samples import Row
from tests.migration.seeding import HYPERTABLES

Turns = Iterator[None]
# Without waiting: whoever waits has nobody in this process who would go on.
IMPATIENT = """
ALTER FUNCTION announce_rollups() SET lock_timeout = '5ms';
ALTER FUNCTION apply_retention() SET lock_timeout = '5ms';
"""
# In the end.
KEPT_HOURS = 50
KEEP_RAW = "UPDATE retention SET keep = make_interval(secs => %s * 3600.0) WHERE level = 'raw'"
KEEP_5M = """
UPDATE retention SET keep = greatest(INTERVAL '1 day', raw.age + INTERVAL '1 hour')
FROM (
    SELECT now() - min(kept_from) AS age FROM rollup_marks
    WHERE level = 'raw' HAVING min(kept_from) > '2000-01-01'
) AS raw
WHERE level = '5m'
"""


class Session:
    """A consumer's connection, which is opened again when it was killed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.connection = psycopg.connect(url)

    def kill(self) -> None:
        """End the session in the server, with whatever it is at, and open another."""
        with psycopg.connect(self._url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 30000)", [self.connection.info.backend_pid])
        self.connection.close()
        self.connection = psycopg.connect(self._url)

    def cut_off(self, random: Random) -> None:
        """End the transaction without a commit."""
        if random.random() < 0.5:
            self.kill()
        else:
            self.connection.rollback()


def flush(session: Session, rows: list[Row], random: Random, settled: Sequence[int] = ()) -> Turns:
    """Store rows as the consumer does, and try until it has worked.

    Now and then a try is cut off, or its commit is not heard of. ``settled``: domains whose claims are
    settled by the way.
    """
    while True:
        cut_after = random.randrange(len(rows) + 8) if random.random() < 0.2 else None
        try:
            for count, _ in enumerate(_store(session.connection, rows, random, settled)):
                if count == cut_after:
                    session.cut_off(random)
                    break
                yield
            else:
                if random.random() < 0.95:
                    return
                session.kill()
        except psycopg.errors.LockNotAvailable:
            session.connection.rollback()
        yield


def _store(connection: psycopg.Connection, rows: list[Row], random: Random, settled: Sequence[int]) -> Turns:
    connection.execute("SET LOCAL lock_timeout = '20ms'")
    for row in rows:
        connection.execute(*row.insertion())
        yield
    if settled:
        connection.execute("SELECT settle_claims(%s)", [list(settled)])
        yield
    connection.execute("LOCK TABLE rollup_gate IN ROW EXCLUSIVE MODE")
    yield
    ((announced,),) = connection.execute("SELECT announced FROM rollup_announced").fetchall()
    yield
    for note in sorted({row.note for row in rows if row.note and row.sampled_at < announced}):
        connection.execute("INSERT INTO rollup_late (subject, entity_id, bucket) VALUES (%s, %s, %s)", note)
        yield
    # A commit that takes its time: upkeep may announce and fill meanwhile.
    for _ in range(random.choice((0, 20))):
        yield
    connection.commit()


def upkeep(session: Session, random: Random, step_count: int) -> Turns:
    """Take steps of upkeep by chance; a transaction stays open for some turns, and may be cut off."""
    for _ in range(step_count):
        try:
            _step(session.connection, random)
            for _ in range(random.randrange(4)):
                yield
            if random.random() < 0.1:
                session.cut_off(random)
            else:
                session.connection.commit()
        except psycopg.errors.LockNotAvailable:
            session.connection.rollback()
        yield


def _step(connection: psycopg.Connection, random: Random) -> None:
    match random.randrange(4):
        case 0:
            connection.execute("SELECT announce_rollups()")
        case 1:
            connection.execute("SELECT apply_late_rollups(%s)", [random.choice((1, 5, 1000))])
        case 2:
            # Notes wait until all relations of their subject are filled.
            for relation in random.sample(HYPERTABLES, len(HYPERTABLES)):
                connection.execute("SELECT fill_rollup(%s, '5m', %s)", [relation, random.choice((20, 1000))])
        case _:
            step = [random.choice(HYPERTABLES), random.choice(("1h", "1d"))]
            connection.execute("SELECT fill_rollup(%s, %s, 1000)", step)


def retention(
    session: Session, owner: psycopg.Connection, random: Random, *, step_count: int, pause: int
) -> Turns:
    """Let more and more be outdated, and drop it; ``pause``: turns between two steps.

    Buckets of 5 minutes go later than what they are made of: as where the periods are longer.
    """
    for step in range(step_count):
        for _ in range(pause):
            yield
        hours = KEPT_HOURS + 60 * (1 - step / step_count) + random.random()
        owner.execute(KEEP_RAW, [hours])
        owner.execute(KEEP_5M)
        try:
            # No row: another session is the worker.
            while not session.connection.execute("SELECT apply_retention()").fetchall():
                session.connection.rollback()
                yield
            for _ in range(random.randrange(8)):
                yield
            if random.random() < 0.2:
                session.cut_off(random)
            else:
                session.connection.commit()
        except psycopg.errors.LockNotAvailable:
            session.connection.rollback()


def drop_all(worker: psycopg.Connection, owner: psycopg.Connection) -> None:
    """Drop what is outdated in the end; ``worker`` is in autocommit mode and by itself."""
    owner.execute(KEEP_RAW, [KEPT_HOURS])
    worker.execute("SELECT apply_retention()")
    owner.execute(KEEP_5M)
    worker.execute("SELECT apply_retention()")


def run_by_turns(sessions: list[Turns], random: Random) -> Iterator[None]:
    """Let sessions take turns by chance until all have ended; yields after each turn."""
    while sessions:
        session = random.choice(sessions)
        if next(session, "ended") == "ended":
            sessions.remove(session)
        yield
