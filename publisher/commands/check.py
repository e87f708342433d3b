# SPDX-License-Identifier: Apache-2.0
"""The findings of ``check``: whether this host is ready to publish, and what to do if it is not.

Each group of findings is made by one function that never raises and never waits for long. What cannot be
tested without publishing is not claimed: that a queue is bound shows only when messages flow.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator

from publisher.amqp.probe import probe
from publisher.commands.check_hypervisor import hypervisor_findings
from publisher.commands.findings import Finding
from publisher.commands.units import size
from publisher.errors import BrokerFault, SpoolRefusedError
from publisher.exit_codes import ExitCode
from publisher.process import host_source
from publisher.settings import PublisherSettings
from publisher.spool.directory import set_aside_files, survey
from publisher.wire.broker import FRAME_BYTES_MAX, parse_url
from publisher.wire.samples import CollectorHealth
from publisher.wire.settings import SettingsError

_SLOW_SOURCES_SECONDS = 3.0
_OFTEN_ABSENT = ("zfs", "ksm", "hugepages")
_NO_PERMISSION: tuple[BrokerFault, ...] = (
    "authentication",
    "permission",
    "identity",
    "virtual_host",
    "suspended",
    "tls",
)


def findings(settings: PublisherSettings) -> Iterator[Finding]:
    """Give the findings one after the other, as they are made."""
    yield Finding(outcome="OK", subject="settings", detail=f"every {settings.interval_seconds:g} s")
    yield Finding(outcome="OK", subject="host id", detail=settings.host)
    yield from _guarded("spool", _spool, settings)
    yield from _guarded("sources", _sources, settings)
    yield from _guarded("hypervisor", _hypervisor, settings)
    yield from _guarded("broker", _broker, settings)


def _guarded(
    subject: str, make: Callable[[PublisherSettings], Iterator[Finding]], settings: PublisherSettings
) -> Iterator[Finding]:
    try:
        yield from make(settings)
    except Exception as error:  # noqa: BLE001 - a fault in one test must not hide the others' findings
        yield Finding(outcome="FAIL", subject=subject, detail=f"the test itself failed: {error!r}")


def _spool(settings: PublisherSettings) -> Iterator[Finding]:
    path = settings.spool.directory
    try:
        state = survey(path)
    except SpoolRefusedError as error:
        code = ExitCode.PERMISSION if error.permission else ExitCode.FAILURE
        yield Finding(outcome="FAIL", subject="spool", detail=error.problem, fix=error.fix, exit_code=code)
        return
    if state.owner is not None and state.owner != os.geteuid():
        yield Finding(
            outcome="WARN",
            subject="spool",
            detail=f"{path} belongs to user id {state.owner}, and this check runs as {os.geteuid()}",
            fix=f"check as the user that publishes: sudo -u '#{state.owner}' kvmgrid-publisher check",
        )
    words = "in use by a running publisher" if state.in_use else "free" if state.owner is not None else "new"
    capacity_bytes = settings.spool.capacity_bytes
    detail = (
        f"{path} ({words}): {size(state.free_bytes)} free on its disk, takes at most {size(capacity_bytes)}"
    )
    missing_bytes = capacity_bytes + settings.spool.free_floor_bytes - state.free_bytes
    if missing_bytes > 0:
        fix = f"free {size(missing_bytes)} or lower [spool] capacity_bytes: it can bridge a short outage only"
        yield Finding(outcome="WARN", subject="spool", detail=detail, fix=fix)
    else:
        yield Finding(outcome="OK", subject="spool", detail=detail)
    aside = set_aside_files(path)
    if aside:
        fix = "look at them, then delete them; each was unusable when it was found"
        yield Finding(outcome="WARN", subject="spool", detail=f"{len(aside)} files were set aside", fix=fix)


def _sources(settings: PublisherSettings) -> Iterator[Finding]:
    host = host_source(settings, tick_seconds=1.0)
    give_up_seconds = time.monotonic() + _SLOW_SOURCES_SECONDS
    pause = threading.Event()
    try:
        tick = host.sample(time.monotonic())
        # Temperatures and file systems are read beside the ticks and come a moment later.
        while any(one.outcome == "slow" for one in tick.collectors) and time.monotonic() < give_up_seconds:
            pause.wait(0.05)
            tick = host.sample(time.monotonic())
    finally:
        host.close()
    for health in tick.collectors:
        yield _source(health)


def _source(health: CollectorHealth) -> Finding:
    subject = f"source {health.name}"
    if health.outcome == "ok":
        return Finding(outcome="OK", subject=subject, detail=health.reason or "complete")
    reason = health.reason or health.outcome
    if health.outcome != "unavailable":
        return Finding(
            outcome="FAIL", subject=subject, detail=reason, fix="see that this user may read the file"
        )
    if health.name in _OFTEN_ABSENT:
        return Finding(outcome="OK", subject=subject, detail=f"this host has none: {reason}")
    fix = (
        "load the sensor's driver (sensors-detect); a VM has none" if health.name == "temperatures" else None
    )
    return Finding(outcome="WARN", subject=subject, detail=f"this host has none: {reason}", fix=fix)


def _hypervisor(settings: PublisherSettings) -> Iterator[Finding]:
    yield from hypervisor_findings(settings.hypervisor.uri, root=settings.sources.root)


def _broker(settings: PublisherSettings) -> Iterator[Finding]:
    try:
        address = parse_url(settings.broker.url)
        result = probe(settings.broker, settings.host)
    except SettingsError as error:
        yield Finding(
            outcome="FAIL",
            subject="broker",
            detail=str(error),
            fix="repair the section [broker]",
            exit_code=ExitCode.SETTINGS,
        )
        return
    place = f"{address.endpoint} virtual host {address.virtual_host!r}"
    for question, fault in result.answers:
        if fault is None:
            yield Finding(outcome="OK", subject="broker", detail=f"{question} ({place})")
            continue
        yield Finding(
            outcome="FAIL",
            subject="broker",
            detail=f"{question}: {fault.problem}",
            fix=fault.fix,
            exit_code=ExitCode.PERMISSION if fault.fault in _NO_PERMISSION else ExitCode.UNAVAILABLE,
        )
    if result.may_impersonate:
        yield Finding(
            outcome="WARN",
            subject="broker",
            detail="this user may publish in the name of other hosts",
            fix="set topic permissions for it: deploy/rabbitmq/enrol does",
        )
    if result.frame_bytes > FRAME_BYTES_MAX:
        yield Finding(
            outcome="WARN",
            subject="broker",
            detail=f"it takes frames of {result.frame_bytes:,} bytes: headers of that size can hold it up",
            fix=f"set frame_max = {FRAME_BYTES_MAX} in its rabbitmq.conf",
        )
    if not address.tls and address.host not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            outcome="WARN",
            subject="broker",
            detail="samples and password travel in the clear",
            fix="use an amqps:// URL and [broker] ca_file",
        )
