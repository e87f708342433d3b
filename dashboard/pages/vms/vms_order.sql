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
            n.host,
            coalesce(n.hostname, n.host) AS hostname,
            n.owner,
            n.tags,
            -- As the table shows it: what a silent host said last of a VM is not its state now.
            CASE WHEN n.freshness = 'stale' THEN 'unknown' ELSE coalesce(n.state_name, 'unknown') END AS state,
            n.staleness_seconds AS age_seconds,
            extract(epoch FROM now() - m.moved_at)::double precision AS moved_seconds,
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
            (
                CASE %(statistic)s::text
                    WHEN 'mean' THEN w.memory_resident_bytes_mean
                    WHEN 'p95' THEN w.memory_resident_bytes_p95
                    WHEN 'max' THEN w.memory_resident_bytes_max
                    ELSE n.memory_resident_bytes
                END / nullif(n.memory_assigned_bytes, 0)::double precision
            )::real AS memory_resident_ratio,
            n.memory_used_bytes,
            n.memory_used_ratio,
            CASE %(statistic)s::text
                WHEN 'mean' THEN w.block_latency_seconds_mean
                WHEN 'p95' THEN w.block_latency_seconds_p95
                WHEN 'max' THEN w.block_latency_seconds_max
                ELSE n.block_latency_seconds
            END AS disk_latency_seconds,
            -- Of both directions: a percentile and a maximum of each, added, are no less than that of the sum.
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
            END AS network_bytes_per_second
        FROM domains_now AS n
        LEFT JOIN domain_windows AS w ON w.domain_id = n.domain_id AND w.window_name = %(window)s
        -- A group has one row of a VM: the join is left out where nobody asks for it.
        LEFT JOIN (
            SELECT domain_id, max(valid_from) AS moved_at
            FROM residency_named
            WHERE valid_to IS NULL AND how IN ('migrated', 'moved', 'returned')
            GROUP BY domain_id
        ) AS m ON m.domain_id = n.domain_id
    ) AS vms
    WHERE {condition}
    ORDER BY {order} NULLS LAST, name COLLATE "C", domain_id
    LIMIT %(limit)s
) AS ordered
