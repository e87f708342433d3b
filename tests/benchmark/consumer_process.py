# SPDX-License-Identifier: Apache-2.0
"""A consumer as a process of its own, for benchmarks and tests of what outages do to it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 20.0


class ConsumerProcess:
    """``kvmgrid-consumer run`` with its log in a file; ended, by its pid, when the context ends."""

    def __init__(
        self,
        amqp_url: str,
        database_url: str,
        settings: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed by __exit__
        given = dict(item.split("=", 1) for item in settings)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KVMGRID_")}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "consumer", "run"],
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
            env=inherited
            | {
                "PYTHONPATH": str(ROOT),
                "KVMGRID_BROKER__URL": amqp_url,
                "KVMGRID_DATABASE__URL": database_url,
                "KVMGRID_LOG__FORM": "json",
            }
            | given
            | dict(environment or {}),
        )
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def output(self) -> str:
        """Everything it wrote so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def wait_for(self, text: str, timeout_seconds: float = 30.0) -> None:
        """Wait until ``text`` is in its log; raise AssertionError if it ends or takes too long."""
        ends_at = time.monotonic() + timeout_seconds
        while text not in self.output():
            assert self.alive, self.output()
            assert time.monotonic() < ends_at, f"no {text!r} in {self.output()}"
            time.sleep(0.05)

    def wait(self, timeout_seconds: float = STOP_SECONDS) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(timeout_seconds)

    def terminate(self) -> int:
        """Ask it to end and return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.alive:
                self.terminate()
        except subprocess.TimeoutExpired:
            self.kill()
        finally:
            self._log.close()
