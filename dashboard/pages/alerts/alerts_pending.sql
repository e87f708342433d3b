-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what is beyond its level, and not yet for as long as its rule says, the longest first.
-- Parameters: limit (rows); condition: a condition on the columns of alerts_pending
-- Columns: one PendingAlert each; total_count repeats the number that the condition is true for
SELECT
    rule,
    severity,
    host,
    domain_uuid::text AS domain_uuid,
    domain_name,
    part,
    since,
    held_seconds::double precision AS held_seconds,
    was_known,
    value,
    (count(*) OVER ())::integer AS total_count
FROM alerts_pending
WHERE {condition}
ORDER BY since, rule, host, part
LIMIT %(limit)s
