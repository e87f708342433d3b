-- SPDX-License-Identifier: Apache-2.0
-- Whose messages could not be stored, within a day, those that were only counted included.
SELECT coalesce(nullif(host, ''), '(nobody)'), sum(message_count)::bigint, array_agg(reason ORDER BY reason), max(newest_at)::text
FROM quarantine_now
GROUP BY 1
ORDER BY 2 DESC, 1
