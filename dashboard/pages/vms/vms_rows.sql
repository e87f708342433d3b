-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the figures of some VMs, those that are in sight. Reads no time series.
-- Parameters: domain_ids (a list), statistic (now, or that of a window) and window (its name)
-- Columns: one VmRow each, in no order; none of a VM that libvirt no longer knows
SELECT
    n.domain_id,
    n.uuid::text AS uuid,
    n.name,
    n.title,
    n.host,
    n.owner,
    n.tags,
    n.state_name,
    n.taken_at AS sampled_at,
    n.stale_at,
    n.freshness,
    n.vcpu_count,
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.cpu_ratio_mean
        WHEN 'p95' THEN w.cpu_ratio_p95
        WHEN 'max' THEN w.cpu_ratio_max
        ELSE n.cpu_ratio
    END AS cpu_ratio,
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.steal_ratio_mean
        WHEN 'p95' THEN w.steal_ratio_p95
        WHEN 'max' THEN w.steal_ratio_max
        ELSE n.steal_ratio
    END AS steal_ratio,
    n.memory_assigned_bytes,
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.memory_resident_bytes_mean
        WHEN 'p95' THEN w.memory_resident_bytes_p95
        WHEN 'max' THEN w.memory_resident_bytes_max
        ELSE n.memory_resident_bytes
    END AS memory_resident_bytes,
    n.memory_used_bytes,
    n.memory_age_seconds,
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.block_latency_seconds_mean
        WHEN 'p95' THEN w.block_latency_seconds_p95
        WHEN 'max' THEN w.block_latency_seconds_max
        ELSE n.block_latency_seconds
    END AS disk_latency_seconds,
    -- Of both directions, as vms_order.sql has them.
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.block_read_bytes_per_second_mean + w.block_write_bytes_per_second_mean
        WHEN 'p95' THEN w.block_read_bytes_per_second_p95 + w.block_write_bytes_per_second_p95
        WHEN 'max' THEN w.block_read_bytes_per_second_max + w.block_write_bytes_per_second_max
        ELSE n.block_read_bytes_per_second + n.block_write_bytes_per_second
    END AS disk_bytes_per_second,
    CASE %(statistic)s::text
        WHEN 'mean' THEN w.network_receive_bytes_per_second_mean + w.network_transmit_bytes_per_second_mean
        WHEN 'p95' THEN w.network_receive_bytes_per_second_p95 + w.network_transmit_bytes_per_second_p95
        WHEN 'max' THEN w.network_receive_bytes_per_second_max + w.network_transmit_bytes_per_second_max
        ELSE n.network_receive_bytes_per_second + n.network_transmit_bytes_per_second
    END AS network_bytes_per_second,
    w.until,
    moved.valid_from AS moved_at,
    came.host AS moved_from,
    coalesce(c.contested_by, ARRAY[]::text[]) AS contested_by
FROM domains_now AS n
LEFT JOIN domain_windows AS w ON w.domain_id = n.domain_id AND w.window_name = %(window)s
LEFT JOIN residency_named AS moved
    ON moved.domain_id = n.domain_id AND moved.valid_to IS NULL AND moved.how IN ('migrated', 'moved', 'returned')
LEFT JOIN LATERAL (
    SELECT r.host
    FROM residency_named AS r
    WHERE r.domain_id = n.domain_id AND r.valid_from < moved.valid_from
    ORDER BY r.valid_from DESC
    LIMIT 1
) AS came ON true
-- Few, if any: found once for all rows.
LEFT JOIN (
    SELECT domain_id, contested_by FROM contested_now WHERE domain_id = ANY(%(domain_ids)s)
) AS c ON c.domain_id = n.domain_id
WHERE n.domain_id = ANY(%(domain_ids)s)
