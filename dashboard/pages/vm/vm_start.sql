-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the last start of one VM that an event told of. A probe of the index of events by VM, newest first.
-- Parameters: domain_id, earliest (instant that bounds the search)
-- Columns: one VmStart, or no row where none is known
SELECT
    time,
    detail
FROM events_named
WHERE domain_id = %(domain_id)s AND time >= %(earliest)s AND kind = 'domain_started'
ORDER BY time DESC
LIMIT 1
