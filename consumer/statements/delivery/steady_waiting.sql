-- SPDX-License-Identifier: Apache-2.0
-- The database's time, and the messages that wait for an Alertmanager of a channel.
SELECT now(), coalesce(array_agg(notification_id), '{}')
FROM alert_notifications
WHERE channel = %(channel)s AND status = 'waiting' AND kind <> 'rehearsal'
