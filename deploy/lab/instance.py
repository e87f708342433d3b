# SPDX-License-Identifier: Apache-2.0
"""One private instance of a service: start, stop, kill, freeze, thaw, restart on the same ports and data.

An instance owns a directory, which keeps its data over restarts. `close` removes it unless the caller named
it. It ends with the process that made it, at the latest. Data of a first start that was interrupted
before the service answered are thrown away by the next one.
"""

from __future__ import annotations

import abc
import contextlib
import os
import secrets
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from deploy.lab.enclosure import ROOT, Enclosure, Plan, User
from deploy.lab.errors import LabError, NotRootError, NotRunningError, StartError, StopError
from deploy.lab.readiness import log_tail, wait_until
from deploy.lab.rootfs import RootFolder, root_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from deploy.lab.enclosure import Member
    from deploy.lab.process import Process

# /var/tmp, not /tmp: a /tmp in memory would make the database's syncs free.
INSTANCES_FOLDER = Path("/var/tmp")  # noqa: S108 - mkdtemp makes the names
PORT_ATTEMPTS = 3
# What the services write to their logs when another program took the port between choosing and binding it.
PORT_TAKEN = ("eaddrinuse", "Address already in use")
# sockaddr_un.sun_path holds 108 bytes with the final zero (unix(7)); the longest name below a run folder is
# libvirt's.
LONGEST_SOCKET_PATH_BYTES = 107
LONGEST_SOCKET_NAME = "run/libvirt-admin-sock"


class Command(NamedTuple):
    """How a service is started inside the root folder."""

    arguments: Sequence[str]
    user: User = ROOT
    environment: Mapping[str, str] | None = None


