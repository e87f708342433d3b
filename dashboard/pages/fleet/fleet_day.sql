-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the load of the fleet in buckets of 5 minutes since an instant. Reads a row for each, however many hosts there are.
-- Parameters: start (instant)
-- Columns: one FleetPoint each, in order of time; a bucket is of the hosts that reported in it
SELECT
    extract(epoch FROM bucket)::double precision AS time_seconds,
    cpu_busy_cores / nullif(cpu_cores, 0) AS cpu_busy_ratio,
    memory_used_bytes / nullif(memory_total_bytes, 0) AS memory_used_ratio,
    disk_read_bytes_per_second + disk_write_bytes_per_second AS disk_bytes_per_second
FROM fleet_5m
WHERE bucket >= %(start)s
ORDER BY bucket
