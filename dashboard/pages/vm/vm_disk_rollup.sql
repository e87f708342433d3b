-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one block device of a VM in a range, averaged per bucket. A bucket has one or more of a level.
-- Parameters: domain_id, device, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (domain_block_samples_1m, _5m, _1h or _1d)
-- Columns: one DiskPoint each; time_seconds is the start of the bucket
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    sum(capacity_bytes_sum) / nullif(sum(capacity_bytes_count), 0) AS capacity_bytes,
    sum(physical_bytes_sum) / nullif(sum(physical_bytes_count), 0) AS physical_bytes,
    sum(read_bytes_per_second_sum) / nullif(sum(read_bytes_per_second_count), 0) AS read_bytes_per_second,
    sum(write_bytes_per_second_sum) / nullif(sum(write_bytes_per_second_count), 0) AS write_bytes_per_second,
    sum(read_requests_per_second_sum) / nullif(sum(read_requests_per_second_count), 0) AS read_requests_per_second,
    sum(write_requests_per_second_sum) / nullif(sum(write_requests_per_second_count), 0) AS write_requests_per_second,
    sum(flush_requests_per_second_sum) / nullif(sum(flush_requests_per_second_count), 0) AS flush_requests_per_second,
    sum(read_latency_seconds_sum) / nullif(sum(read_latency_seconds_count), 0) AS read_latency_seconds,
    sum(write_latency_seconds_sum) / nullif(sum(write_latency_seconds_count), 0) AS write_latency_seconds,
    sum(flush_latency_seconds_sum) / nullif(sum(flush_latency_seconds_count), 0) AS flush_latency_seconds,
    min(read_bytes_per_second_min)::double precision AS read_bytes_per_second_min,
    max(read_bytes_per_second_max)::double precision AS read_bytes_per_second_max,
    min(write_bytes_per_second_min)::double precision AS write_bytes_per_second_min,
    max(write_bytes_per_second_max)::double precision AS write_bytes_per_second_max,
    min(read_latency_seconds_min)::double precision AS read_latency_seconds_min,
    max(read_latency_seconds_max)::double precision AS read_latency_seconds_max,
    min(write_latency_seconds_min)::double precision AS write_latency_seconds_min,
    max(write_latency_seconds_max)::double precision AS write_latency_seconds_max
FROM {view}
WHERE domain_id = %(domain_id)s AND device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
