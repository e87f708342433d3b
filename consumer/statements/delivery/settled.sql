-- SPDX-License-Identifier: Apache-2.0
-- When the messages of the last hour were settled.
SELECT route, channel, array_agg(planned_at ORDER BY planned_at)
FROM alert_notifications
WHERE planned_at > %(now)s - INTERVAL '1 hour' AND status <> 'suppressed' AND kind <> 'rehearsal'
GROUP BY route, channel
