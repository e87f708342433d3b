-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the newest figures of every host, for the table of hosts. Reads no time series.
-- Parameters: none
-- Columns: one HostRow each; sampled_at is null for a host that has sent events but no sample yet
SELECT
    h.host,
    h.hostname,
    h.is_simulated,
    h.tags,
    -- A host whose clock is ahead would be of the future.
    h.taken_at AS sampled_at,
    h.stale_at,
    h.freshness,
    h.health_score,
    h.health_state,
    h.health_reasons,
    h.cpu_busy_ratio,
    h.memory_used_ratio,
    h.disk_busy_ratio,
    h.cpu_temperature_celsius,
    d.domain_count,
    d.running_count
FROM hosts_now AS h
LEFT JOIN (
    SELECT
        host,
        count(*)::integer AS domain_count,
        -- What a silent host said last of a VM is not its state now.
        (count(*) FILTER (WHERE state_name IN ('running', 'idle') AND freshness <> 'stale'))::integer AS running_count
    FROM domains_now
    WHERE host IS NOT NULL
    GROUP BY host
) AS d USING (host)
ORDER BY h.host
