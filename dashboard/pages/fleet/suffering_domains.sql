-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the VMs that suffer now, the worst first: crashed, paused by an I/O error, waiting for a CPU or for a disk.
-- Reads no time series.
-- Parameters: steal_ratio_min, latency_seconds_min (from where on a VM suffers), limit (rows)
-- Columns: one SufferingDomain each; total_count repeats how many there are
SELECT
    uuid::text AS uuid,
    name,
    host,
    state = 6 AS is_crashed,
    state = 3 AS is_paused_by_error,
    CASE WHEN state IN (1, 2) AND steal_ratio >= %(steal_ratio_min)s::real THEN steal_ratio END AS steal_ratio,
    CASE WHEN state IN (1, 2) AND block_latency_seconds >= %(latency_seconds_min)s::real THEN block_latency_seconds END
        AS block_latency_seconds,
    (count(*) OVER ())::integer AS total_count
FROM domains_now
-- By libvirt's numbers, so that all but a few rows end where they are read: 6 is crashed, 3 with 5 is paused by an I/O error.
WHERE
    (
        state = 6
        OR (state = 3 AND state_reason = 5)
        OR (state IN (1, 2) AND (steal_ratio >= %(steal_ratio_min)s::real OR block_latency_seconds >= %(latency_seconds_min)s::real))
    )
    AND host IS NOT NULL
    -- What a silent host said last of a VM is not its state now.
    AND now() <= stale_at
ORDER BY
    state = 6 DESC,
    state = 3 DESC,
    -- Each by how far it is beyond its limit.
    greatest(steal_ratio / %(steal_ratio_min)s::real, block_latency_seconds / %(latency_seconds_min)s::real) DESC NULLS LAST,
    name,
    uuid
LIMIT %(limit)s
