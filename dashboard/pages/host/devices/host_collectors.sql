-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how the collectors of one host fared at its newest report in a span of time: why figures are missing there.
-- Parameters: host_id, start, end (instants)
-- Columns: one CollectorsThen, or no row where no report is kept
SELECT time, collectors
FROM publisher_history
WHERE host_id = %(host_id)s AND time >= %(start)s AND time < %(end)s
ORDER BY time DESC
LIMIT 1
