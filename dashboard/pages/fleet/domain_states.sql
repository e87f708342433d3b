-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many VMs of the fleet are in which state. Reads no time series.
-- Parameters: none
-- Columns: one DomainStates each; state_name is null for VMs that were not sampled yet
SELECT
    state_name,
    -- What a silent host said last of a VM is not its state now.
    now() > stale_at AS is_stale,
    count(*)::integer AS domain_count
FROM domains_now
WHERE host IS NOT NULL
GROUP BY state_name, now() > stale_at
