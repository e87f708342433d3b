# SPDX-License-Identifier: Apache-2.0
"""What a scenario does to the lab's VMs through libvirt, beside what loadgen can do by itself."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import libvirt

from deploy.lab.errors import LabError
from loadgen.errors import ScenarioError
from loadgen.scenario.actions import SignalActions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.scenarios.removal import Removal
    from loadgen.scenario.scenario import Change


class LibvirtActions(SignalActions):
    """The actions pause, resume, start, kill, and with a second host move, each with a way back."""

    def __init__(self, uri: str, channel_folder: Path, *, removal: Removal | None = None) -> None:
        super().__init__(channel_folder)
        self._removal = removal
        with _translated("connect to libvirt"):
            self._connection = libvirt.open(uri)

    def act(self, change: Change) -> None:
        """Do it; raise LoadgenError."""
        domain = change.domain
        match change.action:
            case "pause":
                self.keep("pause", domain, lambda: self._resume(domain))
                with _translated(f"pause {domain}"):
                    self._connection.lookupByName(domain).suspend()
            case "resume":
                self._resume(domain)
                self.settle("pause", domain)
            case "kill":
                self.keep("kill", domain, lambda: self._start(domain))
                super().act(change)
            case "start":
                self._start(domain)
                self.settle("kill", domain)
            case "move" if self._removal is not None:
                self.keep("move", domain, lambda: self._move(domain, back=True))
                self._move(domain, back=False)
            case _:
                super().act(change)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(libvirt.libvirtError):
            self._connection.close()

    def _move(self, domain: str, *, back: bool) -> None:
        if self._removal is None:
            raise ScenarioError("there is no second host")
        with _translated(f"move {domain}"):
            self._removal.move(domain, back=back)

    def _resume(self, domain: str) -> None:
        with _translated(f"resume {domain}"):
            self._connection.lookupByName(domain).resume()

    def _start(self, domain: str) -> None:
        with _translated(f"start {domain}"):
            self._connection.lookupByName(domain).create()


@contextlib.contextmanager
def _translated(action: str) -> Iterator[None]:
    try:
        yield
    except (libvirt.libvirtError, LabError, OSError) as error:
        raise ScenarioError(f"cannot {action}: {error}") from error
