-- SPDX-License-Identifier: Apache-2.0
-- Purpose: state and CPU of every VM that libvirt still knows, for the nodes of the grid. Reads no time series.
-- Parameters: none
-- Columns: one GridDomain each
SELECT
    host,
    uuid::text AS uuid,
    name,
    sampled_at,
    freshness,
    state_name,
    cpu_ratio,
    vcpu_count
FROM domains_now
WHERE host IS NOT NULL
ORDER BY host, name, uuid
