-- SPDX-License-Identifier: Apache-2.0
-- Messages that were taken from %(horizon)s on, as arrived.sql has them. An hour more is looked at, for hosts whose clock is
-- behind.
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
    WHERE r.sampled_at >= %(horizon)s - INTERVAL '1 hour'
) AS stored
WHERE taken >= %(horizon)s
