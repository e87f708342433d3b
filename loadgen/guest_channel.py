# SPDX-License-Identifier: Apache-2.0
"""A VM's virtio-serial port from the outside: one line asks, one line answers. Raises ChannelError.

docs/scenarios.md says what the guest has to answer, and how a VM gets such a port.
"""

import contextlib
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from loadgen.errors import LoadgenError

# A guest that spends its processors on load answers late.
_PATIENCE_SECONDS = 30.0
_LONGEST_ANSWER_BYTES = 4096


class ChannelError(LoadgenError):
    """The guest cannot be told what to do."""


class GuestTicks(NamedTuple):
    """The processor time of a guest as its own kernel counts it."""

    busy: int
    total: int


class GuestChannel:
    """One connection; a context manager. QEMU takes one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_PATIENCE_SECONDS)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise ChannelError(f"no VM listens at {path}: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port; the guest's load stays."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def load(self) -> str:
        """Return the load that runs."""
        return self._ask("load", "loaded")

    def set_load(self, load: str) -> None:
        """Let the guest end its load and begin another."""
        self._ask(f"load {load}", "loaded")

    def ticks(self) -> GuestTicks:
        """Return what the guest's processors did since they started."""
        words = self._ask("cpu", "cpu").split()
        try:
            return GuestTicks(int(words[0]), int(words[1]))
        except (IndexError, ValueError) as error:
            raise ChannelError(f"the guest at {self.path} answers {words!r}") from error

    def _ask(self, line: str, expected: str) -> str:
        answer = b""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        try:
            self._socket.sendall(line.encode() + b"\n")
            while not answer.endswith(b"\n"):
                piece = self._socket.recv(_LONGEST_ANSWER_BYTES)
                if not piece:
                    raise ChannelError(f"the VM at {self.path} has gone")
                answer += piece
                if len(answer) > _LONGEST_ANSWER_BYTES or time.monotonic() > deadline:
                    raise ChannelError(f"the guest at {self.path} does not end its answer to {line!r}")
        except TimeoutError as error:
            raise ChannelError(f"the guest at {self.path} does not answer {line!r}") from error
        except OSError as error:
            raise ChannelError(f"the VM at {self.path}: {error}") from error
        word, _, rest = answer.decode(errors="replace").strip().partition(" ")
        if word != expected:
            raise ChannelError(f"the guest at {self.path} answers {word!r} to {line!r}")
        return rest
