-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what happened in the fleet since an instant, newest first.
-- Parameters: start, end (instants), limit (rows)
-- Columns: one HostEvent each; total_count is the number of these rows
SELECT
    time,
    kind,
    domain_name,
    detail,
    (count(*) OVER ())::integer AS total_count,
    host,
    domain_uuid::text AS domain_uuid
FROM (
    SELECT time, kind, domain_name, detail, host, domain_uuid
    FROM events_named
    WHERE time >= %(start)s AND time < %(end)s
    ORDER BY time DESC
    LIMIT %(limit)s
) AS e
ORDER BY time DESC
