# SPDX-License-Identifier: Apache-2.0
"""Whatever a kernel prints, parsers answer or raise their own error, and rates are never negative."""

import contextlib
import string
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.collectors import (
    cpu,
    disks,
    hugepages,
    identity,
    interfaces,
    ksm,
    load,
    memory,
    memory_errors,
    pressure,
    swap,
    zfs,
)
from publisher.collectors.clock import KernelClock, interpret
from publisher.collectors.cpu import CpuReading
from publisher.collectors.disks import Disk, DiskReading
from publisher.collectors.hugepages import HugepageReading
from publisher.collectors.identity import IdentityReading
from publisher.collectors.interfaces import Interface, InterfaceReading
from publisher.collectors.ksm import KsmReading
from publisher.collectors.load import LoadReading
from publisher.collectors.memory import MemoryReading
from publisher.collectors.memory_errors import MemoryErrorReading
from publisher.collectors.pressure import PressureReading
from publisher.collectors.reading import HostReading
from publisher.collectors.swap import SwapReading
from publisher.collectors.temperatures import TemperatureReading
from publisher.collectors.zfs import ZfsReading
from publisher.procfs import SourceError
from publisher.rates.host import HostSamples, host_samples
from tests.unit.publisher.host.host_tree import fixture_text

PARSERS: dict[str, Callable[[str], object]] = {
    "/proc/stat": cpu.parse,
    "/proc/diskstats": disks.parse,
    "/proc/net/dev": interfaces.parse,
    "/proc/loadavg": load.parse,
    "/proc/uptime": lambda text: load.parse("1 1 1", text),
    "/proc/meminfo": memory.parse,
    "/proc/pressure/io": pressure.parse,
    "/proc/vmstat": lambda text: swap.parse(text, 4096),
    "/proc/spl/kstat/zfs/arcstats": zfs.parse,
    "/sys/kernel/mm/ksm/pages_shared": lambda text: ksm.parse(text, text, 4096, profit=text, run=text),
    "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": lambda text: hugepages.parse(
        2**21, count=text, free=text, reserved=text, surplus=text
    ),
    "/sys/devices/system/cpu/present": identity.count_of_ranges,
    "/sys/devices/system/edac/mc/mc0/ce_count": lambda text: memory_errors.parse(
        {"mc0": text, "mc1": text}, {"mc0": text}
    ),
}

words = st.sampled_from(
    ["cpu", "cpu0", "sda", "eth0:", "MemTotal:", "size", "some", "total=", "kB", ":", "-"]
)
numbers = st.integers(min_value=-(2**70), max_value=2**70).map(str)
noise = st.text(alphabet=string.printable + "²٣\x00", max_size=12)
lines = st.lists(words | numbers | noise, max_size=22).map(" ".join)
texts = st.lists(lines, max_size=6).map("\n".join) | st.text(max_size=200)


def real(path: str) -> str:
    """Return a genuine text of a path."""
    return fixture_text("zfs" if "arcstats" in path else "hypervisor", path)


@pytest.mark.parametrize("path", PARSERS)
@given(text=texts)
def test_a_parser_raises_nothing_but_its_own_error(path: str, text: str) -> None:
    """Any text is a reading or a SourceError."""
    with contextlib.suppress(SourceError):
        PARSERS[path](text)


@pytest.mark.parametrize("path", PARSERS)
@given(data=st.data())
def test_a_damaged_text_raises_nothing_but_its_own_error(path: str, data: st.DataObject) -> None:
    """A genuine text with a part cut out and something else put in its place."""
    text = real(path)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    with contextlib.suppress(SourceError):
        PARSERS[path](text[:start] + data.draw(noise | numbers) + text[end:])


