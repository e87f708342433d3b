-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what one VM was called, newest first.
-- Parameters: domain_id, limit (rows)
-- Columns: one VmName each
SELECT
    name,
    valid_from,
    valid_to
FROM domain_name_history
WHERE domain_id = %(domain_id)s
ORDER BY valid_from DESC
LIMIT %(limit)s
