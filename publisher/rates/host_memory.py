# SPDX-License-Identifier: Apache-2.0
"""Memory of the host: gauges of meminfo, huge pages, the ZFS cache, and shares. Pure but for the watches.

No part is larger than the memory: one that is has been read of another machine, as in a container.
"""

from typing import Final, TypedDict

from msgspec import structs

from publisher.collectors.hugepages import HugepageReading
from publisher.collectors.memory import MemoryReading
from publisher.collectors.zfs import ZfsReading
from publisher.procfs import LARGEST_GAUGE
from publisher.rates.counter import ratio
from publisher.rates.counter_watch import CounterWatch, watched

# A host at its watermarks has nothing available though some is free: that the kernel keeps back. It never
# keeps so much of the memory.
_KEPT_BACK_SHARE: Final = 0.1
_PARTS: Final = ("free_bytes", "buffers_bytes", "cached_bytes", "reclaimable_bytes", "shared_bytes")


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

    zfs_cache_bytes: int | None
    zfs_reclaimable_bytes: int | None
    memory_used_without_zfs_cache_ratio: float | None


def memory_gauges(
    memory: MemoryReading | None, hugepages: HugepageReading | None, watch: CounterWatch | None = None
) -> MemoryGauges:
    """Return what /proc/meminfo says and the shares that follow from it."""
    if memory is None:
        return {}
    watch = watched(watch)
    memory = _bounded(memory, watch)
    total = memory.total_bytes
    available, estimated = _available(memory)
    used = None if available is None else total - available
    return {
        "memory_total_bytes": total,
        "memory_available_bytes": available,
        "memory_free_bytes": memory.free_bytes,
        "memory_buffers_bytes": memory.buffers_bytes,
        "memory_cached_bytes": memory.cached_bytes,
        "memory_reclaimable_bytes": memory.reclaimable_bytes,
        "memory_shared_bytes": memory.shared_bytes,
        "swap_used_bytes": _swap_used(memory, watch),
        "memory_used_ratio": ratio(used, total),
        "memory_used_legacy_ratio": _legacy_ratio(memory, watch),
        "memory_used_without_hugepages_ratio": _without_pool_ratio(used, total, hugepages, watch),
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


def zfs_gauges(
    zfs: ZfsReading | None, memory: MemoryReading | None, watch: CounterWatch | None = None
) -> ZfsGauges:
    """Return the ZFS cache, what of it may shrink, and the use without that."""
    if zfs is None:
        return {}
    watch = watched(watch)
    cache, minimum = zfs.cache_bytes, zfs.minimum_bytes
    if memory is not None and cache > memory.total_bytes:
        # Seen with some versions. How much of it is there nobody knows.
        watch.tell(f"the cache is larger than the memory: {cache} bytes")
        return {}
    reclaimable = None if minimum is None else max(0, cache - minimum)
    return {
        "zfs_cache_bytes": cache,
        "zfs_reclaimable_bytes": reclaimable,
        "memory_used_without_zfs_cache_ratio": _without_cache_ratio(memory, reclaimable, watch),
    }


def _bounded(memory: MemoryReading, watch: CounterWatch) -> MemoryReading:
    """Return the reading without parts that are larger than the memory."""
    larger = [name for name in _PARTS if (getattr(memory, name) or 0) > memory.total_bytes]
    if not larger:
        return memory
    watch.tell(f"larger than the memory: {', '.join(larger)}")
    return structs.replace(memory, **dict.fromkeys(larger))


def _without_pool_ratio(
    used: int | None, total: int, hugepages: HugepageReading | None, watch: CounterWatch
) -> float | None:
    """Return the used share of memory outside the pools.

    A pool is gone from the free memory even if no domain uses it: without it, the rest shows.
    """
    pool = hugepage_gauges(hugepages).get("hugepage_total_bytes")
    if used is None or pool is None:
        return None
    if used < pool:
        watch.tell("less memory is used than the huge page pools take")
        return None
    return ratio(used - pool, total - pool)


def _available(memory: MemoryReading) -> tuple[int | None, bool]:
    """Return what programs could still get, and whether that is an estimate."""
    available = memory.available_bytes
    if available is None or available > memory.total_bytes:
        return _estimate(memory), True
    if available == 0:
        # Some containers have the line without a number in it.
        estimate = _estimate(memory)
        if estimate is not None and estimate > _KEPT_BACK_SHARE * memory.total_bytes:
            return estimate, True
    return available, False


def _without_cache_ratio(
    memory: MemoryReading | None, reclaimable: int | None, watch: CounterWatch
) -> float | None:
    """Return the used share of memory without a cache that the kernel does not call available."""
    if memory is None or reclaimable is None:
        return None
    available, _estimated = _available(memory)
    if available is None:
        return None
    rest = memory.total_bytes - available - reclaimable
    if rest < 0:
        watch.tell("less memory is used than the cache takes")
        return None
    return ratio(rest, memory.total_bytes)


def _estimate(memory: MemoryReading) -> int | None:
    """Return free memory plus what the kernel could drop, less tmpfs, for a kernel that does not say."""
    if memory.free_bytes is None:
        return None
    droppable = sum(filter(None, (memory.buffers_bytes, memory.cached_bytes, memory.reclaimable_bytes)))
    estimate = memory.free_bytes + droppable - (memory.shared_bytes or 0)
    return min(max(0, estimate), memory.total_bytes)


def _legacy_ratio(memory: MemoryReading, watch: CounterWatch) -> float | None:
    """Return the share by the formula of 2011, which counts memory shared between processes as free."""
    free, buffers, cached = memory.free_bytes, memory.buffers_bytes, memory.cached_bytes
    if free is None or buffers is None or cached is None:
        return None
    used = memory.total_bytes - free - buffers - cached
    if used < 0:
        watch.tell("free memory, buffers and cache are more than the memory")
        return None
    return ratio(used, memory.total_bytes)


def _swap_used(memory: MemoryReading, watch: CounterWatch) -> int | None:
    total, free = memory.swap_total_bytes, memory.swap_free_bytes
    if total is None or free is None:
        return None
    if free > total:
        # Containers were seen with more swap free than there is.
        watch.tell("more swap is free than there is")
        return None
    return total - free


def _gauge(value: int) -> int | None:
    return value if value <= LARGEST_GAUGE else None
