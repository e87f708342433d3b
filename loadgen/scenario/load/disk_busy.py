# SPDX-License-Identifier: Apache-2.0
"""A disk's busy time as a load: direct requests one after the other, as many as it takes.

The loop is closed over the device. It works for a part of each period and looks at the device's own busy
time. So the requests of others count too. The truth is that busy time; the time of the generator's own
requests is read beside it.
"""

import contextlib
import mmap
import os
import shutil
import tempfile
import time
from pathlib import Path
from random import Random

from loadgen.errors import ScenarioError, UnreachedError
from loadgen.scenario.load.block_device import BlockDevice, device_of
from loadgen.scenario.load.load import Reading
from loadgen.scenario.scenario import DiskBusy, Step
from loadgen.scenario.series import Track
from loadgen.scenario.store import Place

_PERIOD_SECONDS = 0.1
# How much of the error one period corrects, and over how long the device is looked at.
_GAIN = 0.15
_LOOK_SECONDS = 1.0
_KEEP_FREE_BYTES = 2 * 1024**3
_DEVICE = Track("device_busy", cumulative=True)
_OWN = Track("own_requests", cumulative=True)


class BusyDisk:
    """The load, as loadgen.scenario.load.load describes it."""

    subject = "disk_busy"
    tracks = (_DEVICE, _OWN)
    columns = ("busy_ratio", "latency_seconds", "queue_count")

    def __init__(self, subject: DiskBusy, *, seed: int) -> None:
        self._subject = subject
        if not subject.folder.is_dir():
            raise ScenarioError(f"{subject.folder} is no folder")
        self._device: BlockDevice = device_of(subject.folder)
        self.place = Place("disk", self._device.name)
        self.notes = [
            f"{subject.folder} lies on {self._device.name}",
            "true = the kernel's busy time of the device; own_requests = time our requests were in flight",
            "since Linux 5.0 busy is sampled when requests begin and end: short ones may count too little",
            *self._device.remarks(),
        ]
        if shutil.disk_usage(subject.folder).free - subject.file_bytes < _KEEP_FREE_BYTES:
            raise UnreachedError(
                f"{subject.folder} has too little room: {_KEEP_FREE_BYTES / 1e9:.1f} GB stay free"
            )
        self._random = Random(seed)  # noqa: S311 - reproducible, no secret
        # Direct I/O needs a buffer that begins at a page.
        self._buffer = mmap.mmap(-1, subject.request_bytes)
        self._buffer[:] = self._random.randbytes(subject.request_bytes)
        self._file = self._make_file()
        self._target_ratio = 0.0
        self._duty_ratio = 0.0
        self._own_seconds = 0.0
        self._looks: list[tuple[float, float]] = []

    def command(self, step: Step) -> float:
        """Aim at a busy time; the loop begins with that much work of its own."""
        self._target_ratio = self._duty_ratio = step.level_ratio or 0.0
        self._looks.clear()
        return self._target_ratio

    def work(self, until_seconds: float) -> None:
        """Make requests for a part of each period."""
        while (begin := time.monotonic()) < until_seconds:
            end_of_work = begin + self._duty_ratio * _PERIOD_SECONDS
            while time.monotonic() < end_of_work:
                self._request()
            time.sleep(max(0.0, begin + _PERIOD_SECONDS - time.monotonic()))
            self._correct()

    def read(self) -> list[Reading]:
        """Return the busy times of the device and of the generator's own requests."""
        busy_seconds, at_seconds = self._device.busy_seconds(), time.time()
        return [Reading(_DEVICE, at_seconds, busy_seconds), Reading(_OWN, at_seconds, self._own_seconds)]

    def close(self) -> None:
        """Close the file, which has no name and is gone with that."""
        with contextlib.suppress(OSError):
            os.close(self._file)

    def _request(self) -> None:
        size = self._subject.request_bytes
        offset = self._random.randrange(self._subject.file_bytes // size) * size
        begin = time.monotonic()
        if self._subject.direction == "read":
            os.preadv(self._file, [self._buffer], offset)
        else:
            os.pwrite(self._file, self._buffer, offset)
        self._own_seconds += time.monotonic() - begin

    def _correct(self) -> None:
        now, busy = time.monotonic(), self._device.busy_seconds()
        self._looks.append((now, busy))
        while now - self._looks[0][0] > _LOOK_SECONDS:
            self._looks.pop(0)
        since, busy_then = self._looks[0]
        if now - since > 2 * _PERIOD_SECONDS:
            error = self._target_ratio - (busy - busy_then) / (now - since)
            self._duty_ratio = min(1.0, max(0.0, self._duty_ratio + _GAIN * error))

    def _make_file(self) -> int:
        subject = self._subject
        descriptor, name = tempfile.mkstemp(prefix="kvmgrid-loadgen-", dir=subject.folder)
        os.close(descriptor)
        path = Path(name)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_DIRECT)
        except OSError as error:
            raise ScenarioError(f"{subject.folder} takes no direct I/O: {error.strerror}") from error
        finally:
            # Without a name it is gone whatever happens to this process.
            path.unlink()
        try:
            # Holes are answered without the device: everything that is read was written.
            for offset in range(0, subject.file_bytes, subject.request_bytes):
                os.pwrite(descriptor, self._buffer, offset)
            os.fsync(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise UnreachedError(f"cannot write a file in {subject.folder}: {error.strerror}") from error
        return descriptor
