-- SPDX-License-Identifier: Apache-2.0
-- Ends a maintenance that is not over, once.
INSERT INTO alert_maintenance_ends (maintenance_id, said_by)
SELECT maintenance_id, %(said_by)s
FROM alert_maintenances AS s
WHERE s.maintenance_id = %(maintenance_id)s
    AND coalesce(s.ends_at, 'infinity') > now()
    AND NOT EXISTS (SELECT FROM alert_maintenance_ends AS e WHERE e.maintenance_id = s.maintenance_id)
