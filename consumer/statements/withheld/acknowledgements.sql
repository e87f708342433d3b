-- SPDX-License-Identifier: Apache-2.0
-- Of each open alert the newest acknowledgement.
SELECT DISTINCT ON (k.alert_id) k.alert_id, k.said_by, k.said_at, k.note
FROM alert_acknowledgements AS k
JOIN alerts AS a USING (alert_id)
WHERE a.resolved_at IS NULL
ORDER BY k.alert_id, k.said_at DESC, k.acknowledgement_id DESC
