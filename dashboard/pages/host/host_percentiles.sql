-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the 95th percentiles of one host's means of 5 minutes, per bucket. A bucket has one or more of a level.
-- Parameters: host_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (host_samples_1h or _1d, which have histograms)
-- Columns: one HostPercentiles each; time_seconds is the start of the bucket
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    histogram_percentile(histogram_merge(cpu_busy_ratio_histogram), 0.95) AS cpu_busy_ratio_p95,
    histogram_percentile(histogram_merge(cpu_steal_ratio_histogram), 0.95) AS cpu_steal_ratio_p95,
    histogram_percentile(histogram_merge(memory_used_ratio_histogram), 0.95) AS memory_used_ratio_p95,
    histogram_percentile(histogram_merge(disk_latency_seconds_histogram), 0.95) AS disk_latency_seconds_p95,
    histogram_percentile(histogram_merge(network_receive_bytes_per_second_histogram), 0.95) AS network_receive_bytes_per_second_p95,
    histogram_percentile(histogram_merge(network_transmit_bytes_per_second_histogram), 0.95) AS network_transmit_bytes_per_second_p95
FROM {view}
WHERE host_id = %(host_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
