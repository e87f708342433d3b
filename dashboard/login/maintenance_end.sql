-- SPDX-License-Identifier: Apache-2.0
-- Purpose: a maintenance is over before its time.
-- Parameters: maintenance_id, said_by
-- Columns: none
INSERT INTO alert_maintenance_ends (maintenance_id, said_by) VALUES (%(maintenance_id)s, %(said_by)s)
