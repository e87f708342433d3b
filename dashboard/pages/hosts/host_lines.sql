-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the CPU of some hosts, those that are in sight, by the hour.
-- Parameters: hosts (a list of their ids), start, end (instants, at the edges of hours)
-- Columns: one CellLine each, of a host of which something is known
SELECT
    h.host AS key,
    array_agg(extract(epoch FROM s.bucket)::integer) AS times_seconds,
    array_agg((s.cpu_busy_ratio_sum / s.cpu_busy_ratio_count)::real) AS ratios
FROM hosts_now AS h
JOIN host_samples_1h AS s ON s.host_id = h.host_id
WHERE h.host = ANY(%(hosts)s) AND s.bucket >= %(start)s AND s.bucket < %(end)s AND s.cpu_busy_ratio_count > 0
GROUP BY h.host
