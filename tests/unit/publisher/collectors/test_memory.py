# SPDX-License-Identifier: Apache-2.0
"""Memory, huge pages, merged pages and the ZFS cache."""

import os
from pathlib import Path

import pytest
from msgspec import structs

from publisher.collectors import ksm, zfs
from publisher.collectors.hugepages import HugepageCollector, HugepagePool, HugepageReading
from publisher.collectors.hugepages import parse as parse_pool
from publisher.collectors.memory import MemoryCollector, MemoryReading, parse
from publisher.procfs import SourceMalformedError, SourceUnavailableError, SystemTree
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_gauges import ksm_gauges
from publisher.rates.host_memory import hugepage_gauges, memory_gauges, zfs_gauges
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree, fixture_text

KIB = 1024
PAGE = os.sysconf("SC_PAGE_SIZE")
GIB = 2**30


def reading(name: str) -> MemoryReading:
    """Return the meminfo of a fixture tree."""
    return parse(fixture_text(name, "/proc/meminfo"))


def test_kilobytes_of_meminfo_are_kibibytes() -> None:
    """65536000 kB are 65536000 times 1024 bytes."""
    assert 65536000 * KIB == reading("hypervisor").total_bytes


def test_used_memory_is_what_is_not_available() -> None:
    """MemAvailable decides, not MemFree, and the sample is not an estimate."""
    gauges = memory_gauges(reading("hypervisor"), None)

    assert 0.625 == gauges["memory_used_ratio"]
    assert gauges["memory_estimated"] is False


def test_the_formula_of_2011_stands_beside_it() -> None:
    """Total minus free, buffers and cached, over total: 40448000 of 65536000 kB."""
    assert 0.6171875 == pytest.approx(
        memory_gauges(reading("hypervisor"), None)["memory_used_legacy_ratio"], abs=1e-7
    )


@pytest.mark.parametrize(
    ("name", "available_kibibytes"),
    [
        pytest.param("ancient", 1024000 + 102400 + 1024000 + 102400 - 204800, id="no MemAvailable"),
        pytest.param("zfs", 4096000 + 102400 + 1024000 + 204800 - 51200, id="MemAvailable is 0"),
        pytest.param("container", 262144 + 131072 - 65536, id="MemAvailable beyond MemTotal, no Buffers"),
    ],
)
def test_available_memory_is_estimated_where_the_kernel_is_of_no_help(
    name: str, available_kibibytes: int
) -> None:
    """Free plus what can be dropped, less tmpfs, and the sample says that it is an estimate."""
    gauges = memory_gauges(reading(name), None)

    assert available_kibibytes * KIB == gauges["memory_available_bytes"]
    assert gauges["memory_estimated"] is True


def test_a_line_without_space_after_the_colon_is_read() -> None:
    """``MemTotal:32768000kB`` is a total."""
    assert 32768000 * KIB == reading("zfs").total_bytes


def test_a_missing_line_is_absent_and_named(tmp_path: Path) -> None:
    """A container without Buffers has None there, no figure of 2011, and a remark."""
    collected = MemoryCollector(SystemTree(FIXTURES / "container")).collect()
    gauges = memory_gauges(collected.reading, None)

    assert gauges["memory_buffers_bytes"] is None
    assert gauges["memory_used_legacy_ratio"] is None
    assert "/proc/meminfo: no Buffers" == collected.remark
    with pytest.raises(SourceUnavailableError):
        MemoryCollector(SystemTree(tmp_path)).collect()


def test_meminfo_without_total_is_malformed() -> None:
    """Nothing can be a share of an unknown total."""
    with pytest.raises(SourceMalformedError):
        parse("MemFree: 5 kB\n")


def test_swap_in_use_is_total_minus_free() -> None:
    """262144 KiB are swapped; a container with more free than total has no figure."""
    assert 262144 * KIB == memory_gauges(reading("hypervisor"), None)["swap_used_bytes"]
    assert memory_gauges(reading("container"), None)["swap_used_bytes"] is None


def test_an_estimate_without_any_figure_is_absent() -> None:
    """A meminfo that holds a total alone says nothing about use."""
    gauges = memory_gauges(MemoryReading(total_bytes=GIB), None)

    assert (None, None, None) == (
        gauges["memory_available_bytes"],
        gauges["memory_used_ratio"],
        gauges["memory_estimated"],
    )


