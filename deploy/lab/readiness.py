# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition with a deadline, and the protocol handshakes that tell that a service is ready."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.1
LOG_TAIL_BYTES = 3000
AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
# A method frame (1) on channel 0 whose class and method are connection.start (10, 10).
AMQP_FRAME_METHOD = 1
AMQP_CONNECTION_START = b"\x00\x0a\x00\x0a"


def wait_until(check: Callable[[], T | None], *, timeout_seconds: float) -> T | None:
    """Call `check` until it gives something true (or 0) and return that; None when the time is over.

    The pause between two calls grows from 5 ms to 100 ms.
    """
    deadline = time.monotonic() + timeout_seconds
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        result = check()
        if result is not None and result is not False:
            return result
        if time.monotonic() >= deadline:
            return None
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)


def amqp_answers(port: int) -> bool:
    """Whether a broker on this loopback port answers the AMQP 0-9-1 protocol header with connection.start."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as connection:
            connection.sendall(AMQP_HEADER)
            frame = connection.recv(11)
    except OSError:
        return False
    return frame[:1] == bytes([AMQP_FRAME_METHOD]) and frame[7:11] == AMQP_CONNECTION_START


def log_tail(path: Path) -> str:
    """The end of a log file, for error messages."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - LOG_TAIL_BYTES))
            return log.read().decode(errors="replace").strip()
    except OSError as error:
        return f"(no log: {error})"
