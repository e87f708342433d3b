# SPDX-License-Identifier: Apache-2.0
"""Debian's victoria-metrics, and VM samples as the Influx lines that it takes."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import asdict

from deploy.lab.ports import free_ports
from deploy.lab.readiness import wait_until
from publisher.wire.samples import SampleBatch
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.processor_time import exact_cpu_seconds
from tests.benchmark.rivals.process import Rival, ask, rival, rival_folder, wait_for_answer

STORED_SECONDS = 20.0
_STORED = re.compile(r'^vm_rows\{type="storage/[a-z]+"\} ([0-9]+)$', re.MULTILINE)
_REFUSED = re.compile(r"^vm_rows_(?:ignored|invalid)_total\{[^}]*\} ([1-9][0-9]*)$", re.MULTILINE)


class Lines(NamedTuple):
    """Bodies for its /write, with how many samples and values they hold."""

    bodies: tuple[bytes, ...]
    sample_count: int
    value_count: int


def lines(batches: Iterable[SampleBatch], samples_per_body: int) -> Lines:
    """Return the numbers of all VM samples: a line a VM, a field a number, nothing for what is null."""
    texts, value_count = [], 0
    for batch in batches:
        nanoseconds = round(batch.sampled_at.timestamp() * 1_000_000) * 1_000
        for report in batch.domains or ():
            values = [
                f"{name}={value}"
                for name, value in asdict(report.sample).items()
                if isinstance(value, (int, float))
            ]
            value_count += len(values)
            texts.append(f"domain,host={batch.host},uuid={report.uuid} {','.join(values)} {nanoseconds}\n")
    bodies = tuple(
        "".join(texts[start : start + samples_per_body]).encode()
        for start in range(0, len(texts), samples_per_body)
    )
    return Lines(bodies, len(texts), value_count)


class VictoriaMetrics:
    """One server with a storage of its own."""

    def __init__(self, running: Rival, port: int) -> None:
        self._running = running
        self._port = port

    def take(self, wanted: Lines) -> None:
        """Have samples stored, and on disk."""
        before = self._stored_count()
        for body in wanted.bodies:
            ask(self._port, "/write", body)
        ask(self._port, "/internal/force_flush")
        # Its own figures follow a moment later.
        expected = before + wanted.value_count
        if not wait_until(lambda: self._stored_count() == expected, timeout_seconds=STORED_SECONDS):
            stored = self._stored_count() - before
            raise BenchmarkError(f"victoria-metrics stored {stored} values of {wanted.value_count}")

    def cpu_seconds(self) -> float:
        """Return its CPU time so far."""
        return exact_cpu_seconds(self._running.pid)

    def _stored_count(self) -> int:
        text = ask(self._port, "/metrics").decode()
        if _REFUSED.search(text):
            raise BenchmarkError(f"victoria-metrics refused values: {_REFUSED.findall(text)}")
        return sum(int(count) for count in _STORED.findall(text))


@contextmanager
def victoria_metrics() -> Iterator[VictoriaMetrics]:
    """Start a server with nothing in it."""
    with rival_folder() as folder:
        (port,) = free_ports(1)
        with rival(_arguments(folder, port), folder) as running:
            wait_for_answer(port, "/health", running)
            yield VictoriaMetrics(running, port)


def _arguments(folder: Path, port: int) -> list[str]:
    return [
        "/usr/bin/victoria-metrics",
        f"-httpListenAddr=127.0.0.1:{port}",
        f"-storageDataPath={folder / 'data'}",
    ]
