-- SPDX-License-Identifier: Apache-2.0
-- The ledger since %(since)s, or what is about the alert %(alert)s; members are counted, and the worst one is named.
SELECT
    coalesce(n.ended_at, n.planned_at, n.created_at),
    n.status,
    n.kind,
    n.route,
    n.channel,
    n.attempt_count,
    CASE
        WHEN m.count = 1 THEN 'alert ' || m.first
        WHEN m.count > 1 THEN 'alerts ' || m.first || ' and ' || m.count - 1 || ' more:'
        ELSE ''
    END,
    coalesce((SELECT concat_ws(': ', host, words) FROM alerts JOIN hosts USING (host_id) WHERE alert_id = m.first), ''),
    n.because
FROM alert_notifications AS n
CROSS JOIN LATERAL (
    SELECT count(*), coalesce(min(alert_id) FILTER (WHERE alert_id = %(alert)s), min(alert_id)) AS first
    FROM alert_notification_members AS k
    WHERE k.notification_id = n.notification_id
) AS m
WHERE n.created_at >= %(since)s
    AND (
        %(alert)s::bigint IS NULL
        OR EXISTS (
            SELECT
            FROM alert_notification_members AS k
            WHERE k.notification_id = n.notification_id AND k.alert_id = %(alert)s
        )
    )
ORDER BY n.notification_id
