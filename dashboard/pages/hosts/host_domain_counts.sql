-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many VMs every host has, whatever the filter: the same for all viewers. Reads no time series.
-- Parameters: none
-- Columns: one HostDomainCounts each; null where it is not known: without libvirt's answer, of an older consumer
SELECT
    host,
    domain_count,
    -- What a silent host said last of its VMs is not their state now.
    CASE WHEN freshness <> 'stale' THEN domain_running_count END AS running_count
FROM hosts_now
