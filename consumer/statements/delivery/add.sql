-- SPDX-License-Identifier: Apache-2.0
-- Adds a message with its members (arrays of equal length); one without a time is not to be sent.
WITH added AS (
    INSERT INTO alert_notifications (
        route, channel, kind, group_name, content, status, because, created_at, planned_at, next_attempt_at, ended_at
    )
    VALUES (
        %(route)s, %(channel)s, %(kind)s, %(group)s, %(content)s, %(status)s, %(because)s, %(now)s, %(planned_at)s,
        %(next_attempt_at)s, %(ended_at)s
    )
    RETURNING notification_id
)
INSERT INTO alert_notification_members (notification_id, alert_id, told)
SELECT notification_id, alert_id, told
FROM added
CROSS JOIN unnest(%(ids)s::bigint[], %(states)s::text[]) AS k (alert_id, told)
