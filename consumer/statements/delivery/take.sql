-- SPDX-License-Identifier: Apache-2.0
-- Takes the next message of a channel, for %(seconds)s: a sender that ends meanwhile leaves it to be sent then.
-- Nothing where another evaluator has taken over.
UPDATE alert_notifications
SET attempt_count = attempt_count + 1, next_attempt_at = now() + make_interval(secs => %(seconds)s)
WHERE notification_id = (
    SELECT notification_id
    FROM alert_notifications
    WHERE channel = %(channel)s
        AND status = 'waiting'
        AND next_attempt_at <= now()
        AND EXISTS (SELECT FROM alert_evaluator WHERE instance = %(instance)s)
    ORDER BY notification_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING notification_id, idempotency_key::text, content, attempt_count, now() - planned_at > INTERVAL '1 day'
