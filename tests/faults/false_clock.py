# SPDX-License-Identifier: Apache-2.0
"""A wrong wall clock for one process; it may step. The monotonic clock and all waits stay right.

By a few lines of C of our own (false_clock.c). Under libfaketime, which wraps waits too, consumers hung now
and then, whose clock alone was to be wrong.
"""

import os
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")
_LIBRARY = Path(__file__).resolve().parents[2] / "build" / "false_clock.so"


class FalseClock:
    """The clock of a process that is started with ``environment``."""

    def __init__(self, path: Path, offset_seconds: float = 0.0) -> None:
        self._path = path
        self.step(offset_seconds)

    def step(self, offset_seconds: float) -> None:
        """Let the clock be wrong by so much from now on, ahead if positive."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(descriptor, struct.pack("q", round(offset_seconds * 1e9)), 0)
        finally:
            os.close(descriptor)

    @property
    def environment(self) -> dict[str, str]:
        """What the process needs in its environment."""
        return {"LD_PRELOAD": str(_library()), "FALSE_CLOCK": str(self._path)}


@cache
def _library() -> Path:
    _LIBRARY.parent.mkdir(exist_ok=True)
    # Under a name of its own first: several processes may be at it.
    with tempfile.TemporaryDirectory(dir=_LIBRARY.parent) as folder:
        made = Path(folder) / _LIBRARY.name
        subprocess.run(
            [
                "gcc",
                "-std=c17",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-o",
                made,
                _SOURCE,
            ],
            check=True,
        )
        made.replace(_LIBRARY)
    return _LIBRARY
