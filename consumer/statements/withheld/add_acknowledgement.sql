-- SPDX-License-Identifier: Apache-2.0
-- Acknowledges an alert that is open.
INSERT INTO alert_acknowledgements (alert_id, said_by, note)
SELECT alert_id, %(said_by)s, %(note)s FROM alerts WHERE alert_id = %(alert_id)s AND resolved_at IS NULL
