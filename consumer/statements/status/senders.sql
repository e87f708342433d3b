-- SPDX-License-Identifier: Apache-2.0
-- Who sent within the last minute: messages that were stored, messages that were set aside; and how many stored messages
-- say that they are of this minute.
SELECT s.host, s.stored_count, s.quarantined_count, NULL::float8 AS sent_bytes_per_second, coalesce(fresh.message_count, 0)
FROM senders_now AS s
LEFT JOIN (
    SELECT h.host, count(*) AS message_count
    FROM publisher_reports AS r
    JOIN hosts AS h USING (host_id)
    WHERE r.sampled_at > now() - INTERVAL '1 minute' AND r.sampled_at <= now()
    GROUP BY h.host
) AS fresh USING (host)
