-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one block device of a VM in a range, averaged per bucket.
-- Parameters: domain_id, device, start, end (instants); identifier: view (domain_block_samples_1m, _5m, _1h or _1d)
-- Columns: one DiskPoint each; time_seconds is the start of the bucket
SELECT
    extract(epoch FROM bucket)::double precision AS time_seconds,
    capacity_bytes_sum / nullif(capacity_bytes_count, 0) AS capacity_bytes,
    physical_bytes_sum / nullif(physical_bytes_count, 0) AS physical_bytes,
    read_bytes_per_second_sum / nullif(read_bytes_per_second_count, 0) AS read_bytes_per_second,
    write_bytes_per_second_sum / nullif(write_bytes_per_second_count, 0) AS write_bytes_per_second,
    read_requests_per_second_sum / nullif(read_requests_per_second_count, 0) AS read_requests_per_second,
    write_requests_per_second_sum / nullif(write_requests_per_second_count, 0) AS write_requests_per_second,
    flush_requests_per_second_sum / nullif(flush_requests_per_second_count, 0) AS flush_requests_per_second,
    read_latency_seconds_sum / nullif(read_latency_seconds_count, 0) AS read_latency_seconds,
    write_latency_seconds_sum / nullif(write_latency_seconds_count, 0) AS write_latency_seconds,
    flush_latency_seconds_sum / nullif(flush_latency_seconds_count, 0) AS flush_latency_seconds,
    read_bytes_per_second_min::double precision AS read_bytes_per_second_min,
    read_bytes_per_second_max::double precision AS read_bytes_per_second_max,
    write_bytes_per_second_min::double precision AS write_bytes_per_second_min,
    write_bytes_per_second_max::double precision AS write_bytes_per_second_max,
    read_latency_seconds_min::double precision AS read_latency_seconds_min,
    read_latency_seconds_max::double precision AS read_latency_seconds_max,
    write_latency_seconds_min::double precision AS write_latency_seconds_min,
    write_latency_seconds_max::double precision AS write_latency_seconds_max
FROM {view}
WHERE domain_id = %(domain_id)s AND device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
ORDER BY bucket
