# SPDX-License-Identifier: Apache-2.0
"""The findings of check: how each state of host, spool and libvirt reads, and the status it ends with."""

import threading
from pathlib import Path

import pytest

from publisher.commands import check, check_hypervisor
from publisher.commands.check_hypervisor import Survey, hypervisor_findings
from publisher.commands.findings import Finding, exit_code
from publisher.exit_codes import ExitCode
from publisher.hypervisor.errors import ConnectionLostError, HypervisorError, LibvirtMissingError
from publisher.hypervisor.readings import BalloonReading, Description, DetailReading, DomainReading, Overview
from publisher.settings import PublisherSettings, SpoolSettings
from publisher.spool import Spool

UUID = "6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f30"
URI = "qemu+unix:///system?socket=/nowhere"


def spool_findings(directory: Path, **limits: int) -> list[Finding]:
    """Return the findings about a spool directory."""
    settings = PublisherSettings(host="hv042", spool=SpoolSettings(directory=directory, **limits))
    return list(check._spool(settings))


def test_a_new_spool_directory_is_well_and_not_made(tmp_path: Path) -> None:
    """Testing changes nothing on the disk."""
    (finding,) = spool_findings(tmp_path / "a" / "spool", free_floor_bytes=0, capacity_bytes=2**25)

    assert "OK" == finding.outcome
    assert "(new)" in finding.detail
    assert [] == list(tmp_path.iterdir())


def test_a_spool_in_use_is_well(tmp_path: Path) -> None:
    """A running publisher is not disturbed and not a fault."""
    spool = Spool(tmp_path / "spool", "hv042")
    (finding,) = spool_findings(tmp_path / "spool", free_floor_bytes=0, capacity_bytes=2**25)
    spool.close()

    assert "OK" == finding.outcome
    assert "in use by a running publisher" in finding.detail


def test_a_small_disk_is_a_warning(tmp_path: Path) -> None:
    """The spool works, but bridges less than its settings promise."""
    (finding,) = spool_findings(tmp_path / "spool", capacity_bytes=2**60)

    assert "WARN" == finding.outcome
    assert "capacity_bytes" in (finding.fix or "")


def test_a_spool_open_to_others_fails_with_its_repair(tmp_path: Path) -> None:
    """The status is that of a missing permission."""
    tmp_path.chmod(0o750)
    (finding,) = spool_findings(tmp_path)

    assert ("FAIL", ExitCode.PERMISSION, f"run: chmod 0700 {tmp_path}") == (
        finding.outcome,
        finding.exit_code,
        finding.fix,
    )


def test_files_that_were_set_aside_are_a_warning(tmp_path: Path) -> None:
    """They take room, and hold what was not delivered."""
    (tmp_path / "spool").mkdir(mode=0o700)
    for name in ("spool.sqlite3.corrupt-20261123T080000Z", "spool.sqlite3.corrupt-20261123T080000Z-wal"):
        (tmp_path / "spool" / name).write_text("")
    findings = spool_findings(tmp_path / "spool", free_floor_bytes=0, capacity_bytes=2**25)

    assert [("OK", True), ("WARN", False)] == [
        (one.outcome, "free on its disk" in one.detail) for one in findings
    ]
    assert "1 files were set aside" == findings[1].detail