def test_huge_pages_of_all_sizes_are_added() -> None:
    """4096 pages of 2 MiB and 8 of 1 GiB are 16 GiB. 5 GiB are free, 1.5 GiB promised, 1 GiB surplus."""
    collected = HugepageCollector(SystemTree(FIXTURES / "hypervisor")).collect()

    assert {
        "hugepage_total_bytes": 16 * GIB,
        "hugepage_free_bytes": 5 * GIB,
        "hugepage_reserved_bytes": GIB + GIB // 2,
        "hugepage_surplus_bytes": GIB,
    } == hugepage_gauges(collected.reading)


def test_memory_outside_the_pools_is_shown_on_its_own() -> None:
    """A pool of 16 GiB of 62.5 is not use: (total - pool - available) / (total - pool)."""
    pools = HugepageCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading
    total, available, pool = 65536000 * KIB, 24576000 * KIB, 16 * GIB

    assert (total - pool - available) / (total - pool) == pytest.approx(
        memory_gauges(reading("hypervisor"), pools)["memory_used_without_hugepages_ratio"], rel=1e-6
    )


def test_a_machine_all_of_huge_pages_has_no_share_outside() -> None:
    """Nothing is left to be a share of."""
    pool = HugepagePool(
        page_bytes=GIB, page_count=1, free_page_count=1, reserved_page_count=0, surplus_page_count=0
    )
    memory = MemoryReading(total_bytes=GIB, available_bytes=1)

    assert (
        memory_gauges(memory, HugepageReading(pools=(pool,)))["memory_used_without_hugepages_ratio"] is None
    )


def test_a_host_without_huge_pages_says_so(tmp_path: Path) -> None:
    """A kernel without the folder has no pools, which is not a pool of 0."""
    with pytest.raises(SourceUnavailableError, match="hugepages: absent"):
        HugepageCollector(SystemTree(tmp_path)).collect()


def test_merged_pages_are_bytes() -> None:
    """1000 pages shared by 25000 users of them spare 25000 pages."""
    assert ksm.KsmReading(shared_bytes=4096_000, saved_bytes=102_400_000) == ksm.parse(
        "1000\n", "25000\n", 4096
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12345\n", 12345), ("-4096\n", -4096), ("", None), ("--1", None), ("-", None), (str(2**63), None)],
)
def test_merging_may_cost_more_than_it_spares(text: str, expected: int | None) -> None:
    """The profit of merging has a sign; kernels before 6.4 have none."""
    assert expected == ksm.parse("1", "1", 4096, profit=text).profit_bytes


def test_whether_pages_are_merged_is_told(tmp_path: Path) -> None:
    """The four files of a present kernel; a kernel without a profit has the rest."""
    assert {
        "ksm_shared_bytes": 1000 * PAGE,
        "ksm_saved_bytes": 25_000 * PAGE,
        "ksm_profit_bytes": 98_304_000,
        "ksm_run": 1,
    } == ksm_gauges(ksm.KsmCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading)
    folder = tmp_path / ksm.FOLDER.lstrip("/")
    folder.mkdir(parents=True)
    for name, text in (("pages_shared", "0\n"), ("pages_sharing", "0\n"), ("run", "2\n")):
        (folder / name).write_text(text)

    old = ksm.KsmCollector(SystemTree(tmp_path)).collect().reading
    assert (None, 2) == (old.profit_bytes, old.run)


def test_the_zfs_cache_shrinks_to_its_minimum() -> None:
    """Reclaimable is the size above c_min."""
    cache = zfs.parse(fixture_text("zfs", zfs.PATH))

    assert {
        "zfs_cache_bytes": 10737418240,
        "zfs_reclaimable_bytes": 10737418240 - 1048576000,
        # 5,376,000 KiB are available without it.
        "memory_used_without_zfs_cache_ratio": 0.5471875,
    } == zfs_gauges(cache, reading("zfs"))


def test_a_zfs_cache_below_its_minimum_gives_nothing_back() -> None:
    """A cache smaller than c_min has nothing to reclaim."""
    small = zfs.ZfsReading(cache_bytes=100, minimum_bytes=200)

    found = zfs_gauges(small, None)
    assert (0, None) == (found["zfs_reclaimable_bytes"], found["memory_used_without_zfs_cache_ratio"])


