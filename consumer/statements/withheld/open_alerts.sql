-- SPDX-License-Identifier: Apache-2.0
-- What open alerts are chosen by, and when each became as severe as it is: an acknowledgement of before does not hold.
-- rules: of these alone; null: of all.
SELECT
    a.alert_id,
    a.rule,
    a.severity,
    h.host,
    d.uuid::text,
    h.tags || coalesce(d.tags, '{}'),
    greatest(a.fired_at, (
        SELECT max(c.changed_at)
        FROM (
            SELECT
                changed_at,
                array_position(ARRAY['information', 'warning', 'critical'], severity) AS rank,
                lag(array_position(ARRAY['information', 'warning', 'critical'], severity)) OVER (ORDER BY change_id)
                    AS rank_before
            FROM alert_changes
            WHERE alert_id = a.alert_id AND kind IN ('fired', 'severity')
        ) AS c
        WHERE c.rank > c.rank_before
    ))
FROM alerts AS a
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
WHERE a.resolved_at IS NULL AND (%(rules)s::text[] IS NULL OR a.rule = ANY(%(rules)s))
ORDER BY a.alert_id
