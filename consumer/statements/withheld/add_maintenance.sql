-- SPDX-License-Identifier: Apache-2.0
-- Adds a maintenance, once or with days of the week; gives its number.
INSERT INTO alert_maintenances
    (selector, reason, starts_at, ends_at, weekdays, time_of_day, duration_seconds, zone, said_by)
VALUES (
    %(selector)s, %(reason)s, %(starts_at)s, %(ends_at)s, %(weekdays)s, %(time_of_day)s, %(duration_seconds)s,
    %(zone)s, %(said_by)s
)
RETURNING maintenance_id
