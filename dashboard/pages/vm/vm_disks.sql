-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the block devices of one VM in a range, each with the means of its figures.
-- Parameters: domain_id, start, end (instants), limit (rows); identifier: view (domain_block_samples_1m, _5m, _1h or _1d)
-- Columns: one VmDisk each; latencies are means of the buckets' means; total_count repeats how many devices there are
SELECT
    device,
    max(capacity_bytes_max)::double precision AS capacity_bytes,
    max(physical_bytes_max)::double precision AS physical_bytes,
    sum(read_bytes_per_second_sum) / nullif(sum(read_bytes_per_second_count), 0) AS read_bytes_per_second,
    sum(write_bytes_per_second_sum) / nullif(sum(write_bytes_per_second_count), 0) AS write_bytes_per_second,
    sum(read_requests_per_second_sum) / nullif(sum(read_requests_per_second_count), 0) AS read_requests_per_second,
    sum(write_requests_per_second_sum) / nullif(sum(write_requests_per_second_count), 0) AS write_requests_per_second,
    sum(read_latency_seconds_sum) / nullif(sum(read_latency_seconds_count), 0) AS read_latency_seconds,
    sum(write_latency_seconds_sum) / nullif(sum(write_latency_seconds_count), 0) AS write_latency_seconds,
    (count(*) OVER ())::integer AS total_count
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY device
ORDER BY device
LIMIT %(limit)s
