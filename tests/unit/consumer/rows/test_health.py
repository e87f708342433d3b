# SPDX-License-Identifier: Apache-2.0
"""The health of a host: rules, points, hysteresis."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from consumer.rows.batch_figures import ReasonObject
from consumer.rows.health import HostHealth, Reason, assess
from consumer.rules.reading import shipped_rules
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.samples import (
    HostDiskSample,
    HostFilesystemSample,
    HostSample,
    HypervisorHealth,
    SampleBatch,
)
from publisher.wire.transposition import in_columns
from tests.unit.consumer.rows.random_hosts import random_hosts

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "health"


@pytest.fixture
def calm() -> SampleBatch:
    """Give a host without any trouble."""
    batch = Fleet(FleetShape(host_count=1, domain_count_per_host=3)).batch(0, 1.7e9, 1)
    sample = HostSample(cpu_busy_ratio=0.1, memory_used_ratio=0.2)
    return msgspec.structs.replace(batch, sample=sample, disks=[], domains=[])


def with_sample(batch: SampleBatch, **figures: float) -> SampleBatch:
    """Return a batch with other figures of the host."""
    return msgspec.structs.replace(batch, sample=msgspec.structs.replace(batch.sample, **figures))


def judged(batch: SampleBatch, held: frozenset[str] = frozenset()) -> HostHealth:
    """Return the health that a consumer gives a batch."""
    return assess(in_columns(batch), held)


def fired(health: HostHealth) -> list[str]:
    """Return the names of the rules that took points."""
    return [reason.rule for reason in health.reasons]


def test_a_calm_host_has_all_points(calm: SampleBatch) -> None:
    """Nothing fires, nothing is taken."""
    assert HostHealth(100, "good", ()) == judged(calm)


@pytest.mark.parametrize(
    ("figures", "rule", "points", "text"),
    [
        ({"cpu_busy_ratio": 0.85}, "cpu", 15, "CPU 85% busy"),
        ({"cpu_busy_ratio": 1.0}, "cpu", 30, "CPU 100% busy"),
        ({"memory_used_ratio": 0.99}, "memory", 30, "memory 99% used"),
        ({"disk_busy_ratio": 0.95}, "disk_busy", 11, "disk 95% busy"),
        (
            {"pressure_cpu_some_ratio": 0.8},
            "pressure_cpu",
            20,
            "tasks waited for CPU 80% of the time",
        ),
        (
            {"pressure_io_full_ratio": 0.2, "disk_busy_ratio": 0.5},
            "pressure_io",
            10,
            "all tasks waited for disks 20% of the time",
        ),
        ({"disk_latency_seconds": 0.2}, "disk_latency", 25, "disk requests take 0.200 s"),
        (
            {"cpu_temperature_celsius": 95.0, "cpu_temperature_limit_celsius": 100.0},
            "temperature",
            22,
            "CPU at 95% of its temperature limit",
        ),
        (
            {"swap_in_bytes_per_second": 50 * 2**20, "swap_out_bytes_per_second": 0.0},
            "swapping",
            25,
            "swapping 50.0 MiB/s",
        ),
    ],
)
def test_a_rule_takes_half_its_weight_at_first_and_all_in_the_end(
    calm: SampleBatch, figures: dict[str, float], rule: str, points: int, text: str
) -> None:
    """The points grow from the level where a rule enters to the level where work stands still."""
    health = judged(with_sample(calm, **figures))

    assert (Reason(rule, points, text),) == health.reasons
    assert 100 - points == health.score


@pytest.mark.parametrize(
    ("figures", "latency_seconds", "expected"),
    [
        ({}, None, []),
        ({"disk_busy_ratio": 0.4, "disk_latency_seconds": 0.001}, 0.002, []),
        ({"disk_busy_ratio": 0.5}, None, ["pressure_io"]),
        ({"disk_latency_seconds": 0.010}, None, ["pressure_io"]),
        ({"disk_busy_ratio": 0.0}, 0.011, ["pressure_io"]),
    ],
    ids=["alone", "disks are quick", "a disk is busy", "disks are slow", "a disk of a VM is slow"],
)
def test_pressure_of_io_takes_points_only_beside_a_disk_that_is_busy_or_slow(
    calm: SampleBatch, figures: dict[str, float], latency_seconds: float | None, expected: list[str]
) -> None:
    """Kernels were seen to count idle waits as pressure: alone it says nothing of disks."""
    report = (Fleet(FleetShape(host_count=1, domain_count_per_host=3)).batch(0, 1.7e9, 1).domains or [])[0]
    sample = msgspec.structs.replace(report.sample, steal_ratio=None, block_latency_seconds=latency_seconds)
    domains = [msgspec.structs.replace(report, sample=sample)]
    waiting = with_sample(calm, pressure_io_full_ratio=0.7, **figures)

    assert expected == fired(judged(msgspec.structs.replace(waiting, domains=domains)))
    assert 100 == judged(with_sample(calm, pressure_io_full_ratio=0.7)).score


def test_a_rule_that_fired_holds_until_its_lower_level(calm: SampleBatch) -> None:
    """A figure that swings about the level does not make the circle flicker."""
    between = with_sample(calm, cpu_busy_ratio=0.82)

    assert [] == fired(judged(between))
    assert ["cpu"] == fired(judged(between, frozenset({"cpu"})))
    assert [] == fired(judged(with_sample(calm, cpu_busy_ratio=0.79), frozenset({"cpu"})))


def test_the_state_follows_from_the_score(calm: SampleBatch) -> None:
    """Good from 80, strained from 50, bad below; the score never falls under 0."""
    strained = judged(with_sample(calm, cpu_busy_ratio=1.0))
    bad = judged(with_sample(calm, cpu_busy_ratio=1.0, memory_used_ratio=1.0, pressure_memory_full_ratio=1.0))
    everything = judged(
        msgspec.structs.replace(
            with_sample(
                calm,
                cpu_busy_ratio=1.0,
                memory_used_ratio=1.0,
                pressure_memory_full_ratio=1.0,
                disk_latency_seconds=9.0,
            ),
            filesystems=[HostFilesystemSample(path="/", total_bytes=100, available_bytes=0)],
        )
    )

    assert ("strained", "bad") == (strained.state, bad.state)
    assert 0 == everything.score


@pytest.mark.parametrize(
    "changes",
    [
        {"hypervisor": HypervisorHealth(state="absent"), "domains": None},
        {"hypervisor": HypervisorHealth(state="connected"), "domains": []},
    ],
    ids=["absent", "connected"],
)
def test_nothing_known_is_neither_good_nor_bad(calm: SampleBatch, changes: dict[str, Any]) -> None:
    """A host whose figures are all missing is unknown, with no score, though its libvirt answers."""
    blind = msgspec.structs.replace(calm, sample=HostSample(), filesystems=[], **changes)

    assert HostHealth(None, "unknown", ()) == judged(blind)


def test_a_hypervisor_that_does_not_answer_takes_points(calm: SampleBatch) -> None:
    """Absent libvirt is no trouble, a lost connection is."""
    lost = msgspec.structs.replace(calm, hypervisor=HypervisorHealth(state="disconnected"))
    absent = msgspec.structs.replace(calm, hypervisor=HypervisorHealth(state="absent"))

    assert ["hypervisor"] == fired(judged(lost))
    assert [] == fired(judged(absent))


def test_a_vm_paused_on_an_io_error_is_named(calm: SampleBatch) -> None:
    """A VM that its disk stopped is the host's trouble, one that a person paused is not."""
    report = (Fleet(FleetShape(host_count=1, domain_count_per_host=3)).batch(0, 1.7e9, 1).domains or [])[0]
    stopped = msgspec.structs.replace(report.sample, state=3, state_reason=5, steal_ratio=None)
    paused = msgspec.structs.replace(report.sample, state=3, state_reason=1, steal_ratio=None)

    def holding(sample: object, *names: str) -> SampleBatch:
        domains = [msgspec.structs.replace(report, name=name, sample=sample) for name in names]
        return msgspec.structs.replace(calm, domains=domains)

    for names, words in (
        (["shop"], "1 VM is paused on an I/O error: shop"),
        (["shop", "db"], "2 VMs are paused on an I/O error, first: db"),
    ):
        (reason,) = judged(holding(stopped, *names)).reasons
        assert (words, ReasonObject("domain", min(names), report.uuid)) == (reason.text, reason.object)
    assert [] == fired(judged(holding(paused, "shop")))


