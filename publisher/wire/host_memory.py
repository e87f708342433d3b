# SPDX-License-Identifier: Apache-2.0
"""Figures of the memory of a host."""

from typing import Annotated

from msgspec import Struct

from publisher.wire.field_types import Bytes, Count, Real, SignedBytes, SmallInteger
from publisher.wire.figures import Figure


class HostMemoryFigures(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Memory and swap space. Ratios are 0 to 1 of all memory."""

    memory_total_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "memory the kernel manages",
            source="`/proc/meminfo` MemTotal",
            formula="kB × 1024",
        ),
    ] = None
    memory_available_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "what new work could get without swapping (MemAvailable)",
            source="MemAvailable",
            formula="if it is missing (Linux < 3.14) or beyond MemTotal (containers), or 0 where this is "
            "more than a tenth of MemTotal: MemFree + Buffers + Cached + SReclaimable − Shmem, within 0 "
            "and MemTotal. A host at its watermarks has 0",
        ),
    ] = None
    memory_free_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "memory used for nothing", source="MemFree")
    ] = None
    memory_buffers_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "buffers of block devices", source="Buffers")
    ] = None
    memory_cached_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes", "gauge", "page cache", source="Cached", formula="contains shared memory (tmpfs, memfd)"
        ),
    ] = None
    memory_reclaimable_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "kernel memory that can be given back", source="SReclaimable")
    ] = None
    memory_shared_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "shared memory and tmpfs", source="Shmem")
    ] = None
    hugepage_total_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "memory set aside as huge pages",
            source="`/sys/kernel/mm/hugepages/*/nr_hugepages`",
            formula="pages × page size, all sizes added",
        ),
    ] = None
    hugepage_free_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "of these, free",
            source="`free_hugepages`",
            formula="likewise; contains the reserved pages",
        ),
    ] = None
    hugepage_reserved_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "of these, promised and not yet used",
            source="`resv_hugepages`",
            formula="likewise; free for new VMs = free − reserved",
        ),
    ] = None
    hugepage_surplus_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "of the memory set aside, made on demand beyond the pool",
            source="`surplus_hugepages`",
            formula="likewise; of the total, made on demand beyond the pool (`nr_overcommit_hugepages`)",
        ),
    ] = None
    ksm_shared_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "memory that holds pages shared by KSM",
            source="`/sys/kernel/mm/ksm/pages_shared`",
            formula="pages × page size",
        ),
    ] = None
    ksm_saved_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "memory that KSM saves",
            source="`pages_sharing`",
            formula="pages × page size: an upper estimate, the cost of merging is not deducted",
        ),
    ] = None
    ksm_profit_bytes: Annotated[
        SignedBytes | None,
        Figure(
            "bytes",
            "gauge",
            "the same less what merging costs; below 0 where it costs more",
            source="`general_profit` (Linux ≥ 6.4)",
            formula="what merging spares less what it costs; below 0 where it costs more",
        ),
    ] = None
    zfs_cache_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "cache of ZFS (ARC)",
            source="`/proc/spl/kstat/zfs/arcstats` size",
            formula="null beyond MemTotal. MemAvailable does not contain it",
        ),
    ] = None
    zfs_reclaimable_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "of it, what ZFS would give back",
            source="arcstats size, c_min",
            formula="max(0, size − c_min)",
        ),
    ] = None
    swap_total_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "swap space", source="`/proc/meminfo` SwapTotal")
    ] = None
    swap_used_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "of it, used",
            source="SwapTotal, SwapFree",
            formula="total − free; null if free exceeds total (containers)",
        ),
    ] = None
    memory_used_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "gauge",
            "memory that is not available",
            source="`/proc/meminfo`",
            formula="(total − available) / total",
            histogram=True,
        ),
    ] = None
    memory_used_legacy_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "gauge",
            "by the formula of 2011, for comparison",
            source="`/proc/meminfo`",
            formula="(MemTotal − MemFree − Buffers − Cached) / MemTotal: the formula of "
            "the 2011 system, for comparison. VM memory backed by shared memory "
            "counts as free in it",
        ),
    ] = None
    memory_used_without_hugepages_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "gauge",
            "as memory_used_ratio, huge pages left out",
            source="`/proc/meminfo`, huge pages",
            formula="(total − pool − available) / (total − pool): a huge page pool is gone "
            "from available memory even while no VM uses it",
        ),
    ] = None
    memory_used_without_zfs_cache_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1",
            "gauge",
            "as memory_used_ratio, without the part of the ZFS cache that may shrink",
            source="`/proc/meminfo`, arcstats",
            formula="(total − available − `zfs_reclaimable_bytes`) / total: the "
            "cache shrinks when others need memory. Null without ZFS, and where it would be below 0",
        ),
    ] = None
    swap_in_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "read from swap",
            source="`/proc/vmstat` pswpin",
            formula="Δpages × page size / *t*",
        ),
    ] = None
    swap_out_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second", "rate", "written to swap", source="`/proc/vmstat` pswpout", formula="likewise"
        ),
    ] = None
    oom_kill_count: Annotated[
        Count | None,
        Figure(
            "processes",
            "count",
            "processes killed for want of memory since the last sample",
            source="`/proc/vmstat` oom_kill (Linux ≥ 4.13)",
            formula="Δoom_kill: killed for lack of memory within the interval",
        ),
    ] = None
    memory_corrected_error_count: Annotated[
        Count | None,
        Figure(
            "errors",
            "count",
            "errors of memory modules that were corrected since the last sample",
            source="`/sys/devices/system/edac/mc/mc*/ce_count`",
            formula="Δ of each memory controller, added. Null where no driver watches one, "
            "where the counter of one was reset, and where one came or went",
        ),
    ] = None
    memory_uncorrected_error_count: Annotated[
        Count | None,
        Figure(
            "errors",
            "count",
            "errors of memory modules that could not be corrected since the last sample",
            source="`ue_count`",
            formula="likewise",
        ),
    ] = None
    ksm_run: Annotated[
        SmallInteger | None,
        Figure(
            "number",
            "gauge",
            "0 KSM merges nothing, 1 merges, 2 parts what was merged",
            source="`/sys/kernel/mm/ksm/run`",
            formula="0 nothing is merged (what was merged stays so), 1 pages are merged, 2 "
            "all are parted again",
            rolled_up=False,
        ),
    ] = None
    memory_estimated: Annotated[
        bool | None,
        Figure(
            "true or false",
            "gauge",
            "memory_available_bytes is an estimate: the kernel does not give it",
            formula="whether `memory_available_bytes` is an estimate",
            rolled_up=False,
        ),
    ] = None
