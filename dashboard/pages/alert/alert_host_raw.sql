-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one host in a short range, every one of them.
-- Parameters: host_id, start, end (instants)
-- Columns: one AlertPoint each; the bands are null, a sample has no spread
SELECT
    extract(epoch FROM time)::double precision AS time_seconds,
    interval_seconds::double precision,
    interval_seconds::double precision AS interval_seconds_max,
    cpu_busy_ratio::double precision AS cpu_ratio,
    cpu_steal_ratio::double precision AS steal_ratio,
    memory_used_ratio::double precision AS memory_ratio,
    disk_latency_seconds::double precision AS latency_seconds,
    pressure_cpu_some_ratio::double precision AS cpu_pressure_ratio,
    pressure_memory_full_ratio::double precision AS memory_pressure_ratio,
    pressure_io_full_ratio::double precision AS io_pressure_ratio,
    NULL::double precision AS cpu_ratio_min,
    NULL::double precision AS cpu_ratio_max,
    NULL::double precision AS steal_ratio_min,
    NULL::double precision AS steal_ratio_max,
    NULL::double precision AS latency_seconds_min,
    NULL::double precision AS latency_seconds_max
FROM host_metrics
WHERE host_id = %(host_id)s AND time >= %(start)s AND time < %(end)s
ORDER BY time
