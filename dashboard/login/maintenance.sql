-- SPDX-License-Identifier: Apache-2.0
-- Purpose: something is worked on for a time, once.
-- Parameters: selector (JSON), reason, starts_at, ends_at, said_by
-- Columns: none
INSERT INTO alert_maintenances (selector, reason, starts_at, ends_at, said_by)
VALUES (%(selector)s, %(reason)s, %(starts_at)s, %(ends_at)s, %(said_by)s)
