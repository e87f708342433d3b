-- SPDX-License-Identifier: Apache-2.0
-- Purpose: somebody knows of an alert.
-- Parameters: alert_id, said_by, note
-- Columns: none
INSERT INTO alert_acknowledgements (alert_id, said_by, note) VALUES (%(alert_id)s, %(said_by)s, %(note)s)
