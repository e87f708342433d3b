-- SPDX-License-Identifier: Apache-2.0
-- Messages that were committed since a snapshot (%(since)s), each exactly once: host, time it claims, when it was taken,
-- tick. A mark of later than this snapshot is of another server, from before a dump: it is none of ours.
-- Columns as bytes. What was taken before %(horizon)s is in no window.
SELECT
    string_agg(int4send(host_id), ''::bytea),
    string_agg(timestamptz_send(sampled_at), ''::bytea),
    string_agg(float8send(extract(epoch FROM taken)::float8), ''::bytea),
    string_agg(float8send(tick_seconds::text::float8), ''::bytea)
FROM (
    SELECT
        r.host_id,
        r.sampled_at,
        r.tick_seconds,
        taken_at(r.sampled_at, r.received_at, l.clock_offset_seconds) AS taken
    FROM publisher_reports AS r
    LEFT JOIN host_latest AS l USING (host_id)
    WHERE r.arrived_in >= pg_snapshot_xmin(%(since)s::pg_snapshot)
        AND r.arrived_in < pg_snapshot_xmax(pg_current_snapshot())
        AND NOT pg_visible_in_snapshot(r.arrived_in, %(since)s::pg_snapshot)
) AS arrived
WHERE taken >= %(horizon)s
