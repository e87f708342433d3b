-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM in a range, averaged per bucket with least and greatest values. A bucket has one or more of a level.
-- Parameters: domain_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (domain_samples_1m, _5m, _1h or _1d)
-- Columns: one AlertPoint each; time_seconds is the start of the bucket; pressure is that of hosts only
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    min(interval_seconds_min)::double precision AS interval_seconds,
    max(interval_seconds_max)::double precision AS interval_seconds_max,
    sum(cpu_ratio_sum) / nullif(sum(cpu_ratio_count), 0) AS cpu_ratio,
    sum(steal_ratio_sum) / nullif(sum(steal_ratio_count), 0) AS steal_ratio,
    sum(memory_used_bytes_sum) / nullif(sum(memory_used_bytes_count), 0)
    / nullif(sum(memory_assigned_bytes_sum) / nullif(sum(memory_assigned_bytes_count), 0), 0) AS memory_ratio,
    sum(block_latency_seconds_sum) / nullif(sum(block_latency_seconds_count), 0) AS latency_seconds,
    NULL::double precision AS cpu_pressure_ratio,
    NULL::double precision AS memory_pressure_ratio,
    NULL::double precision AS io_pressure_ratio,
    min(cpu_ratio_min)::double precision AS cpu_ratio_min,
    max(cpu_ratio_max)::double precision AS cpu_ratio_max,
    min(steal_ratio_min)::double precision AS steal_ratio_min,
    max(steal_ratio_max)::double precision AS steal_ratio_max,
    min(block_latency_seconds_min)::double precision AS latency_seconds_min,
    max(block_latency_seconds_max)::double precision AS latency_seconds_max
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
