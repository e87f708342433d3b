-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM in a range, averaged per bucket with least and greatest values.
-- Parameters: domain_id, start, end (instants); identifier: view (domain_samples_1m, _5m, _1h or _1d)
-- Columns: one VmPoint each; time_seconds is the start of the bucket, off_share the part of its samples that were off
SELECT
    extract(epoch FROM bucket)::double precision AS time_seconds,
    interval_seconds_min::double precision AS interval_seconds,
    interval_seconds_max::double precision AS interval_seconds_max,
    state_off_count / nullif(sample_count, 0)::double precision AS off_share,
    cpu_ratio_sum / nullif(cpu_ratio_count, 0) AS cpu_ratio,
    steal_ratio_sum / nullif(steal_ratio_count, 0) AS steal_ratio,
    memory_assigned_bytes_sum / nullif(memory_assigned_bytes_count, 0) AS memory_assigned_bytes,
    memory_maximum_bytes_sum / nullif(memory_maximum_bytes_count, 0) AS memory_maximum_bytes,
    memory_used_bytes_sum / nullif(memory_used_bytes_count, 0) AS memory_used_bytes,
    memory_resident_bytes_sum / nullif(memory_resident_bytes_count, 0) AS memory_resident_bytes,
    memory_age_seconds_sum / nullif(memory_age_seconds_count, 0) AS memory_age_seconds,
    block_read_bytes_per_second_sum / nullif(block_read_bytes_per_second_count, 0) AS block_read_bytes_per_second,
    block_write_bytes_per_second_sum / nullif(block_write_bytes_per_second_count, 0) AS block_write_bytes_per_second,
    block_read_requests_per_second_sum / nullif(block_read_requests_per_second_count, 0) AS block_read_requests_per_second,
    block_write_requests_per_second_sum / nullif(block_write_requests_per_second_count, 0) AS block_write_requests_per_second,
    block_latency_seconds_sum / nullif(block_latency_seconds_count, 0) AS block_latency_seconds,
    network_receive_bytes_per_second_sum / nullif(network_receive_bytes_per_second_count, 0) AS network_receive_bytes_per_second,
    network_transmit_bytes_per_second_sum / nullif(network_transmit_bytes_per_second_count, 0) AS network_transmit_bytes_per_second,
    cpu_ratio_min::double precision AS cpu_ratio_min,
    cpu_ratio_max::double precision AS cpu_ratio_max,
    steal_ratio_min::double precision AS steal_ratio_min,
    steal_ratio_max::double precision AS steal_ratio_max,
    memory_used_bytes_min::double precision AS memory_used_bytes_min,
    memory_used_bytes_max::double precision AS memory_used_bytes_max,
    memory_resident_bytes_min::double precision AS memory_resident_bytes_min,
    memory_resident_bytes_max::double precision AS memory_resident_bytes_max,
    block_read_bytes_per_second_min::double precision AS block_read_bytes_per_second_min,
    block_read_bytes_per_second_max::double precision AS block_read_bytes_per_second_max,
    block_write_bytes_per_second_min::double precision AS block_write_bytes_per_second_min,
    block_write_bytes_per_second_max::double precision AS block_write_bytes_per_second_max,
    block_latency_seconds_min::double precision AS block_latency_seconds_min,
    block_latency_seconds_max::double precision AS block_latency_seconds_max,
    network_receive_bytes_per_second_min::double precision AS network_receive_bytes_per_second_min,
    network_receive_bytes_per_second_max::double precision AS network_receive_bytes_per_second_max,
    network_transmit_bytes_per_second_min::double precision AS network_transmit_bytes_per_second_min,
    network_transmit_bytes_per_second_max::double precision AS network_transmit_bytes_per_second_max
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
ORDER BY bucket
