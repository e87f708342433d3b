# SPDX-License-Identifier: Apache-2.0
"""A VM's virtio-serial port from the outside: one line asks, one line answers. Raises ChannelError.

docs/scenarios.md says what the guest has to answer, and how a VM gets such a port.
"""

import contextlib
import socket
import time
from collections.abc import Callable
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
        self._received = b""
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
        return self._ask("load", lambda answer: answer.startswith("loaded ")).removeprefix("loaded ")

    def set_load(self, load: str) -> None:
        """Let the guest end its load and begin another."""
        self._ask(f"load {load}", lambda answer: answer == f"loaded {load}")

    def ticks(self) -> GuestTicks:
        """Return what the guest's processors did since they started."""
        words = self._ask("cpu", lambda answer: answer.startswith("cpu ")).split()
        try:
            return GuestTicks(int(words[1]), int(words[2]))
        except (IndexError, ValueError) as error:
            raise ChannelError(f"the guest at {self.path} answers {words!r}") from error

    def _ask(self, line: str, is_answer: Callable[[str], bool]) -> str:
        """Return the answer; what else the guest says meanwhile, to an older question say, is passed over."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        passed: list[str] = []
        try:
            self._socket.sendall(line.encode() + b"\n")
            while time.monotonic() < deadline:
                answer = self._line()
                if is_answer(answer):
                    return answer
                if answer == f"unknown {line}":
                    break
                passed.append(answer)
        except TimeoutError as error:
            raise ChannelError(
                f"the guest at {self.path} does not answer {line!r}; it said {passed}"
            ) from error
        except OSError as error:
            raise ChannelError(f"the VM at {self.path}: {error}") from error
        raise ChannelError(f"the guest at {self.path} has no answer to {line!r}; it said {passed}")

    def _line(self) -> str:
        while b"\n" not in self._received:
            piece = self._socket.recv(_LONGEST_ANSWER_BYTES)
            if not piece:
                raise ChannelError(f"the VM at {self.path} has gone")
            self._received += piece
            if len(self._received) > _LONGEST_ANSWER_BYTES:
                raise ChannelError(f"the guest at {self.path} does not end what it says")
        line, _, self._received = self._received.partition(b"\n")
        return line.decode(errors="replace").strip()
