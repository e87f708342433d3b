-- SPDX-License-Identifier: Apache-2.0
-- Messages that could not be stored, within a day, by reason, those that were only counted included.
SELECT reason, sum(message_count)::bigint, max(newest_at)::text
FROM quarantine_now
GROUP BY reason
ORDER BY reason
