-- SPDX-License-Identifier: Apache-2.0
-- Open alerts, and those that were resolved after %(resolved_after)s if it is not null: open ones first, of these the worst,
-- then the newest.
SELECT
    a.alert_id,
    a.rule,
    a.severity,
    h.host,
    d.uuid::text,
    d.name,
    a.part,
    a.words,
    a.value,
    a.began_at,
    a.fired_at,
    a.resolved_at,
    a.resolved_because,
    a.is_flapping,
    a.hidden_by,
    a.hidden_because
FROM alerts AS a
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
WHERE a.resolved_at IS NULL OR a.resolved_at > %(resolved_after)s
ORDER BY
    a.resolved_at IS NOT NULL,
    CASE WHEN a.resolved_at IS NULL
        THEN -array_position(ARRAY['information', 'warning', 'critical'], a.severity)
    END,
    coalesce(a.resolved_at, a.fired_at) DESC,
    a.alert_id
