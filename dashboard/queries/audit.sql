-- SPDX-License-Identifier: Apache-2.0
-- Purpose: who changed what, and from where.
-- Parameters: who, action, details (JSON), origin
-- Columns: none
INSERT INTO audit_entries (who, action, details, origin) VALUES (%(who)s, %(action)s, %(details)s, %(origin)s)
