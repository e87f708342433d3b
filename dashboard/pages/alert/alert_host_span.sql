-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one host nearest to a range without any. Two probes of the key.
-- Parameters: host_id, start, end, earliest, latest (instants; the last two bound the search)
-- Columns: before (newest sample before the range), after (oldest one behind it); null where there is none
SELECT
    (
        SELECT time
        FROM host_metrics
        WHERE host_id = %(host_id)s AND time < %(start)s AND time >= %(earliest)s
        ORDER BY time DESC
        LIMIT 1
    ) AS before,
    (
        SELECT time
        FROM host_metrics
        WHERE host_id = %(host_id)s AND time >= %(end)s AND time < %(latest)s
        ORDER BY time
        LIMIT 1
    ) AS after
