-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the figures of some VMs, those that are in sight. Reads no time series.
-- Parameters: domain_ids (a list), statistic (now, or that of a window) and window (its name)
-- Columns: one VmRow each, in no order; none of a VM that libvirt no longer knows
SELECT
    n.domain_id,
    n.uuid::text AS uuid,
    n.name,
    n.title,
    former.names AS former_names,
    n.host,
    n.owner,
    n.tags,
    n.state_name,
    n.sampled_at,
    n.stale_at,
    n.freshness,
    n.vcpu_count,
    n.cpu_ratio,
    n.steal_ratio,
    n.memory_assigned_bytes,
    n.memory_resident_bytes,
    n.memory_used_bytes,
    n.memory_age_seconds,
    n.disk_latency_seconds,
    n.disk_bytes_per_second,
    n.network_bytes_per_second,
    n.until,
    moved.valid_from AS moved_at,
    came.host AS moved_from,
    coalesce(c.contested_by, ARRAY[]::text[]) AS contested_by
FROM domains_over(%(statistic)s, %(window)s) AS n
LEFT JOIN residency_named AS moved
    ON moved.domain_id = n.domain_id AND moved.valid_to IS NULL AND moved.how IN ('migrated', 'moved', 'returned')
LEFT JOIN LATERAL (
    SELECT r.host
    FROM residency_named AS r
    WHERE r.domain_id = n.domain_id AND r.valid_from < moved.valid_from
    ORDER BY r.valid_from DESC
    LIMIT 1
) AS came ON true
LEFT JOIN (
    SELECT domain_id, (array_agg(name ORDER BY valid_to DESC))[:5] AS names
    FROM domain_name_history
    WHERE valid_to IS NOT NULL AND domain_id = ANY(%(domain_ids)s)
    GROUP BY domain_id
) AS former ON former.domain_id = n.domain_id
-- Few, if any: found once for all rows.
LEFT JOIN (
    SELECT domain_id, contested_by FROM contested_now WHERE domain_id = ANY(%(domain_ids)s)
) AS c ON c.domain_id = n.domain_id
WHERE n.domain_id = ANY(%(domain_ids)s)
