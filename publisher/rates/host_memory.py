# SPDX-License-Identifier: Apache-2.0
"""Memory of the host: pure. Gauges of meminfo, huge pages, merged pages, the ZFS cache, and shares."""

from typing import TypedDict

from publisher.collectors.hugepages import HugepageReading
from publisher.collectors.memory import MemoryReading
from publisher.collectors.zfs import ZfsReading
from publisher.procfs import LARGEST_GAUGE
from publisher.rates.counter import ratio


class MemoryGauges(TypedDict, total=False):
    """Fields of HostSample."""

    memory_total_bytes: int
    memory_available_bytes: int | None
    memory_free_bytes: int | None
    memory_buffers_bytes: int | None
    memory_cached_bytes: int | None
    memory_reclaimable_bytes: int | None
    memory_shared_bytes: int | None
    swap_used_bytes: int | None
    memory_used_ratio: float | None
    memory_used_legacy_ratio: float | None
    memory_used_without_hugepages_ratio: float | None
    memory_estimated: bool | None


class HugepageGauges(TypedDict, total=False):
    """Fields of HostSample."""

    hugepage_total_bytes: int | None
    hugepage_free_bytes: int | None
    hugepage_reserved_bytes: int | None
    hugepage_surplus_bytes: int | None


class ZfsGauges(TypedDict, total=False):
    """Fields of HostSample."""

    zfs_cache_bytes: int
    zfs_reclaimable_bytes: int | None
    memory_used_without_zfs_cache_ratio: float | None


def memory_gauges(memory: MemoryReading | None, hugepages: HugepageReading | None) -> MemoryGauges:
    """Return what /proc/meminfo says and the shares that follow from it."""
    if memory is None:
        return {}
    total = memory.total_bytes
    available, estimated = _available(memory)
    pool = hugepage_gauges(hugepages).get("hugepage_total_bytes")
    used = None if available is None else total - available
    return {
        "memory_total_bytes": total,
        "memory_available_bytes": available,
        "memory_free_bytes": memory.free_bytes,
        "memory_buffers_bytes": memory.buffers_bytes,
        "memory_cached_bytes": memory.cached_bytes,
        "memory_reclaimable_bytes": memory.reclaimable_bytes,
        "memory_shared_bytes": memory.shared_bytes,
        "swap_used_bytes": _swap_used(memory),
        "memory_used_ratio": ratio(used, total),
        "memory_used_legacy_ratio": _legacy_ratio(memory),
        # A pool is gone from the free memory even if no domain uses it: without it, the rest shows.
        "memory_used_without_hugepages_ratio": (
            None if used is None or pool is None else ratio(max(0, used - pool), total - pool)
        ),
        "memory_estimated": None if available is None else estimated,
    }


def hugepage_gauges(hugepages: HugepageReading | None) -> HugepageGauges:
    """Return the bytes of the pools of all page sizes together."""
    if hugepages is None:
        return {}
    pools = hugepages.pools
    return {
        "hugepage_total_bytes": _gauge(sum(pool.page_count * pool.page_bytes for pool in pools)),
        "hugepage_free_bytes": _gauge(sum(pool.free_page_count * pool.page_bytes for pool in pools)),
        "hugepage_reserved_bytes": _gauge(sum(pool.reserved_page_count * pool.page_bytes for pool in pools)),
        "hugepage_surplus_bytes": _gauge(sum(pool.surplus_page_count * pool.page_bytes for pool in pools)),
    }


def zfs_gauges(zfs: ZfsReading | None, memory: MemoryReading | None) -> ZfsGauges:
    """Return the ZFS cache, no larger than the memory, what of it may shrink, and the use without that."""
    if zfs is None:
        return {}
    # Cache sizes beyond the machine's memory were seen with some versions.
    cache = min(zfs.cache_bytes, memory.total_bytes) if memory else zfs.cache_bytes
    minimum = zfs.minimum_bytes
    reclaimable = None if minimum is None else max(0, cache - minimum)
    return {
        "zfs_cache_bytes": cache,
        "zfs_reclaimable_bytes": reclaimable,
        "memory_used_without_zfs_cache_ratio": _without_cache_ratio(memory, reclaimable),
    }


def _available(memory: MemoryReading) -> tuple[int | None, bool]:
    """Return what programs could still get, and whether that is an estimate."""
    available = memory.available_bytes
    if available is None or not 0 < available <= memory.total_bytes:
        return _estimate(memory), True
    return available, False


def _without_cache_ratio(memory: MemoryReading | None, reclaimable: int | None) -> float | None:
    """Return the used share of memory without a cache that the kernel does not call available."""
    if memory is None or reclaimable is None:
        return None
    available, _estimated = _available(memory)
    if available is None:
        return None
    return ratio(max(0, memory.total_bytes - available - reclaimable), memory.total_bytes)


def _estimate(memory: MemoryReading) -> int | None:
    """Return free memory plus what the kernel could drop, less tmpfs, for a kernel that does not say."""
    if memory.free_bytes is None:
        return None
    droppable = sum(filter(None, (memory.buffers_bytes, memory.cached_bytes, memory.reclaimable_bytes)))
    estimate = memory.free_bytes + droppable - (memory.shared_bytes or 0)
    return min(max(0, estimate), memory.total_bytes)


def _legacy_ratio(memory: MemoryReading) -> float | None:
    """Return the share by the formula of 2011, which counts memory shared between processes as free."""
    free, buffers, cached = memory.free_bytes, memory.buffers_bytes, memory.cached_bytes
    if free is None or buffers is None or cached is None:
        return None
    return ratio(max(0, memory.total_bytes - free - buffers - cached), memory.total_bytes)


def _swap_used(memory: MemoryReading) -> int | None:
    total, free = memory.swap_total_bytes, memory.swap_free_bytes
    # Containers were seen with more swap free than there is.
    return None if total is None or free is None or free > total else total - free


def _gauge(value: int) -> int | None:
    return value if value <= LARGEST_GAUGE else None
