-- SPDX-License-Identifier: Apache-2.0
-- Alerts that were resolved within the last two days, and of which somebody was told only that they fire.
SELECT DISTINCT a.alert_id
FROM alerts AS a
JOIN alert_notification_members AS m USING (alert_id)
JOIN alert_notifications AS n USING (notification_id)
WHERE a.resolved_at > %(now)s - INTERVAL '2 days'
    AND m.told <> 'resolved'
    AND n.status <> 'suppressed'
    AND n.kind <> 'rehearsal'
    AND NOT EXISTS (
        SELECT
        FROM alert_notification_members AS o
        JOIN alert_notifications AS p USING (notification_id)
        WHERE o.alert_id = a.alert_id AND p.route = n.route AND p.channel = n.channel AND o.told = 'resolved'
    )