def test_a_vm_that_waits_for_cpu_is_told(calm: SampleBatch) -> None:
    """The VM that waits most counts, and only while it runs."""
    reports = (Fleet(FleetShape(host_count=1, domain_count_per_host=3)).batch(0, 1.7e9, 1).domains or [])[:2]

    def waiting(state: int) -> SampleBatch:
        samples = [
            msgspec.structs.replace(report.sample, state=state, state_reason=1, steal_ratio=steal)
            for report, steal in zip(reports, (0.05, 0.5), strict=True)
        ]
        domains = [
            msgspec.structs.replace(report, sample=sample)
            for report, sample in zip(reports, samples, strict=True)
        ]
        return msgspec.structs.replace(calm, domains=domains)

    name, uuid = reports[1].name, reports[1].uuid
    words = f"a VM waited for CPU 50% of the time: {name}"
    expected = Reason("vm_steal", 20, words, ReasonObject("domain", name, uuid))
    assert (expected,) == judged(waiting(1)).reasons
    assert [] == fired(judged(waiting(3)))


def disk(device: str, *, leaf: bool = True, busy: float = 0.0, latency: float = 0.0) -> HostDiskSample:
    """Return a disk of the host."""
    return HostDiskSample(device=device, leaf=leaf, busy_ratio=busy, latency_seconds=latency)


