-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the file systems of one host, each at its newest sample in a span of time. Probes of the key, one for each.
-- Parameters: host_id, start, end (instants), limit (rows)
-- Columns: one HostFilesystem each, in order of names
WITH RECURSIVE newest AS (
    (
        SELECT m.*, 1 AS number
        FROM host_filesystem_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.path DESC, m.time DESC
        LIMIT 1
    )
    UNION ALL
    SELECT before.*
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT m.*, n.number + 1 AS number
        FROM host_filesystem_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.path < n.path AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.path DESC, m.time DESC
        LIMIT 1
    ) AS before
    WHERE n.number < %(limit)s
)
SELECT
    s.time,
    s.path,
    s.total_bytes,
    s.available_bytes
FROM newest AS s
ORDER BY s.path
