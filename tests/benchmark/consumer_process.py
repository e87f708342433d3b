# SPDX-License-Identifier: Apache-2.0
"""A consumer as a process of its own, for benchmarks and tests of what outages do to it."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.child import Child
from deploy.lab.readiness import wait_until


class ConsumerProcess(Child):
    """``kvmgrid-consumer run``; ended, by its pid, when the context ends."""

    def __init__(
        self,
        amqp_url: str,
        database_url: str,
        settings: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        given = dict(item.split("=", 1) for item in settings)
        super().__init__(
            "kvmgrid-consumer",
            "run",
            log=Path(self._folder.name) / "log",
            environment={
                "KVMGRID_BROKER__URL": amqp_url,
                "KVMGRID_DATABASE__URL": database_url,
                "KVMGRID_LOG__FORM": "json",
            }
            | given
            | dict(environment or {}),
        )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.exit_status is None

    def output(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, timeout_seconds: float = 30.0) -> None:
        """Wait until ``text`` is in its log; raise AssertionError if it ends or takes too long."""
        wait_until(lambda: text in self.output() or not self.alive, timeout_seconds=timeout_seconds)
        assert text in self.output(), f"no {text!r} in {self.output()}"

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive:
            self.stop()
        self._folder.cleanup()
