# SPDX-License-Identifier: Apache-2.0
"""What a scenario does to the lab's VMs through libvirt, beside what loadgen can do by itself."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import libvirt

from loadgen.actions import SignalActions
from loadgen.errors import ScenarioError
from loadgen.scenario import Change


class LibvirtActions(SignalActions):
    """The actions pause, resume, start and kill with a way back; a context manager would hide its undo."""

    def __init__(self, uri: str, channel_folder: Path) -> None:
        super().__init__(channel_folder)
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
            case _:
                super().act(change)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(libvirt.libvirtError):
            self._connection.close()

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
    except libvirt.libvirtError as error:
        raise ScenarioError(f"cannot {action}: {error}") from error