counters = st.integers(min_value=0, max_value=2**64 - 1) | st.integers(min_value=0, max_value=10**6)
gauges = st.integers(min_value=0, max_value=2**63 - 1)
counts = st.integers(min_value=0, max_value=2**31 - 1)
pools = st.builds(
    hugepages.HugepagePool,
    page_bytes=st.sampled_from([2**21, 2**30]),
    page_count=st.integers(0, 2**33 - 1),
    free_page_count=st.integers(0, 2**33 - 1),
    reserved_page_count=st.integers(0, 2**33 - 1),
    surplus_page_count=st.integers(0, 2**33 - 1),
)
disk_counters = st.builds(
    disks.DiskCounters,
    *[st.none() | counters] * 6,
    st.none() | counts,
    *[st.none() | counters] * 2,
)
optional = st.none() | counters
cpu_lines = st.tuples(*[optional] * 10)
controllers = st.dictionaries(st.sampled_from(["mc0", "mc1"]), counters, max_size=2)
seconds = st.floats(min_value=0, max_value=1e9)
degrees = st.none() | st.floats(min_value=1, max_value=150)
# What each collector may bring: a reading that is not here is never seen by the tests below.
SUBJECTS: dict[str, st.SearchStrategy[Any]] = {
    "identity": st.builds(IdentityReading, boot_id=noise, hostname=noise),
    "load": st.builds(
        LoadReading, load_1m=seconds, load_5m=seconds, load_15m=seconds, uptime_seconds=st.none() | seconds
    ),
    "clock": st.builds(KernelClock, st.integers(-(2**31), 2**31), st.integers(0, 2**31), counts).map(
        interpret
    ),
    "ksm": st.builds(
        KsmReading,
        shared_bytes=gauges,
        saved_bytes=gauges,
        profit_bytes=st.none() | gauges | gauges.map(lambda size: -size),
        run=st.none() | st.integers(0, 2**15 - 1),
    ),
    "temperatures": st.builds(
        TemperatureReading,
        cpu_sensor=st.none() | noise,
        cpu_celsius=degrees,
        cpu_limit_celsius=degrees,
        board_celsius=degrees,
    ),
    "cpu": st.builds(
        CpuReading,
        total=cpu_lines,
        cpus=st.dictionaries(st.integers(0, 3), cpu_lines, max_size=4),
        online_count=st.none() | counts,
        running_count=st.none() | counts,
        blocked_count=st.none() | counts,
    ),
    "pressure": st.builds(PressureReading, **dict.fromkeys(PressureReading.__struct_fields__, optional)),
    "memory": st.builds(
        MemoryReading,
        total_bytes=st.integers(1, 2**63 - 1),
        **dict.fromkeys(MemoryReading.__struct_fields__[1:], st.none() | gauges),
    ),
    "hugepages": st.builds(HugepageReading, pools=st.lists(pools, max_size=2).map(tuple)),
    "zfs": st.builds(ZfsReading, cache_bytes=gauges, minimum_bytes=st.none() | gauges),
    "memory_errors": st.builds(
        MemoryErrorReading, **dict.fromkeys(MemoryErrorReading.__struct_fields__, controllers)
    ),
    "swap": st.builds(SwapReading, **dict.fromkeys(SwapReading.__struct_fields__, optional)),
    "disks": st.builds(
        DiskReading,
        disks=st.lists(
            st.builds(Disk, st.sampled_from(["sda", "dm-0"]), st.none(), st.booleans(), disk_counters),
            max_size=2,
            unique_by=lambda disk: disk.device,
        ).map(tuple),
    ),
    "interfaces": st.builds(
        InterfaceReading,
        interfaces=st.lists(
            st.builds(
                Interface,
                st.sampled_from(["eth0", "br0"]),
                st.booleans(),
                st.builds(interfaces.InterfaceCounters, *[st.none() | counters] * 8),
            ),
            max_size=2,
            unique_by=lambda interface: interface.device,
        ).map(tuple),
    ),
}
readings = st.builds(HostReading, **{name: st.none() | subject for name, subject in SUBJECTS.items()})
# Below 0 where the clock is behind, and where merging pages costs more than it saves.
SIGNED = {"clock_ntp_offset_seconds", "ksm_profit_bytes"}


def test_every_reading_is_among_those_that_are_made_up() -> None:
    """A new collector is not forgotten above: its figures would be looked at by no test below."""
    assert set(HostReading.__struct_fields__) == set(SUBJECTS)


@given(readings, readings, st.none() | st.floats(min_value=0.001, max_value=1e5))
def test_no_figure_is_negative_and_every_figure_can_be_stored(
    previous: HostReading, current: HostReading, interval_seconds: float | None
) -> None:
    """Whatever two readings hold, the samples pass the bounds of the wire and rates are at least 0."""
    samples = host_samples(previous, current, interval_seconds)
    figures = [
        value
        for struct in (samples.sample, *samples.disks, *samples.interfaces)
        for name, value in msgspec.structs.asdict(struct).items()
        if isinstance(value, float | int) and name not in SIGNED
    ]

    assert [] == [value for value in figures if value < 0]
    assert samples == msgspec.json.decode(msgspec.json.encode(samples), type=HostSamples)


@given(readings, readings, st.floats(min_value=0.001, max_value=1e5))
def test_shares_of_the_cpu_are_shares(
    previous: HostReading, current: HostReading, interval_seconds: float
) -> None:
    """Each share of the CPU but the guests' is at most 1, and without interval there is none."""
    sample = host_samples(previous, current, interval_seconds).sample
    shares = [
        sample.cpu_busy_ratio,
        sample.cpu_user_ratio,
        sample.cpu_system_ratio,
        sample.cpu_interrupt_ratio,
        sample.cpu_steal_ratio,
        sample.cpu_iowait_ratio,
    ]

    assert [] == [share for share in shares if share is not None and share > 1]
    assert host_samples(previous, current, None).sample.cpu_busy_ratio is None
