-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one VM nearest to a range without any. Two probes of the key.
-- Parameters: domain_id, start, end, earliest, latest (instants; the last two bound the search)
-- Columns: before (newest sample before the range), after (oldest one behind it); null where there is none
SELECT
    (
        SELECT time
        FROM domain_metrics
        WHERE domain_id = %(domain_id)s AND time < %(start)s AND time >= %(earliest)s
        ORDER BY time DESC
        LIMIT 1
    ) AS before,
    (
        SELECT time
        FROM domain_metrics
        WHERE domain_id = %(domain_id)s AND time >= %(end)s AND time < %(latest)s
        ORDER BY time
        LIMIT 1
    ) AS after
