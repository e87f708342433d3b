# SPDX-License-Identifier: Apache-2.0
"""One process of the pipeline, started from its console script, with a log file of its own.

It ends with its parent, in whatever way the parent ends. It has a session of its own. So Ctrl-C on the
terminal reaches the demo alone, which then ends its processes in order.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.errors import DemoError
from deploy.lab.readiness import log_tail

STOP_TIMEOUT_SECONDS = 15.0
# The deployed names: what an operator starts is what the demo and the tests start.
SCRIPTS = Path(sys.executable).parent


def inherited() -> dict[str, str]:
    """Return this environment without KVMGRID_…: a shell's settings would beat those of the given files."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KVMGRID_")}


class Child:
    """A started process; `stop` or `kill` ends it."""

    def __init__(
        self, script: str, *arguments: str, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = script
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                # setpriv(1): the kernel kills the process when the thread that started it is gone.
                ["setpriv", "--pdeathsig", "KILL", "--", str(SCRIPTS / script), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=inherited() | dict(environment or {}),
            )

    @property
    def pid(self) -> int:
        """The process id; setpriv replaces itself, so it is the script's own."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """The exit status, None while it runs."""
        return self._process.poll()

    def require_running(self) -> None:
        """Raise DemoError with the end of the log if the process has ended."""
        status = self.exit_status
        if status is not None:
            end = log_tail(self.log)
            raise DemoError(f"{self.name} ended with status {status}; the end of its log {self.log}:\n{end}")

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to this process."""
        self._process.send_signal(number)

    def wait(self, timeout_seconds: float = STOP_TIMEOUT_SECONDS) -> int:
        """Wait for the end of the process; return its exit status. Raises subprocess.TimeoutExpired."""
        return self._process.wait(timeout_seconds)

    def stop(self) -> int:
        """End the process with SIGTERM, after a while with SIGKILL; return its exit status."""
        self._process.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End the process at once (SIGKILL); return its exit status."""
        self._process.kill()
        return self._process.wait()


def run_to_end(script: str, *arguments: str) -> str:
    """Run a console script and return what it printed; raise DemoError if it fails."""
    result = subprocess.run(
        [SCRIPTS / script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=inherited(),
    )
    if result.returncode != 0:
        raise DemoError(f"{script} {arguments[0]} failed:\n{result.stderr or result.stdout}")
    return result.stdout
