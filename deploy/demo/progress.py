# SPDX-License-Identifier: Apache-2.0
"""Progress of long work on the terminal: one line a step, with the time it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Numbered steps."""

    def __init__(self, step_count: int) -> None:
        self._step_count = step_count
        self._number = 0

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show the step when it begins, and the time it took when it is done."""
        self._number += 1
        start_seconds = time.monotonic()
        write(f"[{self._number}/{self._step_count}] {text} … ")
        try:
            yield
        except BaseException:
            write("failed\n")
            raise
        write(f"{time.monotonic() - start_seconds:.1f} s\n")


def write(text: str) -> None:
    """Write to standard output at once."""
    sys.stdout.write(text)
    sys.stdout.flush()