class Instance(abc.ABC):
    """A service of the lab. Subclasses say how it is prepared, started and found ready."""

    NAME: ClassVar[str]
    # The folder below the instance's that the first start fills.
    DATA: ClassVar[str] = "data"
    STOP_SIGNAL: ClassVar[signal.Signals] = signal.SIGTERM
    START_TIMEOUT_SECONDS: ClassVar[float] = 60.0
    STOP_TIMEOUT_SECONDS: ClassVar[float] = 30.0
    PRIVATE_NETWORK: ClassVar[bool] = False

    def __init__(self, *, directory: Path | None = None, root: RootFolder | None = None) -> None:
        if os.geteuid() != 0:
            raise NotRootError
        self.root = root or root_folder()
        self._keeps_directory = directory is not None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="kvmgrid-lab-", dir=INSTANCES_FOLDER))
        if len(os.fsencode(self.directory / LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH_BYTES:
            raise LabError(
                f"{self.directory} is too long for a socket path ({LONGEST_SOCKET_PATH_BYTES} bytes)"
            )
        # Services run as users of the root folder: they pass through, each file keeps its own rights.
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o711)
        self.log_path = self.directory / f"{self.NAME}.log"
        self.start_seconds: float | None = None
        self._enclosure: Enclosure | None = None
        self._service: Member | None = None

    @classmethod
    def start(cls, **options: Any) -> Self:
        """Make and start an instance; the options are the constructor's. Raises LabError, leaving nothing."""
        instance = cls(**options)
        try:
            instance.launch()
        except BaseException:
            instance.close()
            raise
        return instance

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abc.abstractmethod
    def _choose_ports(self) -> None:
        """Choose free ports; called again when one of them was taken before the first start."""

    @abc.abstractmethod
    def _prepare(self, enclosure: Enclosure) -> None:
        """Write the configuration and, on the first start, make the data."""

    @abc.abstractmethod
    def _command(self) -> Command:
        """How the service is started."""

    @abc.abstractmethod
    def _is_ready(self) -> bool:
        """Whether the service answers its protocol."""

    def _binds(self) -> Sequence[tuple[Path, Path]]:
        """Folders outside and where they appear inside, besides the instance's directory (same path)."""
        return ()

    @property
    def enclosure(self) -> Enclosure:
        """The namespace the service runs in. Raises NotRunningError."""
        if self._enclosure is None:
            raise NotRunningError(f"{self.NAME} is not running")
        return self._enclosure

    @property
    def is_running(self) -> bool:
        """Whether the service's first process is alive (frozen counts as alive)."""
        return self._service is not None and self._service.process.is_alive()

    def secret(self, name: str) -> str:
        """A password that lives as long as the directory."""
        path = self.directory / f"{name}.secret"
        path.touch(0o600)
        if not path.read_text():
            path.write_text(secrets.token_urlsafe(18))
        return path.read_text()

    def launch(self) -> None:
        """Start the service and wait until it answers. Raises StartError with the end of its log."""
        if self.is_running:
            return
        first = self.start_seconds is None
        # There since the service answered for the first time.
        whole = self.directory / "whole"
        for attempt in range(1, PORT_ATTEMPTS + 1):
            if first:
                self._choose_ports()
            started = time.monotonic()
            size = self.log_path.stat().st_size if self.log_path.exists() else 0
            if not whole.exists():
                shutil.rmtree(self.directory / self.DATA, ignore_errors=True)
            try:
                self._launch_once()
            except BaseException as error:
                self.kill()
                text = self.log_path.read_text(errors="replace")[size:] if self.log_path.exists() else ""
                taken = any(words in text for words in PORT_TAKEN)
                if isinstance(error, StartError) and first and taken and attempt < PORT_ATTEMPTS:
                    continue
                raise
            whole.touch()
            self.start_seconds = time.monotonic() - started
            return

    def _launch_once(self) -> None:
        self._enclosure = Enclosure(
            Plan(
                root=self.root.path,
                binds=((self.directory, self.directory), *self._binds()),
                private_network=self.PRIVATE_NETWORK,
                remove_after_owner=None if self._keeps_directory else self.directory,
            ),
            log=self.directory / "enclosure.log",
        )
        self._prepare(self._enclosure)
        self._start_service()

    def _start_service(self) -> None:
        command = self._command()
        self._service = self.enclosure.spawn(
            command.arguments, log=self.log_path, user=command.user, environment=command.environment
        )
        outcome = wait_until(self._outcome, timeout_seconds=self.START_TIMEOUT_SECONDS)
        if outcome != "ready":
            raise StartError(
                f"{self.NAME} {outcome or f'did not answer within {self.START_TIMEOUT_SECONDS:g} s'}; "
                f"end of {self.log_path}:\n{log_tail(self.log_path)}"
            )

    def _outcome(self) -> str | None:
        if self._is_ready():
            return "ready"
        return None if self.is_running else "ended while starting"

    def _stop_target(self) -> Process | None:
        """The process that gets the stop signal."""
        return None if self._service is None else self._service.process

    def stop(self) -> None:
        """Ask the service to end and wait for it. When it does not end it is killed and StopError raised."""
        if self._enclosure is None:
            return
        service, target = self._service, self._stop_target()
        ended = True
        self._enclosure.thaw()
        if self.is_running and service is not None and target is not None:
            target.send_signal(self.STOP_SIGNAL)
            ended = service.process.wait(self.STOP_TIMEOUT_SECONDS)
        self.kill()
        if not ended:
            raise StopError(f"{self.NAME} did not stop within {self.STOP_TIMEOUT_SECONDS:g} s and was killed")

    def kill(self) -> None:
        """End every process of the instance at once (SIGKILL), as a power cut would."""
        if self._enclosure is not None:
            self._enclosure.kill()
        self._enclosure = None
        self._service = None

    def freeze(self) -> None:
        """Stop every process of the instance (SIGSTOP): connections stay open and nothing answers."""
        self.enclosure.freeze()

    def thaw(self) -> None:
        """Undo freeze."""
        self.enclosure.thaw()

    def restart(self) -> None:
        """Stop and start with the same ports and data."""
        self.stop()
        self.launch()

    def pids(self) -> list[int]:
        """Process ids on this machine of everything that runs for the instance, except process 1 inside."""
        return [process.pid for process in self._enclosure.processes()] if self._enclosure else []

    def close(self) -> None:
        """End everything and remove the directory; a named one stays, and its service is asked to end first.

        May be called twice.
        """
        if self._keeps_directory:
            with contextlib.suppress(StopError):
                self.stop()
            return
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
