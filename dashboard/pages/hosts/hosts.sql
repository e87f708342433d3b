-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the newest figures of the hosts that a filter is true for. Reads no time series.
-- Identifiers: condition, the filter, on the columns of the inner question (dashboard/filters/fields.py)
-- Parameters: those of the filter
-- Columns: one HostRow each; sampled_at is null for a host that has sent events but no sample yet
SELECT
    host,
    hostname,
    is_simulated,
    tags,
    sampled_at,
    stale_at,
    freshness,
    health_score,
    health_state,
    health_reasons,
    cpu_busy_ratio,
    memory_used_ratio,
    disk_busy_ratio,
    cpu_temperature_celsius
FROM (
    SELECT
        h.host,
        coalesce(h.hostname, h.host) AS hostname,
        h.kernel,
        h.publisher_version,
        h.is_simulated,
        h.tags,
        -- A host whose clock is ahead would be of the future.
        h.taken_at AS sampled_at,
        h.staleness_seconds AS age_seconds,
        h.stale_at,
        h.freshness,
        h.health_score,
        h.health_state,
        h.health_reasons,
        -- As the table shows them: the health of a host that is silent is over.
        CASE WHEN h.freshness <> 'stale' THEN h.health_score END AS score,
        CASE
            WHEN h.taken_at IS NOT NULL AND h.freshness = 'stale' THEN 'stale'
            ELSE coalesce(h.health_state, 'unknown')
        END AS state,
        ARRAY(
            SELECT reason ->> 'text' FROM jsonb_array_elements(h.health_reasons) AS reason WHERE h.freshness <> 'stale'
        ) AS reasons,
        h.cpu_busy_ratio,
        h.cpu_steal_ratio,
        h.load_1m,
        h.memory_used_ratio,
        h.memory_total_bytes - h.memory_available_bytes AS memory_used_bytes,
        h.disk_busy_ratio,
        h.disk_latency_seconds,
        h.cpu_temperature_celsius,
        h.domain_count,
        -- What a silent host said last of its VMs is not their state now.
        CASE WHEN h.freshness <> 'stale' THEN h.domain_running_count END AS running_count
    FROM hosts_now AS h
) AS hosts
WHERE {condition}
ORDER BY host
