# SPDX-License-Identifier: Apache-2.0
"""A batch as text: aligned sections for a terminal. Pure."""

from collections.abc import Iterator, Sequence

from publisher.commands.findings import Finding, Outcome
from publisher.commands.units import (
    celsius,
    cores,
    duration,
    milliseconds,
    number,
    percent,
    rate,
    size,
    throughput,
)
from publisher.wire.samples import DomainReport, HostSample, SampleBatch
from publisher.wire.states import state_name

Row = Sequence[str]

_LABEL_WIDTH = 12
_COLOURS: dict[Outcome, str] = {"OK": "\x1b[32m", "WARN": "\x1b[33m", "FAIL": "\x1b[31m"}


def text_report(batch: SampleBatch) -> str:
    """Return the batch as text, without a line end at its end."""
    return "\n".join(_lines(batch))


def _lines(batch: SampleBatch) -> Iterator[str]:
    identity = batch.identity
    interval = (
        "no rates yet" if batch.interval_seconds is None else f"rates over {batch.interval_seconds:.2f} s"
    )
    yield f"{batch.host}  {batch.sampled_at:%Y-%m-%d %H:%M:%S} UTC  {interval}"
    yield f"{printable(identity.hostname)}  Linux {identity.kernel or '?'}  {identity.machine or '?'}"
    if identity.tags:
        yield f"tags {', '.join(identity.tags)}"
    yield ""
    yield from _facts(batch.sample)
    yield from _table("Disks", _disk_rows(batch))
    yield from _table("Network", _interface_rows(batch))
    yield from _table("File systems", _filesystem_rows(batch))
    yield ""
    yield from _hypervisor(batch)
    yield from _table("Collectors", _collector_rows(batch))


def _fact(label: str, *parts: str) -> str:
    return f"{label:<{_LABEL_WIDTH}}{', '.join(parts)}"


def _facts(sample: HostSample) -> Iterator[str]:
    yield _fact(
        "CPU",
        f"{percent(sample.cpu_busy_ratio)} busy of {number(sample.cpu_online_count)} CPUs",
        f"VMs {percent(sample.cpu_guest_ratio)}",
        f"user {percent(sample.cpu_user_ratio)}",
        f"system {percent(sample.cpu_system_ratio)}",
        f"steal {percent(sample.cpu_steal_ratio)}",
    )
    yield _fact(
        "Load",
        f"{number(sample.load_1m)} {number(sample.load_5m)} {number(sample.load_15m)}",
        f"{number(sample.running_count)} running",
        f"{number(sample.blocked_count)} blocked",
        f"up {duration(sample.uptime_seconds)}",
    )
    yield from _memory_facts(sample)
    yield _fact(
        "Pressure",
        f"CPU {percent(sample.pressure_cpu_some_ratio)}",
        f"memory {percent(sample.pressure_memory_some_ratio)}",
        f"I/O {percent(sample.pressure_io_some_ratio)} of the time something waits",
    )
    yield _fact(
        "Disk",
        f"{percent(sample.disk_busy_ratio)} busy",
        f"read {throughput(sample.disk_read_bytes_per_second)}",
        f"write {throughput(sample.disk_write_bytes_per_second)}",
        f"latency {milliseconds(sample.disk_latency_seconds)}",
    )
    yield _fact(
        "Network",
        f"in {throughput(sample.network_receive_bytes_per_second)}",
        f"out {throughput(sample.network_transmit_bytes_per_second)}",
    )
    limit = celsius(sample.cpu_temperature_limit_celsius)
    yield _fact(
        "Temperature",
        f"CPU {celsius(sample.cpu_temperature_celsius)} (limit {limit})"
        + (f" at {sample.cpu_temperature_sensor}" if sample.cpu_temperature_sensor else ""),
        f"board {celsius(sample.board_temperature_celsius)}",
    )
    if sample.clock_synchronised is not None:
        error = f"kept in time, at most {milliseconds(sample.clock_error_seconds)} off"
        yield _fact("Clock", error if sample.clock_synchronised else "not kept in time by any daemon")


def _memory_facts(sample: HostSample) -> Iterator[str]:
    yield _fact(
        "Memory",
        f"{percent(sample.memory_used_ratio)} used of {size(sample.memory_total_bytes)}",
        f"{size(sample.memory_available_bytes)} available"
        + (" (estimated)" if sample.memory_estimated else ""),
    )
    yield _fact(
        "Swap",
        f"{size(sample.swap_used_bytes)} used of {size(sample.swap_total_bytes)}",
        f"in {throughput(sample.swap_in_bytes_per_second)}",
        f"out {throughput(sample.swap_out_bytes_per_second)}",
    )
    if sample.hugepage_total_bytes:
        yield _fact(
            "Huge pages",
            f"{size(sample.hugepage_free_bytes)} free of {size(sample.hugepage_total_bytes)}",
            f"{size(sample.hugepage_reserved_bytes)} reserved",
        )
    if sample.memory_corrected_error_count is not None:
        yield _fact(
            "ECC errors",
            f"{number(sample.memory_corrected_error_count)} corrected",
            f"{number(sample.memory_uncorrected_error_count)} not corrected",
        )


