-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what became of an alert, the newest first.
-- Parameters: alert_id, limit (rows)
-- Columns: one AlertChange each
SELECT
    time,
    kind,
    severity,
    value,
    words
FROM alert_history
WHERE alert_id = %(alert_id)s
ORDER BY change_id DESC
LIMIT %(limit)s
