-- SPDX-License-Identifier: Apache-2.0
-- Removes the members of a message, which are then added as it is settled.
DELETE FROM alert_notification_members WHERE notification_id = %(notification)s
