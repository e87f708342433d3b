-- SPDX-License-Identifier: Apache-2.0
-- Notes who did what, from where.
INSERT INTO audit_entries (who, action, details, origin) VALUES (%(who)s, %(action)s, %(details)s, %(origin)s)
