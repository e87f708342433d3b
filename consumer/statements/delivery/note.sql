-- SPDX-License-Identifier: Apache-2.0
-- Notes what became of an attempt; without a time it is over.
UPDATE alert_notifications
SET status = %(status)s, because = %(because)s,
    next_attempt_at = now() + make_interval(secs => %(seconds)s),
    ended_at = CASE WHEN %(seconds)s::float8 IS NULL THEN now() END
WHERE notification_id = %(notification)s AND status = 'waiting'
