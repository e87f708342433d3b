-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM in a short range, every one of them, whatever host it was on.
-- Parameters: domain_id, start, end (instants)
-- Columns: one VmPoint each; the bands are null, a sample has no spread
SELECT
    extract(epoch FROM time)::double precision AS time_seconds,
    interval_seconds::double precision,
    interval_seconds::double precision AS interval_seconds_max,
    (state = 5)::integer::double precision AS off_share,
    cpu_ratio::double precision,
    steal_ratio::double precision,
    memory_assigned_bytes::double precision,
    memory_maximum_bytes::double precision,
    memory_used_bytes::double precision,
    memory_resident_bytes::double precision,
    memory_age_seconds::double precision,
    block_read_bytes_per_second::double precision,
    block_write_bytes_per_second::double precision,
    block_read_requests_per_second::double precision,
    block_write_requests_per_second::double precision,
    block_latency_seconds::double precision,
    network_receive_bytes_per_second::double precision,
    network_transmit_bytes_per_second::double precision,
    NULL::double precision AS cpu_ratio_min,
    NULL::double precision AS cpu_ratio_max,
    NULL::double precision AS steal_ratio_min,
    NULL::double precision AS steal_ratio_max,
    NULL::double precision AS memory_used_bytes_min,
    NULL::double precision AS memory_used_bytes_max,
    NULL::double precision AS memory_resident_bytes_min,
    NULL::double precision AS memory_resident_bytes_max,
    NULL::double precision AS block_read_bytes_per_second_min,
    NULL::double precision AS block_read_bytes_per_second_max,
    NULL::double precision AS block_write_bytes_per_second_min,
    NULL::double precision AS block_write_bytes_per_second_max,
    NULL::double precision AS block_latency_seconds_min,
    NULL::double precision AS block_latency_seconds_max,
    NULL::double precision AS network_receive_bytes_per_second_min,
    NULL::double precision AS network_receive_bytes_per_second_max,
    NULL::double precision AS network_transmit_bytes_per_second_min,
    NULL::double precision AS network_transmit_bytes_per_second_max
FROM domain_metrics
WHERE domain_id = %(domain_id)s AND time >= %(start)s AND time < %(end)s
ORDER BY time
