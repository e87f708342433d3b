# SPDX-License-Identifier: Apache-2.0
"""A fleet whose hosts send what a test wants, and evaluators at a time that the test sets."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import structs

from consumer.alerts.evaluation.evaluator import Evaluator
from consumer.failpoint import VARIABLE, EvaluatorPoint
from consumer.settings import AlertSettings, ConsumerSettings, DatabaseSettings
from publisher.wire.samples import Event, SampleBatch
from tests.integration.consumer_messages import StoredRows, small_fleet
from tests.integration.direct_consumer import DirectConsumer
from tests.services import MigratedDatabase

TICK_SECONDS = 10.0
Shape = Callable[[int, SampleBatch], SampleBatch]
# Short windows: a test has few cycles.
RULES = """
[rules.host_memory.alert]
window_seconds = 60

[rules.vm_steal.alert]
window_seconds = 60
"""


class AlertSite:
    """A fleet of a few hosts; each cycle is ten seconds after the one before."""

    def __init__(
        self, database: MigratedDatabase, folder: Path, *, host_count: int = 2, rules: str = RULES
    ) -> None:
        self.stored = StoredRows(database)
        self.rules_file = folder / "alerts.toml"
        self.rules_file.write_text(rules, encoding="utf-8")
        self.fleet = small_fleet(host_count=host_count, domain_count=2)
        self.now = float(int(time.time()) - 3_600)
        self.silent: set[int] = set()
        self.settings = ConsumerSettings(
            database=DatabaseSettings(url=database.ingest_url),
            alerts=AlertSettings(rules_file=self.rules_file),
        )
        self._consumer = DirectConsumer(database.ingest_url)
        self._sequence = 0
        self.evaluator = self.new_evaluator()

    def new_evaluator(self, **environment: str) -> Evaluator:
        """Return an evaluator that is at the site's time."""
        return Evaluator(self.settings, environment, clock=self.time)

    def time(self, _now: datetime) -> datetime:
        """Return the time that the test has set."""
        return datetime.fromtimestamp(self.now, UTC)

    def restart(self) -> None:
        """Let another evaluator go on."""
        self.evaluator.close()
        self.evaluator = self.new_evaluator()

    def killed_cycle(self, point: EvaluatorPoint) -> None:
        """Let a process do a cycle that ends at a failpoint; the next cycle is another evaluator's."""
        self.evaluator.close()
        self.evaluator = self.new_evaluator()
        command = [sys.executable, "-m", "tests.integration.alert_cycle", self.settings.database.url]
        ended = subprocess.run(
            [*command, str(self.rules_file), str(self.now)],
            env=os.environ | {VARIABLE: point},
            check=False,
            timeout=120.0,
        )
        assert -signal.SIGKILL == ended.returncode

    def send(self, shape: Shape = lambda _host, batch: batch, *, at: float | None = None) -> None:
        """Let the hosts that are not silent send a batch."""
        self._sequence += 1
        for host in range(len(self.fleet.hosts)):
            if host not in self.silent:
                batch = self.fleet.batch(host, at or self.now, self._sequence, tick_seconds=TICK_SECONDS)
                received_at = datetime.fromtimestamp(self.now, UTC)
                self._consumer.take(shape(host, batch), received_at=received_at)

    def take(self, event: Event) -> None:
        """Let an event arrive now."""
        self._consumer.take(event, received_at=datetime.fromtimestamp(self.now, UTC))

    def reconnect(self) -> None:
        """Let the consumer open its connections anew."""
        self._consumer.close()
        self._consumer = DirectConsumer(self.settings.database.url)

    def cycles(self, count: int, shape: Shape = lambda _host, batch: batch) -> None:
        """Do cycles, a tick before each."""
        for _ in range(count):
            self.now += TICK_SECONDS
            self.send(shape)
            self.evaluator.cycle()

    def alerts(self, rule: str | None = None) -> list[tuple[Any, ...]]:
        """Return rule, host, part, severity of open alerts."""
        return self.stored.rows(
            "SELECT rule, host, part, severity FROM alerts JOIN hosts USING (host_id)"
            " WHERE resolved_at IS NULL AND rule = coalesce(%s, rule) ORDER BY 1, 2, 3",
            [rule],
        )

    def history(self, rule: str) -> list[tuple[Any, ...]]:
        """Return what became of the alerts of a rule: kind and severity."""
        return self.stored.rows(
            "SELECT c.kind, c.severity FROM alert_changes AS c JOIN alerts USING (alert_id)"
            " WHERE rule = %s ORDER BY change_id",
            [rule],
        )

    def told(self) -> list[tuple[Any, ...]]:
        """Return all that became of alerts, in order, by names."""
        return self.stored.rows(
            "SELECT c.changed_at, c.kind, c.severity, round(c.value::numeric, 6), c.words,"
            " rule, host, uuid::text, part"
            " FROM alert_changes AS c JOIN alerts AS a USING (alert_id) JOIN hosts USING (host_id)"
            " LEFT JOIN domains USING (domain_id) ORDER BY c.changed_at, rule, host, uuid, part, c.change_id"
        )

    def states(self) -> list[tuple[Any, ...]]:
        """Return all states and flaps, by names."""
        return self.stored.rows(
            "SELECT rule, severity, host, domain_id, part, phase, since, held_seconds, was_known, NULL"
            " FROM alert_states JOIN hosts USING (host_id)"
            " UNION ALL SELECT rule, '', host, domain_id, part, '', NULL, NULL, is_flapping, changed_at"
            " FROM alert_flaps JOIN hosts USING (host_id) ORDER BY 1, 2, 3, 4, 5"
        )

    def close(self) -> None:
        """Close the connections."""
        self.evaluator.close()
        self._consumer.close()


def host_with(hosts: Iterable[int], **figures: object) -> Shape:
    """Return a shape in which some hosts have figures of their own."""
    chosen = frozenset(hosts)

    def shape(host: int, batch: SampleBatch) -> SampleBatch:
        if host not in chosen:
            return batch
        return structs.replace(batch, sample=structs.replace(batch.sample, **figures))

    return shape
