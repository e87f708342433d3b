# SPDX-License-Identifier: Apache-2.0
"""The simulated fleet as a process of its own, started as a user starts it."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmark.place import Place

ROOT = Path(__file__).resolve().parents[2]
END_SECONDS = 30.0


@contextmanager
def generator(here: Place, arguments: Sequence[str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Give a generator with the arguments of its command; killed at the latest when the context ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "loadgen", "fleet", "--broker-url", here.sender_url, *arguments],
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    """Let a generator end when everything that it has begun to send is confirmed."""
    process.send_signal(signal.SIGTERM)
    process.wait(END_SECONDS)
