-- SPDX-License-Identifier: Apache-2.0
-- Events of these kinds from %(horizon)s on.
SELECT
    e.host_id,
    e.domain_id,
    e.kind,
    extract(epoch FROM e.occurred_at - coalesce(l.clock_offset_seconds, 0) * INTERVAL '1 second')::float8
FROM events AS e
LEFT JOIN host_latest AS l USING (host_id)
WHERE e.occurred_at >= %(horizon)s - INTERVAL '1 hour' AND e.kind = ANY(%(kinds)s)
