-- SPDX-License-Identifier: Apache-2.0
-- Purpose: on which hosts one VM lived in a range, newest first.
-- Parameters: domain_id, start, end (instants), limit (rows)
-- Columns: one VmStay each; total_count repeats the number of stays in the range
SELECT
    host_id,
    host,
    valid_from,
    valid_to,
    how,
    (count(*) OVER ())::integer AS total_count
FROM residency_named
WHERE domain_id = %(domain_id)s AND valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(start)s)
ORDER BY valid_from DESC
LIMIT %(limit)s
