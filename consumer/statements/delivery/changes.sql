-- SPDX-License-Identifier: Apache-2.0
-- What became of alerts and is not planned yet, in order.
SELECT change_id, alert_id, kind FROM alert_changes WHERE NOT is_planned ORDER BY change_id
