-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what hosts can be found by. Reads no time series.
-- Parameters: limit (rows)
-- Columns: one HostNames each
SELECT
    host,
    coalesce(hostname, host) AS hostname,
    tags
FROM hosts_now
ORDER BY host COLLATE "C"
LIMIT %(limit)s
