-- SPDX-License-Identifier: Apache-2.0
-- Ends messages to channels and routes that the file has no more: %(channels)s and %(routes)s are those that it has.
UPDATE alert_notifications
SET status = 'failed', because = 'its channel or route is gone from alerts.toml', ended_at = %(now)s, next_attempt_at = NULL
WHERE status IN ('waiting', 'held')
    AND kind <> 'rehearsal'
    AND NOT (channel = ANY(%(channels)s::text[]) AND route = ANY(%(routes)s::text[]))
