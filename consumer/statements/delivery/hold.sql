-- SPDX-License-Identifier: Apache-2.0
-- Holds a message until a later time.
UPDATE alert_notifications SET next_attempt_at = %(until)s, because = %(because)s WHERE notification_id = %(notification)s
