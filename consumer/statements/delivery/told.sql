-- SPDX-License-Identifier: Apache-2.0
-- What was told of the alerts %(ids)s, for each route and channel: the last state and when; whether a message that is not
-- settled has it; why nothing was told after that.
SELECT
    alert_id,
    route,
    channel,
    (array_agg(told ORDER BY notification_id DESC) FILTER (WHERE told IS NOT NULL))[1],
    max(planned_at) FILTER (WHERE told IS NOT NULL AND status <> 'suppressed'),
    CASE
        WHEN
            max(notification_id) FILTER (WHERE status = 'suppressed')
            > coalesce(max(notification_id) FILTER (WHERE status <> 'suppressed'), 0)
        THEN (array_agg(because ORDER BY notification_id DESC) FILTER (WHERE status = 'suppressed'))[1]
    END,
    bool_or(status = 'held')
FROM alert_notification_members
JOIN alert_notifications USING (notification_id)
WHERE alert_id = ANY(%(ids)s::bigint[]) AND kind <> 'rehearsal'
GROUP BY alert_id, route, channel
