-- SPDX-License-Identifier: Apache-2.0
-- Notes what a member of a cluster said to the messages %(ids)s; that it took them where %(is_sent)s.
UPDATE alert_notifications
SET status = CASE WHEN %(is_sent)s THEN 'sent' ELSE status END, because = %(because)s, attempt_count = attempt_count + 1,
    ended_at = CASE WHEN %(is_sent)s THEN now() END,
    next_attempt_at = CASE WHEN %(is_sent)s THEN NULL ELSE next_attempt_at END
WHERE notification_id = ANY(%(ids)s::bigint[]) AND status = 'waiting'
