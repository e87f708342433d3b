# SPDX-License-Identifier: Apache-2.0
"""What loadgen alone can do to a VM: signals to its QEMU, and another load over its channel.

Pausing, starting and moving go through libvirt; whoever has it adds them (deploy/scenarios does for the
lab). So loadgen needs neither libvirt nor its rights.
"""

import signal
from collections.abc import Callable
from pathlib import Path

from loadgen.errors import LoadgenError, ScenarioError
from loadgen.scenario.load.guest_channel import GuestChannel
from loadgen.scenario.load.qemu_process import send_signal
from loadgen.scenario.scenario import Change


class SignalActions:
    """The actions load, freeze, thaw and kill."""

    def __init__(self, channel_folder: Path | None) -> None:
        self._channel_folder = channel_folder
        self._undoing: dict[tuple[str, str], Callable[[], None]] = {}

    def act(self, change: Change) -> None:
        """Do it; raise LoadgenError."""
        domain = change.domain
        if change.action == "load" and change.load is not None:
            self._load(domain, change.load)
        elif change.action == "freeze":
            self.remember_undo("freeze", domain, lambda: self._signal(domain, signal.SIGCONT))
            self._signal(domain, signal.SIGSTOP)
        elif change.action == "thaw":
            self._signal(domain, signal.SIGCONT)
            self.forget_undo("freeze", domain)
        elif change.action == "kill":
            self._signal(domain, signal.SIGKILL)
        else:
            raise ScenarioError(f"the action {change.action!r} needs libvirt: run this scenario in the lab")

    def remember_undo(self, kind: str, domain: str, undo: Callable[[], None]) -> None:
        """Remember how to undo something, unless that is known already."""
        self._undoing.setdefault((kind, domain), undo)

    def forget_undo(self, kind: str, domain: str) -> None:
        """Forget how to undo something that is undone already."""
        self._undoing.pop((kind, domain), None)

    def undo(self) -> list[str]:
        """Undo what is still done, newest first, and return what could not be undone and why."""
        failures = []
        while self._undoing:
            _, undo = self._undoing.popitem()
            try:
                undo()
            except LoadgenError as error:
                failures.append(str(error))
        return failures

    def _signal(self, domain: str, number: signal.Signals) -> None:
        folder = self._channel_folder
        send_signal(domain, None if folder is None else folder / domain, number)

    def _load(self, domain: str, load: str) -> None:
        path = channel_path(self._channel_folder, domain)
        with GuestChannel(path) as channel:
            before = channel.load()
            self.remember_undo("load", domain, lambda: _set_load(path, before))
            channel.set_load(load)


def channel_path(folder: Path | None, domain: str) -> Path:
    """Return where a VM's channel is; raise ScenarioError where there are none."""
    if folder is None:
        raise ScenarioError("channel_folder is not set: nothing can be told to the VMs of this host")
    return folder / domain


def _set_load(path: Path, load: str) -> None:
    with GuestChannel(path) as channel:
        channel.set_load(load)
