# SPDX-License-Identifier: Apache-2.0
"""Word to systemd (sd_notify(3)): ready, stopping, and alive as long as every thread makes progress.

Without systemd it says nothing. A thread that hangs is the end of the process. Systemd starts another, and
the broker gives it what was in hand.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Mapping

import structlog

# A wait on the database ends by its deadline, half a minute by default; several may follow each other.
_PARTS_OF_PERIOD = 2
_LOOKS_IN_PERIOD = 8


class Watchdog:
    """Gathers the progress of threads and tells systemd of it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        # As systemd says it, in microseconds; 0 where the unit has no WatchdogSec.
        self._period_seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1e6
        self._progress_at: dict[str, float] = {}
        self._stopping = threading.Event()
        self._log = structlog.get_logger()

    def note(self) -> None:
        """Note that the calling thread makes progress; from then on it has to."""
        self._progress_at[threading.current_thread().name] = time.monotonic()

    def leave(self) -> None:
        """Expect nothing more of the calling thread, which ends."""
        self._progress_at.pop(threading.current_thread().name, None)

    def start(self) -> None:
        """Tell that the process is ready, and from time to time that it is alive."""
        self._tell("READY=1")
        if self._address and self._period_seconds:
            threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Tell that the process ends."""
        self._stopping.set()
        self._tell("STOPPING=1")

    def standing(self) -> list[str]:
        """Return the threads without progress for half of the period."""
        before = time.monotonic() - self._period_seconds / _PARTS_OF_PERIOD
        return sorted(name for name, at in list(self._progress_at.items()) if at < before)

    def _run(self) -> None:
        while not self._stopping.wait(self._period_seconds / _LOOKS_IN_PERIOD):
            if standing := self.standing():
                self._log.error("no_progress", threads=standing)
            else:
                self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # An abstract socket is written with "@" and addressed with NUL.
        target = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # A service manager that does not listen must not hurt the service.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(state.encode(), target)