def test_a_fault_of_one_test_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tests after it are made all the same."""

    def broken(_uri: str | None, **_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(check, "hypervisor_findings", broken)
    settings = PublisherSettings(host="hv042", spool=SpoolSettings(directory=tmp_path / "spool"))
    found = list(check.findings(settings))

    assert [("FAIL", "hypervisor")] == [
        (one.outcome, one.subject) for one in found if "unforeseen" in one.detail
    ]
    assert "broker" == found[-1].subject


def test_the_status_is_that_of_the_first_failure() -> None:
    """Warnings do not count."""
    warning = Finding(outcome="WARN", subject="a", detail="", exit_code=ExitCode.PERMISSION)
    away = Finding(outcome="FAIL", subject="b", detail="", exit_code=ExitCode.UNAVAILABLE)
    denied = Finding(outcome="FAIL", subject="c", detail="", exit_code=ExitCode.PERMISSION)

    assert [0, 69, 77] == [exit_code([warning]), exit_code([warning, away, denied]), exit_code([denied])]


def survey_of(
    *, libvirt_id: int | None = 3, period_seconds: int | None = 10, updated_at_seconds: int | None = 1
) -> Survey:
    """Return what libvirt says about one VM."""
    domain = DomainReading(
        uuid=UUID, name="shop", libvirt_id=libvirt_id, state=1, state_reason=1, at_seconds=1.0
    )
    memory = BalloonReading(
        **dict.fromkeys(field for field in BalloonReading.__struct_fields__ if field != "updated_at_seconds"),
        updated_at_seconds=updated_at_seconds,
    )
    detail = DetailReading(
        uuid=UUID,
        libvirt_id=3,
        at_seconds=1.0,
        duration_seconds=0.0,
        cpu_time_ns=1,
        cpu_user_ns=1,
        cpu_system_ns=1,
        vcpus={},
        memory=memory,
        blocks=(),
        missing=(),
    )
    description = Description(
        title=None,
        metadata=None,
        autostart=None,
        persistent=None,
        addresses={},
        balloon_period_seconds=period_seconds,
    )
    running = libvirt_id is not None
    overview = Overview(at_seconds=1.0, domains=[domain])
    return Survey(overview, {UUID: detail} if running else {}, {UUID: description} if running else {})


def test_vms_with_memory_figures_are_well() -> None:
    """The connection is told with the number of VMs, each running VM with its period."""
    found = list(hypervisor_findings(URI, lambda _uri: survey_of()))

    assert [
        ("OK", f"{URI}: 1 of 1 VMs run"),
        ("OK", "VM shop: memory figures every 10 s"),
    ] == [(one.outcome, one.detail) for one in found]


@pytest.mark.parametrize(
    ("survey", "words", "fix"),
    [
        (
            survey_of(period_seconds=0),
            "is not asked for memory figures",
            "virsh dommemstat 'shop' --period 10",
        ),
        (survey_of(period_seconds=None), "has no memory balloon", None),
        (survey_of(updated_at_seconds=0), "never answered", "virtio_balloon"),
        (survey_of()._replace(details={}), "no details now", None),
    ],
)
def test_vms_without_memory_figures_are_warnings(survey: Survey, words: str, fix: str | None) -> None:
    """What is missing is said with its repair."""
    finding = list(hypervisor_findings(URI, lambda _uri: survey))[1]

    assert "WARN" == finding.outcome
    assert words in finding.detail
    assert (fix or "") in (finding.fix or "")


def test_vms_that_are_off_are_not_judged() -> None:
    """There is nothing to ask of them."""
    assert 1 == len(list(hypervisor_findings(URI, lambda _uri: survey_of(libvirt_id=None))))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionLostError("Failed to connect socket to '/nowhere': No such file"), ExitCode.UNAVAILABLE),
        (ConnectionLostError("Failed to connect socket to '/x': Permission denied"), ExitCode.PERMISSION),
        (ConnectionLostError("authentication unavailable: no polkit agent"), ExitCode.PERMISSION),
        (HypervisorError("something else"), ExitCode.UNAVAILABLE),
        (LibvirtMissingError(), ExitCode.FAILURE),
    ],
)
def test_a_libvirt_that_refuses_fails_with_a_repair(error: HypervisorError, code: ExitCode) -> None:
    """Missing rights, a missing daemon and a missing module are told apart."""

    def ask(_uri: str | None) -> Survey:
        raise error

    (finding,) = hypervisor_findings(URI, ask)

    assert ("FAIL", code) == (finding.outcome, finding.exit_code)
    assert str(error) in finding.detail
    assert finding.fix


def test_a_libvirt_that_hangs_fails_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is left behind."""
    monkeypatch.setattr(check_hypervisor, "DEADLINE_SECONDS", 0.05)
    release = threading.Event()

    def ask(_uri: str | None) -> Survey:
        release.wait(60)
        raise HypervisorError

    (finding,) = hypervisor_findings(URI, ask)
    release.set()

    assert ("FAIL", ExitCode.UNAVAILABLE) == (finding.outcome, finding.exit_code)
    assert "has not answered" in finding.detail


def test_a_host_whose_settings_name_no_hypervisor_is_well() -> None:
    """An empty URI is a decision, not a fault."""
    (finding,) = hypervisor_findings("")

    assert "OK" == finding.outcome


def test_a_host_without_libvirt_is_no_failure(tmp_path: Path) -> None:
    """What counts is the root of the settings, as for the samples."""
    (finding,) = hypervisor_findings(None, root=tmp_path)

    assert "OK" == finding.outcome
    assert finding.detail.startswith("this host has no libvirt")
