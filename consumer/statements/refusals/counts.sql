-- SPDX-License-Identifier: Apache-2.0
-- Refused messages by host and reason, those that were only counted included. since, until: whole hours count.
SELECT
    host,
    reason,
    sum(message_count)::bigint,
    sum(message_bytes)::bigint,
    sum(unkept_message_count)::bigint,
    max(newest_at)
FROM quarantine_counts
WHERE (%(host)s::text IS NULL OR host = %(host)s)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(since)s::timestamptz IS NULL OR hour >= date_trunc('hour', %(since)s::timestamptz))
    AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)
GROUP BY host, reason
ORDER BY host, reason
