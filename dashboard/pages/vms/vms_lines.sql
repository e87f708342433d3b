-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the CPU of some VMs, those that are in sight, by the hour.
-- Parameters: domain_ids (a list), start, end (instants, at the edges of hours)
-- Columns: one CellLine each, of a VM of which something is known
SELECT
    domain_id::text AS key,
    array_agg(extract(epoch FROM bucket)::integer) AS times_seconds,
    array_agg((cpu_ratio_sum / cpu_ratio_count)::real) AS ratios
FROM domain_samples_1h
WHERE domain_id = ANY(%(domain_ids)s) AND bucket >= %(start)s AND bucket < %(end)s AND cpu_ratio_count > 0
GROUP BY domain_id