def _disk_rows(batch: SampleBatch) -> Iterator[Row]:
    if batch.disks:
        yield "device", ">busy", ">read", ">write", ">latency", ">queue", "name"
    for disk in batch.disks:
        yield (
            disk.device,
            percent(disk.busy_ratio),
            throughput(disk.read_bytes_per_second),
            throughput(disk.write_bytes_per_second),
            milliseconds(disk.latency_seconds),
            number(None if disk.queue_count is None else round(disk.queue_count, 2)),
            (disk.name or "") + ("" if disk.leaf else " (counted by its parts)"),
        )


def _interface_rows(batch: SampleBatch) -> Iterator[Row]:
    if batch.interfaces:
        yield "interface", ">in", ">out", ">errors", ">drops", "kind"
    for interface in batch.interfaces:
        yield (
            interface.device,
            throughput(interface.receive_bytes_per_second),
            throughput(interface.transmit_bytes_per_second),
            rate(_sum(interface.receive_errors_per_second, interface.transmit_errors_per_second)),
            rate(_sum(interface.receive_drops_per_second, interface.transmit_drops_per_second)),
            "physical" if interface.physical else "virtual",
        )


def _filesystem_rows(batch: SampleBatch) -> Iterator[Row]:
    if batch.filesystems:
        yield "path", ">size", ">available"
    for filesystem in batch.filesystems:
        yield filesystem.path, size(filesystem.total_bytes), size(filesystem.available_bytes)


def _hypervisor(batch: SampleBatch) -> Iterator[str]:
    health = batch.hypervisor
    words = [health.state, health.hypervisor_version or ""]
    words += [f"libvirt {health.libvirt_version}"] if health.libvirt_version else []
    words += [f"({printable(health.reason)})"] if health.reason else []
    yield _fact("Hypervisor", " ".join(word for word in words if word))
    if batch.domains is None:
        yield _fact("VMs", "not known")
        return
    running = sum(domain.libvirt_id is not None for domain in batch.domains)
    yield _fact("VMs", f"{running} running of {len(batch.domains)}")
    if batch.domains:
        header = (
            "VM",
            "state",
            ">cores",
            ">of VM",
            ">steal",
            ">memory",
            ">inside",
            ">resident",
            ">disk",
            ">net",
            "",
        )
        yield from _table("", iter([header, *map(_domain_row, batch.domains)]))


def _domain_row(domain: DomainReport) -> Row:
    sample = domain.sample
    remark = "" if sample.outcome == "ok" else f"{sample.outcome}: {domain.reason or 'no reason given'}"
    return (
        domain.name,
        state_name(sample.state),
        cores(sample.cpu_cores),
        percent(sample.cpu_ratio),
        percent(sample.steal_ratio),
        size(sample.memory_assigned_bytes),
        percent(sample.memory_used_ratio),
        size(sample.memory_resident_bytes),
        throughput(_sum(sample.block_read_bytes_per_second, sample.block_write_bytes_per_second)),
        throughput(_sum(sample.network_receive_bytes_per_second, sample.network_transmit_bytes_per_second)),
        remark,
    )


def _collector_rows(batch: SampleBatch) -> Iterator[Row]:
    yield "collector", "outcome", ">took", "reason"
    for health in batch.collectors:
        yield health.name, health.outcome, milliseconds(health.duration_seconds), health.reason or ""


def _table(title: str, rows: Iterator[Row]) -> Iterator[str]:
    """Align columns; a heading that begins with ">" stands over a column of numbers."""
    listed = [[printable(cell) for cell in row] for row in rows]
    if not listed:
        return
    right = [cell.startswith(">") for cell in listed[0]]
    listed[0] = [cell.removeprefix(">") for cell in listed[0]]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    yield ""
    if title:
        yield title
    for row in listed:
        cells = [
            cell.rjust(width) if numeric else cell.ljust(width)
            for cell, width, numeric in zip(row, widths, right, strict=True)
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def finding_lines(finding: Finding, *, colour: bool) -> str:
    """Return a finding as one line, and what to do about it as a second."""
    outcome = f"{finding.outcome:<5}"
    if colour:
        outcome = f"{_COLOURS[finding.outcome]}{outcome}\x1b[0m"
    line = f"{outcome} {finding.subject}: {printable(finding.detail)}"
    return f"{line}\n      fix: {printable(finding.fix)}" if finding.fix else line


def printable(text: str) -> str:
    """Return a text from outside such that it cannot move the cursor or forge a line."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
