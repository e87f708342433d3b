-- SPDX-License-Identifier: Apache-2.0
-- Purpose: which VMs a filter is true for, in an order. Reads no time series.
-- Identifiers: condition, the filter, and order, the sort, on the columns of the inner question (dashboard/filters/fields.py)
-- Parameters: limit (VMs), statistic (now, or that of a window) and window (its name), and those of the filter
-- Columns: one VmOrder, of one list; it is null when the filter is true for none
SELECT array_agg(domain_id) AS domain_ids
FROM (
    SELECT domain_id
    FROM (
        -- What neither filter nor order asks for is not worked out.
        SELECT
            n.domain_id,
            n.uuid::text AS uuid,
            n.name,
            -- Empty rather than unknown: otherwise no filter that says what a name is not would be true.
            coalesce(n.title, '') AS title,
            former.names AS former_names,
            n.host,
            coalesce(n.hostname, n.host) AS hostname,
            n.owner,
            n.tags,
            -- As the table shows it: what a silent host said last of a VM is not its state now.
            CASE WHEN n.freshness = 'stale' THEN 'unknown' ELSE coalesce(n.state_name, 'unknown') END AS state,
            n.staleness_seconds AS age_seconds,
            extract(epoch FROM now() - m.moved_at)::double precision AS moved_seconds,
            n.vcpu_count,
            n.cpu_ratio,
            n.steal_ratio,
            n.memory_assigned_bytes,
            n.memory_resident_bytes,
            (n.memory_resident_bytes / nullif(n.memory_assigned_bytes, 0)::double precision)::real AS memory_resident_ratio,
            n.memory_used_bytes,
            n.memory_used_ratio,
            n.disk_latency_seconds,
            n.disk_bytes_per_second,
            n.network_bytes_per_second
        FROM domains_over(%(statistic)s, %(window)s) AS n
        -- A group has one row of a VM: the join is left out where nobody asks for it.
        LEFT JOIN (
            SELECT domain_id, max(valid_from) AS moved_at
            FROM residency_named
            WHERE valid_to IS NULL AND how IN ('migrated', 'moved', 'returned')
            GROUP BY domain_id
        ) AS m ON m.domain_id = n.domain_id
        LEFT JOIN (
            SELECT domain_id, array_agg(name) AS names
            FROM domain_name_history
            WHERE valid_to IS NOT NULL
            GROUP BY domain_id
        ) AS former ON former.domain_id = n.domain_id
    ) AS vms
    WHERE {condition}
    ORDER BY {order} NULLS LAST, name COLLATE "C", domain_id
    LIMIT %(limit)s
) AS ordered
