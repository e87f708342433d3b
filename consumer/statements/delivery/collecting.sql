-- SPDX-License-Identifier: Apache-2.0
-- Messages that are not settled, in order.
SELECT
    n.notification_id, n.route, n.channel, n.group_name, n.next_attempt_at,
    coalesce(array_agg(m.alert_id ORDER BY m.alert_id) FILTER (WHERE m.alert_id IS NOT NULL), '{}')
FROM alert_notifications AS n
LEFT JOIN alert_notification_members AS m USING (notification_id)
WHERE n.status = 'held'
GROUP BY n.notification_id
ORDER BY n.notification_id
