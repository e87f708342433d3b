-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the network interfaces of one host, each at its newest sample in a span of time. Probes of the key, one for each.
-- Parameters: host_id, start, end (instants), limit (rows)
-- Columns: one HostInterface each, in order of names
WITH RECURSIVE newest AS (
    (
        SELECT m.*, 1 AS number
        FROM host_interface_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.device DESC, m.time DESC
        LIMIT 1
    )
    UNION ALL
    SELECT before.*
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT m.*, n.number + 1 AS number
        FROM host_interface_metrics AS m
        WHERE m.host_id = %(host_id)s AND m.device < n.device AND m.time >= %(start)s AND m.time < %(end)s
        ORDER BY m.device DESC, m.time DESC
        LIMIT 1
    ) AS before
    WHERE n.number < %(limit)s
)
SELECT
    s.time,
    s.device,
    s.physical,
    s.receive_bytes_per_second,
    s.transmit_bytes_per_second,
    s.receive_packets_per_second,
    s.transmit_packets_per_second,
    s.receive_errors_per_second,
    s.transmit_errors_per_second,
    s.receive_drops_per_second,
    s.transmit_drops_per_second
FROM newest AS s
ORDER BY s.device
