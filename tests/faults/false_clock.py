# SPDX-License-Identifier: Apache-2.0
"""A wrong wall clock for one process, by libfaketime; it may step. The monotonic clock stays right."""

import glob
from pathlib import Path

_LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class FalseClock:
    """The clock of a process that is started with ``environment``."""

    def __init__(self, path: Path, offset_seconds: float = 0.0) -> None:
        self._path = path
        self.step(offset_seconds)

    def step(self, offset_seconds: float) -> None:
        """Let the clock be wrong by so much, ahead if positive; a running process follows within a second."""
        temporary = self._path.with_suffix(".new")
        temporary.write_text(f"{offset_seconds:+.3f}\n")
        temporary.replace(self._path)

    @property
    def environment(self) -> dict[str, str]:
        """What the process needs in its environment."""
        (library,) = glob.glob(_LIBRARIES)  # noqa: PTH207 - an absolute pattern, which Path does not take
        return {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
