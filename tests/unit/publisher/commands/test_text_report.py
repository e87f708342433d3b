# SPDX-License-Identifier: Apache-2.0
"""A batch and findings on paper; numbers for people."""

from pathlib import Path

import msgspec
import pytest

from publisher.commands import units
from publisher.commands.findings import Finding
from publisher.commands.text_report import finding_lines, text_report
from publisher.wire.codec import decode_sample
from publisher.wire.samples import SampleBatch
from publisher.wire.transposition import in_reports

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads" / "v1"


def payload(stem: str) -> SampleBatch:
    """Return a stored batch."""
    return in_reports(decode_sample((PAYLOADS / f"{stem}.json").read_bytes()))


def test_every_part_of_a_full_batch_is_shown() -> None:
    """Host, devices, file systems, hypervisor, VMs and collectors."""
    text = text_report(payload("sample_full"))

    words = ["hv042", "6.12.48", "Huge pages", "Disks", "vda", "Network", "/var/lib/libvirt/images"]
    words += ["Clock       kept in time, at most 1.5 ms off", "ECC errors  58 corrected, 59 not corrected"]
    words += ["tags rack:a3, ssd"]
    words += ["(limit 65.0 °C) at coretemp Package id 1"]
    words += ["QEMU 10.0.3", "libvirt 11.3.0", "1 running of 1", "partial: a reason", "a name"]
    assert [] == [word for word in words if word not in text]


def test_a_clock_that_nobody_keeps_in_time_is_said() -> None:
    """No error is known then; a host that does not tell, as before, has no line."""
    batch = payload("sample_full")
    sample = msgspec.structs.replace(batch.sample, clock_synchronised=False, clock_error_seconds=None)

    assert "Clock       not kept in time by any daemon\n" in text_report(
        msgspec.structs.replace(batch, sample=sample)
    )
    assert "Clock" not in text_report(payload("sample_before_clock_and_memory_errors"))


def test_columns_are_aligned() -> None:
    """The heading of a column of numbers ends where the numbers end."""
    lines = text_report(payload("sample_full")).splitlines()
    heading = next(line for line in lines if line.lstrip().startswith("device "))
    row = lines[lines.index(heading) + 1]

    assert heading.index("busy") + len("busy") == row.index(" %") + len(" %")


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("sample_minimal", ["no rates yet", "VMs         not known"]),
        ("sample_without_libvirt", ["absent (this host has no libvirt)", "0 running of 0"]),
        ("sample_with_libvirt_away", ["disconnected (Failed to connect socket)", "VMs         not known"]),
    ],
)
def test_what_is_not_known_is_said(stem: str, words: list[str]) -> None:
    """No libvirt, libvirt away and no rates read differently, and no figure is invented."""
    text = text_report(payload(stem))

    assert [] == [word for word in words if word not in text]
    assert "None" not in text


def test_names_cannot_move_the_cursor() -> None:
    """Escapes and line ends in the name of a VM are shown as replaced characters."""
    batch = payload("sample_full")
    assert batch.domains is not None
    evil = msgspec.structs.replace(batch.domains[0], name="\x1b[2Jevil\nFAIL")
    text = text_report(msgspec.structs.replace(batch, domains=[evil]))

    assert "\x1b" not in text
    assert "\N{REPLACEMENT CHARACTER}[2Jevil\N{REPLACEMENT CHARACTER}FAIL" in text


def test_a_finding_shows_its_repair_below() -> None:
    """Outcome, subject and detail in one line; colour only when it is asked for."""
    finding = Finding(outcome="WARN", subject="spool", detail="small", fix="make it larger")

    assert "WARN  spool: small\n      fix: make it larger" == finding_lines(finding, colour=False)
    assert finding_lines(finding, colour=True).startswith("\x1b[33mWARN \x1b[0m spool")


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("0 B", units.size(0)),
        ("1023 B", units.size(1023)),
        ("1.0 KiB", units.size(1024)),
        ("1.5 GiB", units.size(3 * 2**29)),
        ("512 MiB", units.size(2**29)),
        ("8.0 EiB", units.size(2**63)),
        ("-", units.size(None)),
        ("1.5 MiB/s", units.throughput(1.5 * 2**20)),
        ("-", units.throughput(None)),
        ("12.5 %", units.percent(0.125)),
        ("240.0 %", units.percent(2.4)),
        ("-", units.percent(None)),
        ("0.5/s", units.rate(0.5)),
        ("1.25", units.cores(1.25)),
        ("1.5 ms", units.milliseconds(0.0015)),
        ("45.0 °C", units.celsius(45)),
        ("3 days, 0:00:01", units.duration(3 * 86_400 + 1.9)),
        ("-", units.duration(None)),
        ("3", units.number(3)),
        ("-", units.number(None)),
    ],
)
def test_numbers_read_as_people_write_them(expected: str, shown: str) -> None:
    """IEC units for bytes, a dash for what is not known."""
    assert expected == shown
