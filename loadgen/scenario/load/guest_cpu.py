# SPDX-License-Identifier: Apache-2.0
"""A VM's processor as a load: the guest makes it, QEMU's process is the truth.

Two truths differ by what virtualisation costs. The host gives QEMU's threads time for the guest and for the
emulation around it. The guest's kernel counts its own busy ticks. kvmgrid shows the host's view, so that one
is compared; the guest's is read beside it.
"""

import time
from pathlib import Path

from loadgen.scenario.load.guest_channel import GuestChannel
from loadgen.scenario.load.load import Reading
from loadgen.scenario.load.qemu_process import cpu_seconds, find_qemu
from loadgen.scenario.scenario import Step
from loadgen.scenario.series import Track
from loadgen.scenario.store import Place

_QEMU = Track("qemu_process", cumulative=True)
_GUEST = Track("guest_kernel", cumulative=True)


class GuestCpu:
    """The load, as loadgen.scenario.load.load describes it."""

    subject = "domain_cpu"
    tracks = (_QEMU, _GUEST)
    columns = ("cpu_ratio", "vcpu_cores", "cpu_overhead_cores", "steal_ratio")

    def __init__(self, domain: str, *, vcpu_count: int, channel: Path) -> None:
        self.place = Place("domain", domain)
        self.notes = [
            "true = CPU time of the VM's QEMU process (the kernel's clock of it) per virtual processor",
            "guest_kernel = busy ticks as the guest counts them, which knows nothing of what emulation costs",
        ]
        self._vcpu_count = vcpu_count
        self._pid = find_qemu(domain, channel)
        self._channel = GuestChannel(channel)
        self._load_before = self._channel.load()
        self._ticks = self._channel.ticks()
        self._guest_read_seconds = time.time()
        self._guest_busy_seconds = 0.0

    def command(self, step: Step) -> float:
        """Tell the guest."""
        level_ratio = step.level_ratio or 0.0
        self._channel.set_load(f"cpu:{round(level_ratio * 100)}")
        return level_ratio

    def work(self, until_seconds: float) -> None:
        """Wait: the guest works."""
        time.sleep(max(0.0, until_seconds - time.monotonic()))

    def read(self) -> list[Reading]:
        """Ask the kernel and the guest."""
        spent_seconds, at_seconds = cpu_seconds(self._pid), time.time()
        ticks, guest_seconds = self._channel.ticks(), time.time()
        total = ticks.total - self._ticks.total
        if total > 0:
            # The guest's clock is not the host's: its share counts, over the host's time.
            share = (ticks.busy - self._ticks.busy) / total
            self._guest_busy_seconds += share * (guest_seconds - self._guest_read_seconds)
            self._ticks, self._guest_read_seconds = ticks, guest_seconds
        return [
            Reading(_QEMU, at_seconds, spent_seconds / self._vcpu_count),
            Reading(_GUEST, guest_seconds, self._guest_busy_seconds),
        ]

    def close(self) -> None:
        """Give the guest the load it had before."""
        try:
            self._channel.set_load(self._load_before)
        finally:
            self._channel.close()
