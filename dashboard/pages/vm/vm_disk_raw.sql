-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one block device of a VM in a short range.
-- Parameters: domain_id, device, start, end (instants)
-- Columns: one DiskPoint each; the bands are null, a sample has no spread
SELECT
    extract(epoch FROM time)::double precision AS time_seconds,
    capacity_bytes::double precision,
    physical_bytes::double precision,
    read_bytes_per_second::double precision,
    write_bytes_per_second::double precision,
    read_requests_per_second::double precision,
    write_requests_per_second::double precision,
    flush_requests_per_second::double precision,
    read_latency_seconds::double precision,
    write_latency_seconds::double precision,
    flush_latency_seconds::double precision,
    NULL::double precision AS read_bytes_per_second_min,
    NULL::double precision AS read_bytes_per_second_max,
    NULL::double precision AS write_bytes_per_second_min,
    NULL::double precision AS write_bytes_per_second_max,
    NULL::double precision AS read_latency_seconds_min,
    NULL::double precision AS read_latency_seconds_max,
    NULL::double precision AS write_latency_seconds_min,
    NULL::double precision AS write_latency_seconds_max
FROM domain_block_metrics
WHERE domain_id = %(domain_id)s AND device = %(device)s AND time >= %(start)s AND time < %(end)s
ORDER BY time
