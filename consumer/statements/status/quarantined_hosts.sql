-- SPDX-License-Identifier: Apache-2.0
-- The hosts whose messages could not be stored within a day, also where these were only counted.
SELECT coalesce(nullif(host, ''), '(nobody)'), sum(message_count)::bigint, array_agg(reason ORDER BY reason), max(newest_at)::text
FROM quarantine_now
GROUP BY 1
ORDER BY 2 DESC, 1
