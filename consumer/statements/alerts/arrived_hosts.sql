-- SPDX-License-Identifier: Apache-2.0
-- Samples of hosts, of messages by host and time (arrays of equal length).
SELECT {columns}
FROM unnest(%(owners)s::integer[], %(times)s::timestamptz[]) AS b (host_id, sampled_at)
JOIN host_samples AS s ON s.host_id = b.host_id AND s.sampled_at = b.sampled_at
JOIN publisher_reports AS r ON r.host_id = b.host_id AND r.sampled_at = b.sampled_at
LEFT JOIN host_latest AS l ON l.host_id = b.host_id
