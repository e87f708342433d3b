-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the disks of one host, each at its newest sample in a span of time. Probes of the key, one for each.
-- Parameters: host_id, start, end (instants), limit (rows)
-- Columns: one HostDisk each, in order of names
WITH RECURSIVE newest AS (
    (
        SELECT m.*, 1 AS number
        FROM host_disk_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.device DESC, m.time DESC
        LIMIT 1
    )
    UNION ALL
    SELECT before.*
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT m.*, n.number + 1 AS number
        FROM host_disk_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.device < n.device AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.device DESC, m.time DESC
        LIMIT 1
    ) AS before
    WHERE n.number < %(limit)s
)
SELECT
    s.time,
    s.device,
    s.name,
    s.leaf,
    s.in_flight_count,
    s.read_bytes_per_second,
    s.write_bytes_per_second,
    s.read_requests_per_second,
    s.write_requests_per_second,
    s.busy_ratio,
    s.queue_count,
    s.read_latency_seconds,
    s.write_latency_seconds
FROM newest AS s
ORDER BY s.device