def test_the_disk_that_is_slow_or_busy_is_named(calm: SampleBatch) -> None:
    """Of those that count for the host: a volume is as slow as the disks below it."""
    disks = [disk("dm-0", leaf=False, busy=1.0, latency=9.0), disk("sda", latency=0.3), disk("sdb", busy=0.9)]
    slow = msgspec.structs.replace(with_sample(calm, disk_latency_seconds=0.2), disks=disks)
    busy = msgspec.structs.replace(with_sample(calm, disk_busy_ratio=0.9), disks=disks)

    for batch, words, device in (
        (slow, "disk requests take 0.200 s, slowest: sda", "sda"),
        (busy, "disk 90% busy: sdb", "sdb"),
    ):
        (reason,) = judged(batch).reasons
        assert (words, ReasonObject("disk", device)) == (reason.text, reason.object)


def test_the_sensor_that_is_hot_is_named(calm: SampleBatch) -> None:
    """Older publishers do not tell it: then the words are as before."""
    hot = with_sample(calm, cpu_temperature_celsius=95.0, cpu_temperature_limit_celsius=100.0)
    named = msgspec.structs.replace(hot.sample, cpu_temperature_sensor="coretemp Package id 1")

    (before,), (reason,) = (
        judged(batch).reasons for batch in (hot, msgspec.structs.replace(hot, sample=named))
    )
    assert before.object is None
    assert ReasonObject("sensor", "coretemp Package id 1") == reason.object
    assert f"{before.text}: coretemp Package id 1" == reason.text


def test_the_file_system_that_is_full_is_named(calm: SampleBatch) -> None:
    """The fullest of those whose size is known, whatever characters its path has."""
    path = "/srv/{value}\u202e<b>"
    systems = [
        HostFilesystemSample(path="/", total_bytes=100, available_bytes=9),
        HostFilesystemSample(path=path, total_bytes=100, available_bytes=5),
        HostFilesystemSample(path="/unknown"),
    ]

    (reason,) = judged(msgspec.structs.replace(calm, filesystems=systems)).reasons
    assert (f"file system 95% full: {path}", ReasonObject("filesystem", path)) == (reason.text, reason.object)
    assert {"kind": "filesystem", "name": path} == msgspec.to_builtins(reason)["object"]


def test_every_reason_is_that_of_one_rule() -> None:
    """So that a stored reason tells which rule it was, and so that a rule holds by itself."""
    rules = shipped_rules().rules
    reasons = [rule.health.reason or name for name, rule in rules.items() if rule.health is not None]

    assert len(set(reasons)) == len(reasons)


def test_health_judges_as_it_always_did() -> None:
    """Score, state, points, words and objects of hosts in trouble are those of before rules were a file."""
    stored = (FIXTURES / "judgements.jsonl").read_text(encoding="utf-8").splitlines()
    hosts = random_hosts(seed=12, count=len(stored))
    judged_now = [
        assess(host.batch, host.held, clock_offset_seconds=host.clock_offset_seconds) for host in hosts
    ]

    assert stored == [
        msgspec.json.encode([health.score, health.state, health.reasons]).decode() for health in judged_now
    ]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"available": 12}, ["memory"]),
        ({"available": 12, "pool": 240}, []),
        ({"available": 12, "zfs": 200}, []),
        ({"available": 12, "pool": 128, "zfs": 100}, []),
        ({"available": 1, "pool": 240}, ["memory"]),
        ({"available": 12, "zfs": 4}, ["memory"]),
    ],
    ids=["full", "a pool", "a cache", "both", "full beside a pool", "full beside a cache"],
)
def test_huge_pages_and_caches_do_not_fill_the_memory(
    calm: SampleBatch, figures: dict[str, int], expected: list[str]
) -> None:
    """256 GiB, most of them not available: what counts is why."""
    gibibyte = 2**30
    sample = HostSample(
        memory_total_bytes=256 * gibibyte,
        memory_available_bytes=figures["available"] * gibibyte,
        memory_used_ratio=1 - figures["available"] / 256,
        hugepage_total_bytes=figures.get("pool", 0) * gibibyte,
        zfs_reclaimable_bytes=figures.get("zfs", 0) * gibibyte,
    )

    assert expected == fired(judged(msgspec.structs.replace(calm, sample=sample)))


@pytest.mark.parametrize(
    ("offset", "points", "text"),
    [
        (3_600.0, 20, "clock 3,600 s ahead"),
        (-600.0, 20, "clock 600 s behind"),
        (2.1, 10, "clock 2 s ahead"),
    ],
)
def test_a_wrong_clock_is_a_reason_and_no_bad_host(
    calm: SampleBatch, offset: float, points: int, text: str
) -> None:
    """Its charts are wrong, so it is said; its figures are as good as ever."""
    health = assess(in_columns(calm), clock_offset_seconds=offset)

    assert (Reason("clock_skewed", points, text),) == health.reasons
    assert (100 - points, "good", offset) == (health.score, health.state, health.clock_offset_seconds)


def test_without_an_offset_the_clock_is_no_reason(calm: SampleBatch) -> None:
    """Also where it fired before."""
    assert () == assess(in_columns(calm), frozenset({"clock_skewed"})).reasons
