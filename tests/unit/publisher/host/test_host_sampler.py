# SPDX-License-Identifier: Apache-2.0
"""The host's side of a tick, on whole trees."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from publisher.collectors import clock, filesystems
from publisher.collectors.clock import KernelClock
from publisher.collectors.collected import Collected
from publisher.collectors.cpu import CpuCollector, CpuReading
from publisher.collectors.filesystems import FilesystemReading
from publisher.collectors.reading import COLLECTORS, HostReading
from publisher.collectors.swap import SwapReading
from publisher.host.sampler import HostSampler, HostTick
from publisher.procfs import SourceUnavailableError, SystemTree
from publisher.rates.host import Moment, host_samples, source_intervals
from publisher.wire.samples import (
    CollectorHealth,
    HostDiskSample,
    HostFilesystemSample,
    HostIdentity,
    HostInterfaceSample,
    HostSample,
)
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree

NAMES = [make(SystemTree()).name for make in COLLECTORS]
TREES = ("hypervisor", "ancient", "container", "zfs", "thermal_zone")

Maker = Callable[..., HostSampler]


class Wire(msgspec.Struct):
    """What a consumer checks of a tick."""

    identity: HostIdentity
    sample: HostSample
    disks: list[HostDiskSample]
    interfaces: list[HostInterfaceSample]
    filesystems: list[HostFilesystemSample]
    collectors: list[CollectorHealth]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    """Return a maker of samplers that are closed at the end, on a host that never sleeps.

    Its clock is kept in time: the kernel of this machine cannot be made to say so.
    """
    monkeypatch.setattr(clock, "read_kernel_clock", lambda: KernelClock(-250, 1_500, clock.STATUS_LOOP))
    made: list[HostSampler] = []

    def sampler(root: Path, **settings: object) -> HostSampler:
        arguments: dict[str, object] = {"suspended": lambda: 0.0, "monotonic": lambda: 100.0} | settings
        made.append(HostSampler(root, **arguments))  # type: ignore[arg-type]  # each test passes what it means to
        return made[-1]

    yield sampler
    for one in made:
        one.close()


def outcomes(tick: HostTick) -> dict[str, str]:
    """Return the outcome of each collector but the background ones, which may not be done yet."""
    return {
        health.name: health.outcome
        for health in tick.collectors
        if health.name not in {"temperatures", "filesystems"}
    }


def reason(tick: HostTick, name: str) -> str | None:
    """Return the reason of one collector."""
    (found,) = (health.reason for health in tick.collectors if health.name == name)
    return found


def test_each_collector_has_its_field() -> None:
    """A collector that HostReading does not know would be lost."""
    names = NAMES

    assert len(set(names)) == len(names)
    assert {*names, "temperatures"} == set(HostReading.__struct_fields__)


def test_the_first_sample_has_gauges_and_no_rate(make: Maker) -> None:
    """Without a reading before there is nothing to divide."""
    tick = make(FIXTURES / "hypervisor").sample(100.0)
    rates = [
        field for field in HostSample.__struct_fields__ if field.startswith(("cpu_", "pressure_", "disk_"))
    ]
    rates = [field for field in rates if not field.endswith(("_count", "_celsius", "_sensor"))]

    assert tick.interval_seconds is None
    assert {None} == {getattr(tick.sample, field) for field in rates}
    assert 0.625 == tick.sample.memory_used_ratio
    assert {None} == {disk.busy_ratio for disk in tick.disks}
    assert ("hv042", 8) == (tick.identity.hostname, tick.identity.cpu_count)
    assert "0b6b0a4e-5d1c-4f0e-9d3f-6a3b7a1c0001" == tick.boot_id


def test_the_second_sample_has_rates_over_the_measured_interval(make: Maker, tmp_path: Path) -> None:
    """Counters of every subject advance and the sample says by how much per second."""
    tree = HostTree("hypervisor", tmp_path)
    sampler = make(tree.root)
    sampler.sample(100.0)
    tree.edit("/proc/stat", "cpu1 700000 200 180000 1300000", "cpu1 700300 200 180100 1300600")
    tree.edit("/proc/pressure/io", "total=18234567", "total=19234567")
    tree.edit("/proc/vmstat", "oom_kill 2", "oom_kill 3")
    tree.write("/sys/devices/system/edac/mc/mc1/ce_count", "4294967301\n")
    tree.edit("/proc/diskstats", "sda 500000 1200 40000000", "sda 500100 1200 40002000")
    tree.edit("/proc/net/dev", "eno1: 5000000000", "eno1: 5000100000")
    tick = sampler.sample(112.5)

    assert (12.5, 12.5) == (tick.interval_seconds, tick.sample.interval_seconds)
    assert 0.4 == tick.sample.cpu_busy_ratio
    assert 0.08 == tick.sample.pressure_io_full_ratio
    assert (8.0, 81920.0) == (
        tick.sample.disk_read_requests_per_second,
        tick.sample.disk_read_bytes_per_second,
    )
    assert 8000.0 == tick.sample.network_receive_bytes_per_second
    assert 1 == tick.sample.oom_kill_count
    assert (5, 0) == (tick.sample.memory_corrected_error_count, tick.sample.memory_uncorrected_error_count)
    assert (True, 0.0015, 0.00025) == (
        tick.sample.clock_synchronised,
        tick.sample.clock_error_seconds,
        tick.sample.clock_ntp_offset_seconds,
    )
    assert ["oom_kill"] == [event.kind for event in tick.events]


def test_a_card_that_reads_0_for_a_tick_is_told_where_missing_things_are(make: Maker, tmp_path: Path) -> None:
    """1 MB/s, null, null, 1 MB/s: the health of the collector says why, and nothing once it is over."""
    tree = HostTree("hypervisor", tmp_path)
    sampler = make(tree.root)
    rates, reasons, text = [], [], tree.text("/proc/net/dev")
    numbers = (5_000_000_000, 5_010_000_000, 0, 5_030_000_000, 5_040_000_000)
    for tick, bytes_total in enumerate(numbers):
        tree.write("/proc/net/dev", text.replace("eno1: 5000000000", f"eno1: {bytes_total}"))
        taken = sampler.sample(100.0 + 10 * tick)
        rates.append(taken.sample.network_receive_bytes_per_second)
        reasons.append(reason(taken, "interfaces"))

    assert [None, 1e6, None, None, 1e6] == rates
    assert [None, None] == [reasons[1], reasons[4]]
    assert "eno1: receive_bytes fell (1 time since the start)" == reasons[2]
    assert "went back to where it was before it fell" in (reasons[3] or "")


def test_kills_are_no_event_where_their_counter_was_not_believed(make: Maker, tmp_path: Path) -> None:
    """A text that reads 0 for a tick and then 2 again: nobody was killed."""
    tree = HostTree("hypervisor", tmp_path)
    sampler, told = make(tree.root), []
    text = tree.text("/proc/vmstat")
    for tick, kills in enumerate((2, 0, 2, 3, 4)):
        tree.write("/proc/vmstat", text.replace("oom_kill 2", f"oom_kill {kills}"))
        told.append([event.kind for event in sampler.sample(100.0 + 10 * tick).events])

    assert [[], [], [], ["oom_kill"], ["oom_kill"]] == told


def test_a_source_that_was_read_late_has_an_interval_of_its_own() -> None:
    """4 s late are 4 s more; a read that took 3 s of 10 was at an instant that nobody knows."""
    plain = {"cpu": (0.0, 0.0), "disks": (0.0, 0.0), "swap": (1.0, 1.0)}
    late = {"cpu": (0.0, 0.0), "disks": (4.0, 4.0), "swap": (1.0, 4.0)}
    before, after = (
        Moment(monotonic_seconds=at, boot_id="a", suspended_seconds=0.0, reads=reads)
        for at, reads in ((100.0, plain), (110.0, late))
    )

    assert {"cpu": 10.0, "disks": 14.0, "swap": None} == source_intervals(before, after, 10.0)
    assert {} == source_intervals(None, after, 10.0) == source_intervals(before, after, None)
    totals = [SwapReading(in_bytes_total=total) for total in (0, 4096)]
    samples = host_samples(
        HostReading(swap=totals[0]), HostReading(swap=totals[1]), 10.0, intervals={"swap": None}
    )
    assert samples.sample.swap_in_bytes_per_second is None
    assert "took too long" in samples.findings["swap"]


def test_a_gap_has_no_rates_and_the_tick_after_it_has(make: Maker) -> None:
    """The readings across a gap are kept to go on from."""
    sampler = make(FIXTURES / "hypervisor", tick_seconds=10.0)
    intervals = [sampler.sample(at).interval_seconds for at in (100.0, 110.0, 150.0, 160.0)]

    assert [None, 10.0, None, 10.0] == intervals


def test_a_reboot_has_no_rates(make: Maker, tmp_path: Path) -> None:
    """Another boot id: its counters start again."""
    tree = HostTree("hypervisor", tmp_path)
    sampler = make(tree.root)
    sampler.sample(100.0)
    tree.write("/proc/sys/kernel/random/boot_id", "0b6b0a4e-5d1c-4f0e-9d3f-6a3b7a1c0099\n")
    tick = sampler.sample(110.0)

    assert "0b6b0a4e-5d1c-4f0e-9d3f-6a3b7a1c0099" == tick.boot_id
    assert (None, None) == (tick.interval_seconds, tick.sample.network_receive_bytes_per_second)


def test_a_suspend_has_no_rates_and_is_an_event(make: Maker) -> None:
    """CLOCK_BOOTTIME ran on while CLOCK_MONOTONIC stood."""
    slept = iter([3.0, 63.0, 63.0])
    sampler = make(FIXTURES / "hypervisor", suspended=lambda: next(slept))
    sampler.sample(100.0)
    woken, awake = sampler.sample(110.0), sampler.sample(120.0)

    assert (None, ["host_suspended"]) == (woken.interval_seconds, [event.kind for event in woken.events])
    assert (10.0, []) == (awake.interval_seconds, awake.events)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("hypervisor", {"zfs"}),
        ("ancient", {"pressure", "hugepages", "ksm", "zfs", "memory_errors"}),
        ("container", {"pressure", "hugepages", "ksm", "zfs", "memory_errors", "disks"}),
        ("zfs", {"pressure", "hugepages", "ksm", "memory_errors"}),
    ],
)
def test_what_a_host_lacks_is_unavailable_and_has_a_reason(make: Maker, name: str, missing: set[str]) -> None:
    """Every subject that is missing says so, the others are ok, and no field of it is 0."""
    tick = make(FIXTURES / name).sample(100.0)

    assert {name: "unavailable" if name in missing else "ok" for name in NAMES} == outcomes(tick)
    assert all(reason(tick, lacking) for lacking in missing)
    if "hugepages" in missing:
        assert tick.sample.hugepage_total_bytes is None
        assert tick.sample.ksm_shared_bytes is None


@pytest.mark.parametrize("name", TREES)
def test_every_tree_gives_samples_that_a_consumer_accepts(make: Maker, name: str) -> None:
    """Two ticks of each tree, encoded and decoded with the bounds of the wire."""
    sampler = make(FIXTURES / name, filesystems=(Path("/"),))
    for at in (100.0, 110.0):
        tick = sampler.sample(at)
        wire = msgspec.json.decode(msgspec.json.encode(tick), type=Wire)

        assert tick.sample == wire.sample
        assert tick.disks == wire.disks
        assert tick.interfaces == wire.interfaces


def test_an_empty_root_is_a_tick_without_figures(
    make: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing to read is nothing known, not an exception."""

    def lacking() -> KernelClock:
        raise SourceUnavailableError("adjtimex: Function not implemented")

    monkeypatch.setattr(clock, "read_kernel_clock", lacking)
    tick = make(tmp_path).sample(100.0)

    assert HostSample() == tick.sample
    assert ("unknown", "unknown") == (tick.boot_id, tick.identity.hostname)
    assert {"unavailable"} == set(outcomes(tick).values())


