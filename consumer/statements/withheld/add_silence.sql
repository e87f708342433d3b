-- SPDX-License-Identifier: Apache-2.0
-- Adds a silence; gives its number.
INSERT INTO alert_silences (selector, reason, starts_at, ends_at, said_by)
VALUES (%(selector)s, %(reason)s, %(starts_at)s, %(ends_at)s, %(said_by)s)
RETURNING silence_id
