-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what happened on one host in a range, newest first, and how much more there is. What became of alerts is among it.
-- Parameters: host_id, start, end (instants), limit (rows)
-- Columns: one HostEvent each; total_count repeats the number of events in the range
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
    WHERE host_id = %(host_id)s AND time >= %(start)s AND time < %(end)s
    UNION ALL
    SELECT time, 'alert_' || kind, domain_name, words, host, domain_uuid
    FROM alert_history
    WHERE host_id = %(host_id)s AND time >= %(start)s AND time < %(end)s AND kind IN ('fired', 'severity', 'resolved')
) AS e
ORDER BY time DESC
LIMIT %(limit)s
