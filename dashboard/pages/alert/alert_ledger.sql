-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what was sent of an alert, or not, and why, the newest first.
-- Parameters: alert_id, limit (rows)
-- Columns: one Notification each
SELECT
    time,
    route,
    channel,
    kind,
    group_name,
    status,
    because,
    attempt_count,
    next_attempt_at,
    ended_at
FROM alert_ledger
WHERE alert_id = %(alert_id)s
ORDER BY notification_id DESC
LIMIT %(limit)s
