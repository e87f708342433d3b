-- SPDX-License-Identifier: Apache-2.0
-- Purpose: alerts that a condition is true for: those that fire by severity and then the newest first, resolved ones the newest first.
-- Parameters: limit (rows); condition: a condition on the columns of alerts_named
-- Columns: one Alert each; total_count repeats the number of alerts that the condition is true for, hidden_count is of open ones
SELECT
    a.alert_id,
    a.rule,
    a.severity,
    a.host,
    a.domain_uuid::text AS domain_uuid,
    a.domain_name,
    a.part,
    a.words,
    a.value,
    a.began_at,
    a.fired_at,
    a.resolved_at,
    a.resolved_because,
    a.is_flapping,
    a.hidden_by,
    a.hidden_because,
    a.acknowledged_by,
    a.acknowledged_at,
    a.acknowledgement,
    w.kind AS withheld_kind,
    w.reason AS withheld_reason,
    w.said_by AS withheld_by,
    w.ends_at AS withheld_until,
    (
        SELECT count(*) FROM alerts_named AS hidden WHERE hidden.hidden_by = a.alert_id AND hidden.resolved_at IS NULL
    )::integer AS hidden_count,
    found.total_count
FROM (
    SELECT
        alert_id,
        (count(*) OVER ())::integer AS total_count
    FROM alerts_named
    WHERE {condition}
    ORDER BY
        CASE WHEN resolved_at IS NULL THEN array_position(ARRAY['critical', 'warning', 'information'], severity) END,
        fired_at DESC,
        alert_id DESC
    LIMIT %(limit)s
) AS found
JOIN alerts_named AS a USING (alert_id)
LEFT JOIN alerts_withheld_now AS w USING (alert_id)
ORDER BY
    CASE WHEN a.resolved_at IS NULL THEN array_position(ARRAY['critical', 'warning', 'information'], a.severity) END,
    a.fired_at DESC,
    a.alert_id DESC
