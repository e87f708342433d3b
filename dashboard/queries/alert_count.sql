-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many alerts fire that neither another one hides nor a silence or a maintenance withholds.
-- Parameters: none
-- Columns: one AlertCount; critical_count are those of them that are critical
SELECT
    count(*)::integer AS firing_count,
    (count(*) FILTER (WHERE a.severity = 'critical'))::integer AS critical_count
FROM alerts_named AS a
LEFT JOIN alerts_withheld_now AS w USING (alert_id)
WHERE a.resolved_at IS NULL AND a.hidden_by IS NULL AND w.alert_id IS NULL
