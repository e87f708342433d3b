-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many VMs every host has, whatever the filter: the same for all viewers. Reads no time series.
-- Parameters: none
-- Columns: one HostDomainCounts each
SELECT
    h.host,
    coalesce(d.domain_count, 0) AS domain_count,
    coalesce(d.running_count, 0) AS running_count
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
