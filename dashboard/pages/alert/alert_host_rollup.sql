-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one host in a range, averaged per bucket with least and greatest values. A bucket has one or more of a level.
-- Parameters: host_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (host_samples_1m, _5m, _1h or _1d)
-- Columns: one AlertPoint each; time_seconds is the start of the bucket
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    min(interval_seconds_min)::double precision AS interval_seconds,
    max(interval_seconds_max)::double precision AS interval_seconds_max,
    sum(cpu_busy_ratio_sum) / nullif(sum(cpu_busy_ratio_count), 0) AS cpu_ratio,
    sum(cpu_steal_ratio_sum) / nullif(sum(cpu_steal_ratio_count), 0) AS steal_ratio,
    sum(memory_used_ratio_sum) / nullif(sum(memory_used_ratio_count), 0) AS memory_ratio,
    sum(disk_latency_seconds_sum) / nullif(sum(disk_latency_seconds_count), 0) AS latency_seconds,
    sum(pressure_cpu_some_ratio_sum) / nullif(sum(pressure_cpu_some_ratio_count), 0) AS cpu_pressure_ratio,
    sum(pressure_memory_full_ratio_sum) / nullif(sum(pressure_memory_full_ratio_count), 0) AS memory_pressure_ratio,
    sum(pressure_io_full_ratio_sum) / nullif(sum(pressure_io_full_ratio_count), 0) AS io_pressure_ratio,
    min(cpu_busy_ratio_min)::double precision AS cpu_ratio_min,
    max(cpu_busy_ratio_max)::double precision AS cpu_ratio_max,
    min(cpu_steal_ratio_min)::double precision AS steal_ratio_min,
    max(cpu_steal_ratio_max)::double precision AS steal_ratio_max,
    min(disk_latency_seconds_min)::double precision AS latency_seconds_min,
    max(disk_latency_seconds_max)::double precision AS latency_seconds_max
FROM {view}
WHERE host_id = %(host_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
