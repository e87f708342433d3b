-- SPDX-License-Identifier: Apache-2.0
-- Adds members to a message that is not settled.
INSERT INTO alert_notification_members (notification_id, alert_id)
SELECT %(notification)s, alert_id FROM unnest(%(ids)s::bigint[]) AS k (alert_id)
