# SPDX-License-Identifier: Apache-2.0
"""The findings of ``check`` about libvirt: the connection, the right to read, and what each VM tells.

All calls run on a daemon thread with a deadline, as any of them may never return.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from publisher.commands.findings import Finding, Outcome
from publisher.exit_codes import ExitCode
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.errors import HypervisorError, LibvirtMissingError
from publisher.hypervisor.presence import SYSTEM_URI, absence
from publisher.hypervisor.readings import Description, DetailReading, Overview

DEADLINE_SECONDS = 10.0
_STATISTICS_FIX = (
    'add <stats period="10"/> inside <memballoon> (virsh edit NAME); at once: virsh dommemstat NAME'
    " --period 10 --live"
)


class Survey(NamedTuple):
    """What libvirt says about all domains; ``details`` and ``descriptions`` by UUID."""

    overview: Overview
    details: dict[str, DetailReading]
    descriptions: Mapping[str, Description | None]


def survey(uri: str | None) -> Survey:
    """Ask libvirt; may block for ever. Raise HypervisorError."""
    connection = Connection.open(uri)
    overview = connection.overview()
    running = tuple(domain.uuid for domain in overview.domains if domain.libvirt_id is not None)
    descriptions = connection.describe(running, until_seconds=float("inf"))
    details = connection.details().domains
    connection.close()
    return Survey(overview, details, descriptions)


def hypervisor_findings(
    uri: str | None, ask: Callable[[str | None], Survey] = survey, *, root: Path = Path("/")
) -> Iterator[Finding]:
    """Give the findings of the host below ``root``; takes at most ``DEADLINE_SECONDS``."""
    if uri == "":
        yield _finding("OK", "the settings name none: this host publishes no VMs")
        return
    why_absent = absence(uri, root)
    if why_absent:
        yield _finding("OK", f"{why_absent}; no VMs are published")
        return
    place = uri or SYSTEM_URI
    try:
        found = _within_deadline(ask, uri)
    except HypervisorError as error:
        yield _failure(place, error)
        return
    if found is None:
        yield _finding(
            "FAIL",
            f"{place} has not answered within {DEADLINE_SECONDS:g} s",
            fix="see whether libvirtd or one of its VMs hangs (virsh -r list)",
            exit_code=ExitCode.UNAVAILABLE,
        )
        return
    domains = found.overview.domains
    running = [domain for domain in domains if domain.libvirt_id is not None]
    yield _finding("OK", f"{place}: {len(running)} of {len(domains)} VMs run")
    for domain in running:
        yield _memory(domain.name, found.details.get(domain.uuid), found.descriptions.get(domain.uuid))


def _within_deadline(ask: Callable[[str | None], Survey], uri: str | None) -> Survey | None:
    found: list[Survey] = []
    failed: list[HypervisorError] = []

    def work() -> None:
        try:
            found.append(ask(uri))
        except HypervisorError as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="check libvirt", daemon=True)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    if failed:
        raise failed[0]
    return found[0] if found else None


def _failure(place: str, error: HypervisorError) -> Finding:
    text = str(error)
    if isinstance(error, LibvirtMissingError):
        return _finding("FAIL", text, fix="or set [hypervisor] uri to an empty text if this host has no VMs")
    if "ermission denied" in text or "authentication" in text or "access denied" in text:
        return _finding(
            "FAIL",
            f"{place}: {text}",
            fix="let this user read libvirt-sock-ro (unix_sock_ro_perms, polkit org.libvirt.unix.monitor); "
            "do not put it into the group libvirt, which is as good as root",
            exit_code=ExitCode.PERMISSION,
        )
    return _finding(
        "FAIL",
        f"{place}: {text}",
        fix="start libvirtd (or virtqemud.socket), or name its socket in [hypervisor] uri",
        exit_code=ExitCode.UNAVAILABLE,
    )


def _memory(name: str, detail: DetailReading | None, description: Description | None) -> Finding:
    """Tell whether the memory used inside a VM will be known."""
    if detail is None or description is None:
        return _finding("WARN", f"VM {name}: no details now: it is busy, or it has just gone")
    if description.balloon_period_seconds is None:
        return _finding("WARN", f"VM {name} has no memory balloon: memory used inside it stays unknown")
    if description.balloon_period_seconds == 0:
        return _finding(
            "WARN",
            f"VM {name} is not asked for memory figures: memory used inside it stays unknown",
            fix=_STATISTICS_FIX.replace("NAME", f"'{name}'"),
        )
    if not detail.memory.updated_at_seconds:
        return _finding(
            "WARN",
            f"VM {name} has never answered with memory figures",
            fix="load virtio_balloon in the guest (on Windows: the balloon driver and its service)",
        )
    return _finding("OK", f"VM {name}: memory figures every {description.balloon_period_seconds} s")


def _finding(
    outcome: Outcome, detail: str, *, fix: str | None = None, exit_code: ExitCode = ExitCode.FAILURE
) -> Finding:
    return Finding(outcome=outcome, subject="hypervisor", detail=detail, fix=fix, exit_code=exit_code)
