-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM in a range, averaged per bucket with least and greatest values. A bucket has one or more of a level.
-- Parameters: domain_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (domain_samples_1m, _5m, _1h or _1d)
-- Columns: one VmPoint each; time_seconds is the start of the bucket, off_share the part of its samples that were off
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    min(interval_seconds_min)::double precision AS interval_seconds,
    max(interval_seconds_max)::double precision AS interval_seconds_max,
    sum(state_off_count) / nullif(sum(sample_count), 0)::double precision AS off_share,
    sum(cpu_ratio_sum) / nullif(sum(cpu_ratio_count), 0) AS cpu_ratio,
    sum(steal_ratio_sum) / nullif(sum(steal_ratio_count), 0) AS steal_ratio,
    sum(memory_assigned_bytes_sum) / nullif(sum(memory_assigned_bytes_count), 0) AS memory_assigned_bytes,
    sum(memory_maximum_bytes_sum) / nullif(sum(memory_maximum_bytes_count), 0) AS memory_maximum_bytes,
    sum(memory_used_bytes_sum) / nullif(sum(memory_used_bytes_count), 0) AS memory_used_bytes,
    sum(memory_resident_bytes_sum) / nullif(sum(memory_resident_bytes_count), 0) AS memory_resident_bytes,
    sum(memory_age_seconds_sum) / nullif(sum(memory_age_seconds_count), 0) AS memory_age_seconds,
    sum(block_read_bytes_per_second_sum) / nullif(sum(block_read_bytes_per_second_count), 0) AS block_read_bytes_per_second,
    sum(block_write_bytes_per_second_sum) / nullif(sum(block_write_bytes_per_second_count), 0) AS block_write_bytes_per_second,
    sum(block_read_requests_per_second_sum) / nullif(sum(block_read_requests_per_second_count), 0) AS block_read_requests_per_second,
    sum(block_write_requests_per_second_sum) / nullif(sum(block_write_requests_per_second_count), 0) AS block_write_requests_per_second,
    sum(block_latency_seconds_sum) / nullif(sum(block_latency_seconds_count), 0) AS block_latency_seconds,
    sum(network_receive_bytes_per_second_sum) / nullif(sum(network_receive_bytes_per_second_count), 0) AS network_receive_bytes_per_second,
    sum(network_transmit_bytes_per_second_sum)
    / nullif(sum(network_transmit_bytes_per_second_count), 0) AS network_transmit_bytes_per_second,
    min(cpu_ratio_min)::double precision AS cpu_ratio_min,
    max(cpu_ratio_max)::double precision AS cpu_ratio_max,
    min(steal_ratio_min)::double precision AS steal_ratio_min,
    max(steal_ratio_max)::double precision AS steal_ratio_max,
    min(memory_used_bytes_min)::double precision AS memory_used_bytes_min,
    max(memory_used_bytes_max)::double precision AS memory_used_bytes_max,
    min(memory_resident_bytes_min)::double precision AS memory_resident_bytes_min,
    max(memory_resident_bytes_max)::double precision AS memory_resident_bytes_max,
    min(block_read_bytes_per_second_min)::double precision AS block_read_bytes_per_second_min,
    max(block_read_bytes_per_second_max)::double precision AS block_read_bytes_per_second_max,
    min(block_write_bytes_per_second_min)::double precision AS block_write_bytes_per_second_min,
    max(block_write_bytes_per_second_max)::double precision AS block_write_bytes_per_second_max,
    min(block_latency_seconds_min)::double precision AS block_latency_seconds_min,
    max(block_latency_seconds_max)::double precision AS block_latency_seconds_max,
    min(network_receive_bytes_per_second_min)::double precision AS network_receive_bytes_per_second_min,
    max(network_receive_bytes_per_second_max)::double precision AS network_receive_bytes_per_second_max,
    min(network_transmit_bytes_per_second_min)::double precision AS network_transmit_bytes_per_second_min,
    max(network_transmit_bytes_per_second_max)::double precision AS network_transmit_bytes_per_second_max
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
