# SPDX-License-Identifier: Apache-2.0
"""Evaluators as processes: one is active, and another takes over from one that is killed or frozen."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.demo.child import Child
from deploy.lab.readiness import wait_until
from tests.integration.consumer_messages import StoredRows
from tests.services import MigratedDatabase

# Within 15 s on a machine that has nothing else to do.
TAKEOVER_SECONDS = 60.0
ACTIVE = "SELECT instance FROM alert_evaluator WHERE stepped_at IS NOT NULL"


class Pair:
    """Two evaluators of one database."""

    def __init__(self, stack: ExitStack, database: MigratedDatabase, folder: Path) -> None:
        self.stored = StoredRows(database)
        environment = {
            "KVMGRID_DATABASE__URL": database.ingest_url,
            "KVMGRID_ALERTS__RULES_FILE": str(folder / "none.toml"),
            "KVMGRID_ALERTS__CYCLE_SECONDS": "1",
            "KVMGRID_LOG__FORM": "json",
        }
        self.children: list[Child] = []
        for number in range(2):
            child = Child(
                "kvmgrid-consumer", "alerts", "run", log=folder / f"{number}.log", environment=environment
            )
            stack.callback(child.stop)
            self.children.append(child)
            if not number:
                assert wait_until(
                    lambda: self.active() == self.children[0].pid, timeout_seconds=TAKEOVER_SECONDS
                )
        assert wait_until(self.waits, timeout_seconds=TAKEOVER_SECONDS)

    def active(self) -> int | None:
        """Return the number of the process that evaluates."""
        rows = self.stored.rows(ACTIVE)
        return int(str(rows[0][0]).split("/")[1]) if rows and rows[0][0] else None

    def waits(self) -> bool:
        """Tell whether another one waits for its turn."""
        return bool(self.stored.rows("SELECT FROM pg_locks WHERE locktype = 'relation' AND NOT granted"))

    def output(self, number: int) -> str:
        """Return the log of one."""
        return self.children[number].log.read_text(encoding="utf-8")


@pytest.fixture
def pair(database: MigratedDatabase, tmp_path: Path) -> Iterator[Pair]:
    """Give two evaluators, the first of which is active."""
    with ExitStack() as stack:
        yield Pair(stack, database, tmp_path)


def test_another_takes_over_from_one_that_is_killed(pair: Pair) -> None:
    """Its lock is free at once."""
    begun_at = time.monotonic()
    pair.children[0].send_signal(signal.SIGKILL)

    assert wait_until(lambda: pair.active() == pair.children[1].pid, timeout_seconds=TAKEOVER_SECONDS)
    print(f"taken over after {time.monotonic() - begun_at:.1f} s")  # noqa: T201


def test_another_takes_over_from_one_that_is_frozen(pair: Pair) -> None:
    """The server ends its transaction; awake again, it writes nothing, and waits for its turn."""
    begun_at = time.monotonic()
    pair.children[0].send_signal(signal.SIGSTOP)
    assert wait_until(lambda: pair.active() == pair.children[1].pid, timeout_seconds=TAKEOVER_SECONDS)
    print(f"taken over after {time.monotonic() - begun_at:.1f} s")  # noqa: T201
    pair.children[0].send_signal(signal.SIGCONT)
    assert wait_until(pair.waits, timeout_seconds=TAKEOVER_SECONDS)

    assert "alert_turn_lost" in pair.output(0)
    assert pair.active() == pair.children[1].pid
    assert 1 == pair.output(1).count("alerts_active")
