# SPDX-License-Identifier: Apache-2.0
"""The host's memory as a load: pages really written to, until the wanted amount is in use on the machine.

The truth does not come from MemAvailable, which kvmgrid's figure is made of. It is the amount in use at the
begin plus what processes, tmpfs and kernel have taken since. So what others on the machine do is part of the
truth, and of the loop that holds the level.
"""

import contextlib
import mmap
import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from loadgen.errors import UnreachedError
from loadgen.scenario.load.load import Reading
from loadgen.scenario.load.meminfo import Memory, read_memory
from loadgen.scenario.scenario import HostMemory, Step
from loadgen.scenario.series import Track
from loadgen.scenario.store import Place

CHUNK_BYTES = 16 * 1024**2
OOM_SCORE = Path("/proc/self/oom_score_adj")
_PAUSE_SECONDS = 0.05
_USED = Track("used", cumulative=False)
_HELD = Track("held", cumulative=False)
_PARKED = Track("parked_since_begin", cumulative=False)


class HeldMemory:
    """The load, as loadgen.scenario.load.load describes it."""

    subject = "host_memory"
    place = Place("host")
    tracks = (_USED, _HELD, _PARKED)
    # The second is the formula of 2011: MemTotal - MemFree - Buffers - Cached.
    columns = ("memory_used_ratio", "memory_used_legacy_ratio")

    def __init__(self, subject: HostMemory, *, seed: int, memory: Callable[[], Memory] = read_memory) -> None:
        self._subject = subject
        self._memory = memory
        self._begin = memory()
        # Not zeros: a page of zeros may be merged or compressed away.
        self._filling = Random(seed).randbytes(CHUNK_BYTES)  # noqa: S311 - no secret
        self._chunks: list[mmap.mmap] = []
        # Should memory run out all the same, the kernel ends the generator and no VM (proc(5)).
        self._oom_score = OOM_SCORE.read_text()
        OOM_SCORE.write_text("1000")
        self._target_bytes = 0
        self.notes = [
            "true = in use at the begin (MemTotal - MemAvailable) and what was really taken since",
            f"held = {subject.backing} pages of the generator, each written to",
            "parked = free pages on the lists of the CPUs: in use for MemAvailable, not for the truth",
            "memory_used_legacy_ratio = the formula of 2011, MemTotal - MemFree - Buffers - Cached",
        ]
        if subject.backing == "memfd":
            self.notes.append("the formula of 2011 misses the held pages: memfd is part of Cached")

    @property
    def held_bytes(self) -> int:
        """How much the generator holds."""
        return len(self._chunks) * CHUNK_BYTES

    def command(self, step: Step) -> float:
        """Check that the level can be had, and aim at it."""
        total = self._begin.total_bytes
        target = step.level_bytes or round((step.level_ratio or 0.0) * total)
        now = self._memory()
        missing = target - self._used(now)
        if missing + self.held_bytes < 0:
            raise UnreachedError(
                f"{gigabytes(self._used(now) - self.held_bytes)} are in use without us, "
                f"more than the level of {gigabytes(target)}"
            )
        if now.available_bytes - missing < self._subject.reserve_bytes:
            raise UnreachedError(
                f"the level of {gigabytes(target)} needs {gigabytes(missing)} more; "
                f"{gigabytes(now.available_bytes)} are available, of which "
                f"{gigabytes(self._subject.reserve_bytes)} are not touched"
            )
        self._target_bytes = target
        return target / total

    def work(self, until_seconds: float) -> None:
        """Take or give back a chunk at a time."""
        while time.monotonic() < until_seconds:
            now = self._memory()
            missing = self._target_bytes - self._used(now)
            if missing >= CHUNK_BYTES and now.available_bytes - CHUNK_BYTES > self._subject.reserve_bytes:
                self._take()
            elif missing <= -CHUNK_BYTES and self._chunks:
                self._chunks.pop().close()
            else:
                time.sleep(max(0.0, min(_PAUSE_SECONDS, until_seconds - time.monotonic())))

    def read(self) -> list[Reading]:
        """Return how much is in use, and how much of it is the generator's."""
        now, at_seconds = self._memory(), time.time()
        total = now.total_bytes
        return [
            Reading(_USED, at_seconds, self._used(now) / total),
            Reading(_HELD, at_seconds, self.held_bytes / total),
            Reading(_PARKED, at_seconds, (now.parked_bytes - self._begin.parked_bytes) / total),
        ]

    def close(self) -> None:
        """Give everything back."""
        while self._chunks:
            self._chunks.pop().close()
        # Who is not root may raise the score and not lower it.
        with contextlib.suppress(PermissionError):
            OOM_SCORE.write_text(self._oom_score)

    def _used(self, now: Memory) -> int:
        begin = self._begin
        return begin.total_bytes - begin.available_bytes + now.occupied_bytes - begin.occupied_bytes

    def _take(self) -> None:
        if self._subject.backing == "memfd":
            descriptor = os.memfd_create("kvmgrid-loadgen")
            try:
                os.ftruncate(descriptor, CHUNK_BYTES)
                chunk = mmap.mmap(descriptor, CHUNK_BYTES, mmap.MAP_SHARED)
            finally:
                os.close(descriptor)
        else:
            chunk = mmap.mmap(-1, CHUNK_BYTES, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        chunk[:] = self._filling
        self._chunks.append(chunk)


def gigabytes(count_bytes: int) -> str:
    """Return an amount for people."""
    return f"{count_bytes / 1e9:.2f} GB"
