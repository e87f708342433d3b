-- SPDX-License-Identifier: Apache-2.0
-- The open alerts and those of %(ids)s, as they are told, and what routes choose them by.
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
    a.fired_at,
    a.resolved_at,
    a.resolved_because,
    coalesce(f.is_flapping, false),
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
    )),
    concat_ws('/', a.rule, CASE WHEN a.domain_id IS NULL THEN 'h' || a.host_id ELSE 'd' || a.domain_id END, a.part),
    a.hidden_by,
    b.rule,
    bh.host
FROM alerts AS a
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = a.domain_id
LEFT JOIN alerts AS b ON b.alert_id = a.hidden_by
LEFT JOIN hosts AS bh ON bh.host_id = b.host_id
LEFT JOIN LATERAL (
    SELECT bool_or(f.is_flapping) AS is_flapping
    FROM alert_flaps AS f
    WHERE f.rule = a.rule
        AND f.part = a.part
        AND CASE
            WHEN a.domain_id IS NULL THEN f.host_id = a.host_id AND f.domain_id IS NULL
            ELSE f.domain_id = a.domain_id
        END
) AS f ON true
WHERE a.resolved_at IS NULL OR a.alert_id = ANY(%(ids)s::bigint[])
ORDER BY a.alert_id
