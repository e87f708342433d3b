-- SPDX-License-Identifier: Apache-2.0
-- Finishes a message with its members (arrays of equal length): it is to be sent, or has nothing to tell.
WITH settled AS (
    UPDATE alert_notifications
    SET kind = %(kind)s, content = %(content)s, status = %(status)s, because = %(because)s, planned_at = %(planned_at)s,
        next_attempt_at = %(next_attempt_at)s, ended_at = %(ended_at)s
    WHERE notification_id = %(notification)s
    RETURNING notification_id
)
INSERT INTO alert_notification_members (notification_id, alert_id, told)
SELECT notification_id, alert_id, told
FROM settled
CROSS JOIN unnest(%(ids)s::bigint[], %(states)s::text[]) AS k (alert_id, told)
