-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the figures of some VMs, those that are in sight. Reads no time series.
-- Parameters: domain_ids (a list)
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
    n.cpu_ratio,
    n.steal_ratio,
    n.memory_assigned_bytes,
    n.memory_resident_bytes,
    n.memory_used_bytes,
    n.memory_age_seconds,
    n.block_latency_seconds AS disk_latency_seconds,
    coalesce(
        n.block_read_bytes_per_second + n.block_write_bytes_per_second,
        n.block_read_bytes_per_second,
        n.block_write_bytes_per_second
    ) AS disk_bytes_per_second,
    coalesce(
        n.network_receive_bytes_per_second + n.network_transmit_bytes_per_second,
        n.network_receive_bytes_per_second,
        n.network_transmit_bytes_per_second
    ) AS network_bytes_per_second,
    moved.valid_from AS moved_at,
    came.host AS moved_from,
    ARRAY(SELECT unnest(c.contested_by) FROM contested_now AS c WHERE c.domain_id = n.domain_id) AS contested_by
FROM domains_now AS n
LEFT JOIN residency_named AS moved
    ON moved.domain_id = n.domain_id AND moved.valid_to IS NULL AND moved.how IN ('migrated', 'moved', 'returned')
LEFT JOIN LATERAL (
    SELECT r.host
    FROM residency_named AS r
    WHERE r.domain_id = n.domain_id AND r.valid_from < moved.valid_from
    ORDER BY r.valid_from DESC
    LIMIT 1
) AS came ON true
WHERE n.domain_id = ANY(%(domain_ids)s)