def test_a_zfs_cache_larger_than_the_machine_is_no_figure() -> None:
    """How much of it is there nobody knows: neither its size nor a use without it, and the reason is told."""
    cache = structs.replace(zfs.parse(fixture_text("zfs", zfs.PATH)), cache_bytes=2**60)
    watch = CounterWatch()

    assert {} == zfs_gauges(cache, reading("zfs"), watch)
    assert f"the cache is larger than the memory: {2**60} bytes" == watch.take_findings()


def test_a_host_at_its_watermarks_has_nothing_available() -> None:
    """The kernel keeps the last percents back: 0 is its word, and all memory is used."""
    memory = MemoryReading(
        total_bytes=1000, available_bytes=0, free_bytes=46, buffers_bytes=0, cached_bytes=0
    )
    gauges = memory_gauges(memory, None)

    assert (1.0, 0, False) == (
        gauges["memory_used_ratio"],
        gauges["memory_available_bytes"],
        gauges["memory_estimated"],
    )


@pytest.mark.parametrize(
    ("changes", "absent", "finding"),
    [
        ({"cached_bytes": 5 * GIB}, "memory_cached_bytes", "larger than the memory: cached_bytes"),
        ({"free_bytes": 2 * GIB}, "memory_free_bytes", "larger than the memory: free_bytes"),
        ({"swap_total_bytes": 1, "swap_free_bytes": 2}, "swap_used_bytes", "more swap is free than there is"),
        (
            {"free_bytes": GIB, "cached_bytes": GIB},
            "memory_used_legacy_ratio",
            "free memory, buffers and cache are more than the memory",
        ),
    ],
)
def test_a_part_larger_than_the_whole_is_no_figure(
    changes: dict[str, int], absent: str, finding: str
) -> None:
    """A container with the memory of its own and the cache of its host: None, with a reason."""
    plain = MemoryReading(total_bytes=GIB, available_bytes=GIB // 2, free_bytes=0, buffers_bytes=0)
    watch = CounterWatch()
    gauges = memory_gauges(structs.replace(plain, **changes), None, watch)

    assert (None, 0.5) == (gauges.get(absent), gauges["memory_used_ratio"])
    assert finding == watch.take_findings()


def test_pools_and_caches_beyond_what_is_used_are_no_use_of_0() -> None:
    """Pools of the host beside the memory of a container; a cache that is called available too."""
    memory, watch = MemoryReading(total_bytes=8 * GIB, available_bytes=5 * GIB), CounterWatch()
    pool = HugepagePool(
        page_bytes=GIB, page_count=4, free_page_count=0, reserved_page_count=0, surplus_page_count=0
    )
    gauges = memory_gauges(memory, HugepageReading(pools=(pool,)), watch)
    assert gauges["memory_used_without_hugepages_ratio"] is None
    assert "less memory is used than the huge page pools take" == watch.take_findings()

    cache = zfs.ZfsReading(cache_bytes=4 * GIB, minimum_bytes=0)
    assert zfs_gauges(cache, memory, watch)["memory_used_without_zfs_cache_ratio"] is None
    assert "less memory is used than the cache takes" == watch.take_findings()


@pytest.mark.parametrize(("count", "free"), [("x", "0"), ("4", "5")])
def test_a_pool_that_cannot_be_costs_the_sum(count: str, free: str) -> None:
    """Without one of the page sizes a sum would be wrong."""
    with pytest.raises(SourceMalformedError, match="a pool of 2097152 bytes a page"):
        parse_pool(2**21, count=count, free=free, reserved="0", surplus="0")


def test_what_merging_costs_is_missing_with_a_reason(tmp_path: Path) -> None:
    """A kernel before 6.4 has no profit, and the health says so."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove(f"{ksm.FOLDER}/general_profit")

    assert f"{ksm.FOLDER}: no general_profit" == ksm.KsmCollector(SystemTree(tree.root)).collect().remark


def test_arcstats_without_size_are_malformed() -> None:
    """Hits alone are no cache."""
    with pytest.raises(SourceMalformedError):
        zfs.parse("hits 4 5\n")
