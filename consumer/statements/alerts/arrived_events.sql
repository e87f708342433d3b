-- SPDX-License-Identifier: Apache-2.0
-- Events of these kinds that were committed since a snapshot (%(since)s), as arrived.sql finds messages.
SELECT
    e.host_id,
    e.domain_id,
    e.kind,
    extract(epoch FROM e.occurred_at - coalesce(l.clock_offset_seconds, 0) * INTERVAL '1 second')::float8
FROM events AS e
LEFT JOIN host_latest AS l USING (host_id)
WHERE e.arrived_in >= pg_snapshot_xmin(%(since)s::pg_snapshot)
    AND e.arrived_in < pg_snapshot_xmax(pg_current_snapshot())
    AND NOT pg_visible_in_snapshot(e.arrived_in, %(since)s::pg_snapshot)
    AND e.kind = ANY(%(kinds)s)
