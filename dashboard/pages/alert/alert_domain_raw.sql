-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM in a short range, every one of them, whatever host it was on.
-- Parameters: domain_id, start, end (instants)
-- Columns: one AlertPoint each; the bands are null, a sample has no spread; pressure is that of hosts only
SELECT
    extract(epoch FROM time)::double precision AS time_seconds,
    interval_seconds::double precision,
    interval_seconds::double precision AS interval_seconds_max,
    cpu_ratio::double precision,
    steal_ratio::double precision,
    memory_used_bytes / nullif(memory_assigned_bytes, 0)::double precision AS memory_ratio,
    block_latency_seconds::double precision AS latency_seconds,
    NULL::double precision AS cpu_pressure_ratio,
    NULL::double precision AS memory_pressure_ratio,
    NULL::double precision AS io_pressure_ratio,
    NULL::double precision AS cpu_ratio_min,
    NULL::double precision AS cpu_ratio_max,
    NULL::double precision AS steal_ratio_min,
    NULL::double precision AS steal_ratio_max,
    NULL::double precision AS latency_seconds_min,
    NULL::double precision AS latency_seconds_max
FROM domain_metrics
WHERE domain_id = %(domain_id)s AND time >= %(start)s AND time < %(end)s
ORDER BY time
