-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the 95th percentiles of one VM's means of 5 minutes, per bucket. A bucket has one or more of a level.
-- Parameters: domain_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (domain_samples_1h or _1d, which have histograms)
-- Columns: one VmPercentiles each; time_seconds is the start of the bucket
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    histogram_percentile(histogram_merge(cpu_ratio_histogram), 0.95) AS cpu_ratio_p95,
    histogram_percentile(histogram_merge(steal_ratio_histogram), 0.95) AS steal_ratio_p95,
    histogram_percentile(histogram_merge(memory_used_bytes_histogram), 0.95) AS memory_used_bytes_p95,
    histogram_percentile(histogram_merge(memory_resident_bytes_histogram), 0.95) AS memory_resident_bytes_p95,
    histogram_percentile(histogram_merge(block_read_bytes_per_second_histogram), 0.95) AS block_read_bytes_per_second_p95,
    histogram_percentile(histogram_merge(block_write_bytes_per_second_histogram), 0.95) AS block_write_bytes_per_second_p95,
    histogram_percentile(histogram_merge(block_latency_seconds_histogram), 0.95) AS block_latency_seconds_p95,
    histogram_percentile(histogram_merge(network_receive_bytes_per_second_histogram), 0.95) AS network_receive_bytes_per_second_p95,
    histogram_percentile(histogram_merge(network_transmit_bytes_per_second_histogram), 0.95) AS network_transmit_bytes_per_second_p95
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
