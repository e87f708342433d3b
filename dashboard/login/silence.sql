-- SPDX-License-Identifier: Apache-2.0
-- Purpose: alerts are not sent for a time.
-- Parameters: selector (JSON), reason, starts_at, ends_at, said_by
-- Columns: none
INSERT INTO alert_silences (selector, reason, starts_at, ends_at, said_by)
VALUES (%(selector)s, %(reason)s, %(starts_at)s, %(ends_at)s, %(said_by)s)