@pytest.mark.parametrize("error", [ZeroDivisionError("oops"), OSError(5, "I/O error")])
def test_a_fault_in_one_collector_costs_its_figures_only(
    make: Maker, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The others go out, the fault is named."""

    def break_down(_: CpuCollector) -> Collected[CpuReading]:
        raise error

    monkeypatch.setattr(CpuCollector, "collect", break_down)
    tick = make(FIXTURES / "hypervisor").sample(100.0)

    assert ("failed", repr(error)) == (outcomes(tick)["cpu"], reason(tick, "cpu"))
    assert (None, 0.625) == (tick.sample.running_count, tick.sample.memory_used_ratio)


def test_the_tags_of_the_settings_are_the_hosts(make: Maker, tmp_path: Path) -> None:
    """Also where the kernel says nothing of itself."""
    for root in (FIXTURES / "hypervisor", tmp_path):
        assert ["rack:a3", "ssd"] == make(root, tags=("rack:a3", "ssd")).sample(100.0).identity.tags


def test_an_identity_that_fails_once_is_remembered(make: Maker, tmp_path: Path) -> None:
    """A host does not become another for a tick."""
    tree = HostTree("hypervisor", tmp_path)
    sampler = make(tree.root)
    sampler.sample(100.0)
    tree.remove("/proc/sys/kernel/random")
    sampler._tree.close()
    tick = sampler.sample(110.0)

    assert ("hv042", 10.0) == (tick.identity.hostname, tick.interval_seconds)
    assert "unavailable" == outcomes(tick)["identity"]


@pytest.mark.parametrize(("total_bytes", "available_bytes", "expected"), [(1000, -50, 0), (1000, 400, 400)])
def test_a_file_system_that_root_filled_beyond_the_reserve_has_nothing_available(
    monkeypatch: pytest.MonkeyPatch, total_bytes: int, available_bytes: int, expected: int
) -> None:
    """Less than nothing is nothing: null would hide that it is full."""
    monkeypatch.setattr(SystemTree, "file_system_bytes", lambda *_: (total_bytes, available_bytes))

    assert expected == filesystems.collect(SystemTree(), Path("/")).reading.available_bytes


def test_a_stuck_file_system_delays_no_tick(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead NFS mount is "slow" with its path among the rows, and the healthy one is measured."""
    release = threading.Event()
    real = filesystems.collect

    def collect(tree: SystemTree, path: Path) -> Collected[FilesystemReading]:
        if path == Path("/dead"):
            release.wait(60)
        return real(tree, path)

    monkeypatch.setattr(filesystems, "collect", collect)
    sampler = make(FIXTURES / "hypervisor", filesystems=(Path("/dead"), Path("/proc")))
    pause = threading.Event()
    for _ in range(2000):
        tick = sampler.sample(100.0)
        if tick.filesystems[1].total_bytes is not None:
            break
        pause.wait(0.01)
    release.set()

    assert HostFilesystemSample(path="/dead") == tick.filesystems[0]
    assert (tick.filesystems[1].total_bytes or 0) > 0
    (health,) = (one for one in tick.collectors if one.name == "filesystems")
    assert ("slow", "the first reading is not finished") == (health.outcome, health.reason)
