-- SPDX-License-Identifier: Apache-2.0
-- Who sent within the last minute: messages that were stored, messages that were set aside; of the former those that
-- were new, two minutes old at most when they came.
SELECT s.host, s.stored_count, s.quarantined_count, NULL::float8 AS sent_bytes_per_second, coalesce(fresh.message_count, 0)
FROM senders_now AS s
LEFT JOIN (
    SELECT h.host, count(*) AS message_count
    FROM publisher_reports AS r
    JOIN hosts AS h USING (host_id)
    WHERE r.sampled_at > now() - INTERVAL '3 minutes'
        AND r.received_at > now() - INTERVAL '1 minute'
        AND r.sampled_at > r.received_at - INTERVAL '2 minutes'
    GROUP BY h.host
) AS fresh USING (host)
