# SPDX-License-Identifier: Apache-2.0
"""An evaluator that is killed or restarted anywhere tells what one tells that ran through."""

import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import get_args

import pytest
from msgspec import structs

from consumer.failpoint import EvaluatorPoint
from deploy.lab import services
from publisher.wire.samples import SampleBatch
from tests.integration.alert_site import AlertSite
from tests.services import Logins, MigratedDatabase, as_seen_by_each_role, prepare

RULES = """
[rules.host_memory.alert]
window_seconds = 60

[rules.vm_paused_io_error.alert]
critical = { enter = 1.0, leave = 1.0, for_seconds = 20 }

[rules.vm_should_run]
off = false

[rules.vm_should_run.alert]
warning = { enter = 1.0, leave = 1.0, for_seconds = 30 }
"""
CYCLES = 24


@pytest.fixture
def other(
    database_server: services.Database, template_database: tuple[str, Logins]
) -> Iterator[MigratedDatabase]:
    """Give a second database, for the evaluator that runs through."""
    template, logins = template_database
    name = f"other_{random.getrandbits(32):08x}"
    database_server.admin.create_database(name, template=template)
    prepare(database_server.admin, name, logins)
    yield as_seen_by_each_role(database_server.admin, name, logins)
    database_server.admin.drop_database(name)


class Trouble:
    """Troubles that begin and end by chance, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self._on: dict[tuple[int, str], bool] = {}

    def turn(self) -> None:
        """Let some begin and some end."""
        for host in range(2):
            for name in ("memory", "paused", "full", "silent"):
                if self._random.random() < 0.15:
                    self._on[host, name] = not self._on.get((host, name), False)

    def has(self, host: int, name: str) -> bool:
        """Tell whether a host has a trouble now."""
        return self._on.get((host, name), False)

    def shape(self, host: int, batch: SampleBatch) -> SampleBatch:
        """Return what a host sends."""
        sample = structs.replace(
            batch.sample,
            memory_total_bytes=100,
            memory_available_bytes=3 if self.has(host, "memory") else 60,
            hugepage_total_bytes=0,
            zfs_reclaimable_bytes=0,
        )
        full = structs.replace(
            batch.filesystems[0], total_bytes=100, available_bytes=10 if self.has(host, "full") else 90
        )
        assert batch.domains is not None
        state = (3, 5) if self.has(host, "paused") else (1, 1)
        paused = structs.replace(batch.domains[0].sample, state=state[0], state_reason=state[1])
        domains = [structs.replace(batch.domains[0], sample=paused), *batch.domains[1:]]
        return structs.replace(
            batch, sample=sample, filesystems=[full, *batch.filesystems[1:]], domains=domains
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_anywhere_it_tells_what_it_would_have_told(
    database: MigratedDatabase, other: MigratedDatabase, tmp_path: Path, seed: int
) -> None:
    """SIGKILL at each failpoint, and restarts between: nothing is lost, and nothing told twice."""
    (tmp_path / "other").mkdir()
    site = AlertSite(database, tmp_path, rules=RULES)
    through = AlertSite(other, tmp_path / "other", rules=RULES)
    through.now = site.now
    chance = random.Random(f"restarts {seed}")  # noqa: S311 - as above
    troubles, points = Trouble(seed), cycle(get_args(EvaluatorPoint))
    try:
        for _ in range(CYCLES):
            troubles.turn()
            silent = {host for host in range(2) if troubles.has(host, "silent")}
            for each in (site, through):
                each.now += 10.0
                each.silent = silent
                each.send(troubles.shape)
            if chance.random() < 0.25:
                site.killed_cycle(next(points))
            elif chance.random() < 0.3:
                site.restart()
            site.evaluator.cycle()
            through.evaluator.cycle()

        assert through.told() == site.told()
        assert through.states() == site.states()
        assert {"fired", "resolved"} <= {kind for _, kind, *_ in site.told()}
    finally:
        site.close()
        through.close()
