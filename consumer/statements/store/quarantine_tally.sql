-- SPDX-License-Identifier: Apache-2.0
-- Counts refused messages, and returns how many beginnings were kept before. Arrays of equal length, sorted by key, so
-- that two consumers do not wait for each other in a circle.
INSERT INTO quarantine_counts (
    host, reason, hour, newest_at, message_count, message_bytes, unkept_message_count, head_count
)
SELECT host, reason, hour, newest_at, message_count, message_bytes, 0, 0
FROM unnest(
    %(hosts)s::text[], %(reasons)s::text[], %(hours)s::timestamptz[], %(newest)s::timestamptz[],
    %(message_counts)s::bigint[], %(message_bytes)s::bigint[]
) AS refused (host, reason, hour, newest_at, message_count, message_bytes)
ON CONFLICT (host, reason, hour) DO UPDATE SET
    newest_at = greatest(quarantine_counts.newest_at, excluded.newest_at),
    message_count = quarantine_counts.message_count + excluded.message_count,
    message_bytes = quarantine_counts.message_bytes + excluded.message_bytes
RETURNING host, reason, hour, head_count
