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

    from deploy.scenarios.cold_move import ColdMove
    from loadgen.scenario.scenario import Change


class LibvirtActions(SignalActions):
    """The actions pause, resume, start, kill, and with a second host move, each with a way back."""

    def __init__(self, uri: str, channel_folder: Path, *, cold_move: ColdMove | None = None) -> None:
        super().__init__(channel_folder)
        self._cold_move = cold_move
        with _translated("connect to libvirt"):
            self._connection = libvirt.open(uri)

    def act(self, change: Change) -> None:
        """Do it; raise LoadgenError."""
        domain = change.domain
        match change.action:
            case "pause":
                self.remember_undo("pause", domain, lambda: self._resume(domain))
                with _translated(f"pause {domain}"):
                    self._connection.lookupByName(domain).suspend()
            case "resume":
                self._resume(domain)
                self.forget_undo("pause", domain)
            case "kill":
                self.remember_undo("kill", domain, lambda: self._start(domain))
                super().act(change)
            case "start":
                self._start(domain)
                self.forget_undo("kill", domain)
            case "move" if self._cold_move is not None:
                self.remember_undo("move", domain, lambda: self._move(domain, back=True))
                self._move(domain, back=False)
            case _:
                super().act(change)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(libvirt.libvirtError):
            self._connection.close()

    def _move(self, domain: str, *, back: bool) -> None:
        if self._cold_move is None:
            raise ScenarioError("there is no second host")
        with _translated(f"move {domain}"):
            self._cold_move.move(domain, back=back)

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
