-- SPDX-License-Identifier: Apache-2.0
-- What an Alertmanager of a channel is to know: alerts that fire and are not withheld from it. Those that are resolved too,
-- for five minutes, or until it was told. Nothing where another evaluator has taken over.
SELECT DISTINCT ON (a.alert_id)
    a.alert_id,
    a.rule,
    a.severity,
    h.host,
    d.uuid::text,
    d.name,
    a.part,
    a.words,
    a.value,
    a.fired_at,
    a.resolved_at,
    a.resolved_because
FROM (
    SELECT DISTINCT ON (m.alert_id, n.route) m.alert_id, n.status
    FROM alert_notification_members AS m
    JOIN alert_notifications AS n USING (notification_id)
    JOIN alerts AS o USING (alert_id)
    WHERE n.channel = %(channel)s
        AND n.kind <> 'rehearsal'
        AND (o.resolved_at IS NULL OR o.resolved_at > %(now)s - INTERVAL '5 minutes' OR n.status = 'waiting')
    ORDER BY m.alert_id, n.route, n.notification_id DESC
) AS l
JOIN alerts AS a USING (alert_id)
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
WHERE l.status <> 'suppressed'
    AND EXISTS (SELECT FROM alert_evaluator WHERE instance = %(instance)s)
ORDER BY a.alert_id
