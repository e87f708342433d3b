-- SPDX-License-Identifier: Apache-2.0
-- Maintenance, the newest first. with_over: also what is over or ended; now: when that is asked.
SELECT
    m.maintenance_id,
    m.selector,
    m.reason,
    m.starts_at,
    m.ends_at,
    m.weekdays,
    m.time_of_day,
    m.duration_seconds,
    m.zone,
    m.said_by,
    m.said_at,
    e.ended_at
FROM alert_maintenances AS m
LEFT JOIN (
    SELECT maintenance_id, min(ended_at) AS ended_at FROM alert_maintenance_ends GROUP BY maintenance_id
) AS e USING (maintenance_id)
WHERE %(with_over)s OR (coalesce(m.ends_at, 'infinity') > %(now)s AND coalesce(e.ended_at, 'infinity') > %(now)s)
ORDER BY m.maintenance_id DESC
